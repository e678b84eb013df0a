"""The settings of a search, checked when they are made."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import numpy as np

from tuner.argument_types import Kind, check_type
from tuner.errors import UserError, check_choice
from tuner.folds import Splitter, check_arguments
from tuner.scoring import OBJECTIVES, check_threshold_text, find_objective
from tuner.training import TRAINERS, Plan
from tuner.words import name_label

__all__ = [
    "ENOUGH_ROUNDS",
    "FEWEST_ROUNDS",
    "LIMITS",
    "MOST_ROUNDS",
    "MOST_TRIALS",
    "OracleName",
    "SearchSettings",
    "check_setting_types",
    "option_name",
]

LIMITS = ("max_trials", "max_seconds", "until_answered", "patience_trials")
"""The settings that a resumed search may change: they decide when it ends, and nothing else."""

FEWEST_ROUNDS = 6
"""The fewest trials of each setting that can answer a question.

With fewer, even the best of two settings cannot be told from the other by exchanging their trials.
"""

ENOUGH_ROUNDS = 8
"""How many trials of each setting are enough to know those that the answer does not depend on."""

MOST_ROUNDS = 16
"""The most trials of each setting in a search that ends when its question is answered."""

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("max_trials", "folds", "repeats", "epochs", "patience"), "whole number"),
    **dict.fromkeys(("seed", "max_parameters", "patience_trials"), "whole number"),
    **dict.fromkeys(("max_seconds", "test_size", "max_row_microseconds"), "number"),
    **dict.fromkeys(("racing", "until_answered", "epochs_by_rows"), "truth value"),
    **dict.fromkeys(("oracle", "objective", "trainer", "threshold", "from_study"), "text"),
}
_OPTIONAL = {"max_seconds", "max_parameters", "max_row_microseconds", "patience_trials"} | {
    "threshold",
    "from_study",
}
MOST_TRIALS = 1_000_000
"""The most trials that a search may have."""

# More can only be a mistake, and would be counted for hours before the first trial.
_MOST = {"repeats": 1_000, "epochs": 1_000_000, "max_trials": MOST_TRIALS}

_MOST_WEIGHT = 1e38  # larger ones are infinite in float32

# tuner.search, which is above this module, makes them; a test compares the names.
OracleName = Literal["random", "grid", "bayesian", "tpe", "hyperband"]


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """The settings of a search.

    Attributes:
        max_trials: Maximal number of trials; a finite space may hold fewer.
        until_answered: Whether the search also ends as soon as its trials answer the question of
            its space, which more trials would then hardly change, or as further ones would take
            long. Only of use in a space that compares settings.
        patience_trials: The search also ends when so many trials in a row have not improved the
            ensemble of the trials before them. None for any number.
        max_parameters: The most trainable weights and biases of a network; larger ones are not
            trained. None for no limit.
        max_row_microseconds: The most microseconds that a network may take to predict one row, as
            estimated from its size; slower ones are not trained. None for no limit.
        max_seconds: Time limit in seconds, which includes training the best network at the end;
            None for no limit. When it is reached, running trials stop.
        folds: Number of folds of the cross-validation.
        repeats: Number of times that the rows are cut into folds. Each trial is trained on all
            of these folds.
        epochs: Maximal epochs of a trial; most trials of `hyperband` have fewer.
        patience: A trial stops after this many epochs without a better mean over folds.
        epochs_by_rows: Whether `epochs` is lowered to what the rows need, as in a space of networks
            for tables if none are given; in a study it is so already.
        oracle: Proposes the trials: `random`, `grid`, `bayesian`, `tpe` or `hyperband`.
        objective: The score to optimise: `cross_entropy`, `accuracy`, `balanced_accuracy` or
            `roc_auc`; of a hypermodel in Python also a metric of its own, as `max f1` or `min f1`.
        racing: Whether trials that are clearly beaten end early.
        trainer: Trains the networks: `lanes`, or `fit`, which is slower and the reference.
        class_weight: `balanced` to give all classes the same weight in the training loss; or the
            weight of each class by its name, 1 for those that are left out; None to give the same
            weight to all rows. Scores count all rows alike.
        test_size: Share of the rows that is held back to score the exported model.
        threshold: What the threshold of two classes is chosen for, such as `f1=CLASS` or
            `cost=CLASS:1,CLASS:5`; None to predict the more probable class.
        from_study: Name of a finished study whose best trials the search begins with; None to begin
            with none.
        seed: Decides folds, proposals, initial weights and batches.

    Raises:
        UserError: A value is out of its range, or a name is unknown.
    """

    max_trials: int = 20
    max_seconds: float | None = None
    folds: int = 5
    repeats: int = 1
    epochs: int = 50
    patience: int = 10
    oracle: str = "random"
    objective: str = "cross_entropy"
    racing: bool = True
    trainer: str = "lanes"
    class_weight: str | Mapping[str, float] | None = None
    test_size: float = 0.2
    seed: int = 0
    until_answered: bool = False
    max_parameters: int | None = None
    max_row_microseconds: float | None = None
    threshold: str | None = None
    from_study: str | None = None
    epochs_by_rows: bool = False
    patience_trials: int | None = None

    def __post_init__(self) -> None:
        values = check_setting_types(
            {field.name: getattr(self, field.name) for field in fields(self)}
        )
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self._check_sizes()
        if self.max_seconds is not None and not 0 < self.max_seconds < math.inf:
            raise UserError(
                f"--max-seconds: {self.max_seconds:g} is no time limit; give a number above 0"
            )
        row = self.max_row_microseconds
        if row is not None and not 0 < row < math.inf:
            raise UserError(f"--max-row-microseconds: {row:g} is no time; give a number above 0")
        if not 0 <= self.seed < 2**32:
            raise UserError(
                f"--seed: {self.seed} is out of range; give a whole number from 0 to {2**32 - 1}"
            )
        check_arguments(self.folds, self.test_size, self.seed)
        if self.threshold is not None:
            check_threshold_text(self.threshold)
        for name, known in (
            ("oracle", get_args(OracleName)),
            ("objective", OBJECTIVES),
            ("trainer", TRAINERS),
        ):
            value = getattr(self, name)
            own = name == "objective" and value.startswith(("min ", "max "))
            if not own:
                check_choice(option_name(name), value, known, name)
        object.__setattr__(self, "class_weight", _read_class_weight(self.class_weight))

    def _check_sizes(self) -> None:
        ones = ("max_trials", "repeats", "epochs", "patience", "max_parameters", "patience_trials")
        for name, least in {**dict.fromkeys(ones, 1), "folds": 2}.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise UserError(f"{option_name(name)}: {value} is too small; give at least {least}")
        for name, most in _MOST.items():
            if (value := getattr(self, name)) > most:
                raise UserError(f"{option_name(name)}: {value} is too large; give at most {most}")

    @property
    def limits_networks(self) -> bool:
        """Whether some networks of a space are too large or too slow to be trained."""
        return self.max_parameters is not None or self.max_row_microseconds is not None

    @property
    def may_end_early(self) -> bool:
        """Whether a search may end before it has its trials."""
        limits = (self.max_seconds, self.patience_trials)
        return self.until_answered or any(limit is not None for limit in limits)

    @property
    def splitter(self) -> Splitter:
        """Splits the rows into the held-out part and the folds."""
        needs_two_classes = self.objective == "roc_auc"
        return Splitter(self.folds, self.test_size, self.seed, self.repeats, needs_two_classes)

    @property
    def plan(self) -> Plan:
        """How every trial is trained: epochs, patience, objective and seed."""
        return Plan(self.epochs, self.patience, find_objective(self.objective), self.seed)


def check_setting_types(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings by name; numbers of numpy become those of Python.

    Raises:
        UserError: A value has not the type that its setting takes.
    """
    return {
        name: value
        if name not in _KINDS or (value is None and name in _OPTIONAL)
        else check_type(option_name(name), value, _KINDS[name])
        for name, value in settings.items()
    }


def _read_class_weight(weights: Any) -> str | dict[str, float] | None:
    """Return class weights with classes by their texts.

    Raises:
        UserError: They are neither `balanced` nor a number from 0 for each class that float32 has.
    """
    if weights is None:
        return None
    if not isinstance(weights, Mapping):
        return check_choice("--class-weight", str(weights), ["balanced"], "class weight")
    for label, weight in weights.items():
        if not isinstance(weight, int | float | np.number) or not 0 <= weight <= _MOST_WEIGHT:
            raise UserError(
                f"--class-weight: {weight!r:.80} is no weight of class {label}; give a number from "
                f"0 to {_MOST_WEIGHT:g}"
            )
    return {name_label(label): float(weight) for label, weight in weights.items()}


def option_name(name: str) -> str:
    """Return the command-line option of a setting.

    >>> option_name("max_trials"), option_name("from_study")
    ('--max-trials', '--from')
    """
    if name == "from_study":  # `from` is no name in Python
        return "--from"
    return "--" + name.replace("_", "-")
