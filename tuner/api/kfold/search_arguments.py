"""The arguments of `keras.Model.fit` that a search takes, and what they mean over folds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tuner.errors import UserError, suggest_names
from tuner.training.callbacks import TrialCallbacks

__all__ = ["SearchArguments"]

_TAKEN = ("epochs", "batch_size", "shuffle", "callbacks")
_WEIGHTS = ("class_weight", "sample_weight")
_FOLDS_SCORE = "every epoch is scored on all rows that its fold holds out; leave it out"
_REFUSED = {
    "validation_split": (
        "the folds take its place: each row is scored by networks that were not trained on it; "
        "leave it out, and give KFoldTuner the number of folds (folds=5)"
    ),
    "validation_batch_size": _FOLDS_SCORE,
    "validation_steps": _FOLDS_SCORE,
    "validation_freq": _FOLDS_SCORE,
    "steps_per_epoch": "an epoch visits each training row once; leave it out",
    "initial_epoch": "a trial begins with its first epoch; leave it out",
}


@dataclass(frozen=True, slots=True)
class SearchArguments:
    """What a person gives `search` beside the rows.

    Attributes:
        fit: Arguments for `HyperModel.fit`.
        epochs: Most epochs of a trial; None for those of the settings.
        class_weight: `balanced` or a weight by class; None for that of the settings.
        sample_weight: The weight of each row in the training loss; None for 1.
        validation: Rows and classes that become the test part; None if there are none.
    """

    fit: Mapping[str, Any] = field(default_factory=dict)
    epochs: int | None = None
    class_weight: Any = None
    sample_weight: Any = None
    validation: Any = None

    @classmethod
    def read(
        cls, arguments: Mapping[str, Any], *, objective: str, own_fit: bool
    ) -> "SearchArguments":
        """Return the arguments by what they concern.

        Args:
            arguments: The arguments by name. None is as if it were left out.
            objective: The search's objective, which a callback may monitor.
            own_fit: Whether the hypermodel has a `fit` of its own, which gets all arguments that
                `keras.Model.fit` does not have.

        Raises:
            UserError: An argument is unknown, or has no meaning in a k-fold search.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        if not isinstance(given.get("callbacks", []), list | tuple):
            given["callbacks"] = [given["callbacks"]]  # Keras takes one, too
        for name, value in given.items():
            if name in _REFUSED and value:
                raise UserError(f"{name}: {_REFUSED[name]}")
        for name in ("epochs", "batch_size"):
            _check_whole(name, given.get(name, 1))
        known = (*_TAKEN, *_WEIGHTS, "validation_data", *_REFUSED)
        unknown = [name for name in given if name not in known]
        if unknown and not own_fit:
            raise UserError(
                f"search has no argument {unknown[0]}; {suggest_names(unknown[0], known)}"
            )
        TrialCallbacks.from_callbacks(given.get("callbacks", ()), objective)
        fit = {name: given[name] for name in (*_TAKEN, *unknown) if name in given}
        if "validation_data" in given and own_fit:
            fit["validation_data"] = given["validation_data"]  # each fold's own takes its place
        return cls(
            fit,
            given.get("epochs"),
            given.get("class_weight"),
            given.get("sample_weight"),
            given.get("validation_data"),
        )

    @property
    def deciding(self) -> dict[str, Any]:
        """What changes trials, and neither the settings nor the rows have, by name."""
        elsewhere = ("epochs", "validation_data")
        return {name: value for name, value in self.fit.items() if name not in elsewhere}


def _check_whole(name: str, value: Any) -> None:
    if not isinstance(value, int | np.integer) or value < 1:
        raise UserError(f"{name}: expected a whole number from 1; received {value!r}")
