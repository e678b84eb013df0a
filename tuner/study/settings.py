"""The settings of a search, checked when they are made."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from tuner.errors import UserError, suggest_names
from tuner.folds import Splitter
from tuner.scoring import OBJECTIVES
from tuner.training import TRAINERS, Plan

__all__ = ["OracleName", "SearchSettings", "option_name"]

# Their makers are in tuner.search, which is above this module; a test holds the two together.
OracleName = Literal["random", "grid", "bayesian", "tpe", "hyperband"]


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How a search is run.

    Attributes:
        max_trials: Most trials; a finite space may hold fewer.
        max_seconds: Seconds after which trials end as they are, with time left to train the best
            network at last; None for no limit.
        folds: Folds of the cross-validation.
        repeats: How often the rows are cut into folds anew; each trial is trained on all of them.
        epochs: Most epochs of a trial; most trials of `hyperband` have fewer.
        patience: Epochs without a better mean over folds after which a trial stops.
        oracle: Who proposes: `random`, `grid`, `bayesian`, `tpe` or `hyperband`.
        objective: What is optimised: `cross_entropy`, `accuracy`, `balanced_accuracy` or `roc_auc`.
        racing: Whether trials that are clearly beaten end early.
        trainer: Who trains: `lanes`, or `fit`, which is slower and the reference.
        class_weight: `balanced` where all classes weigh alike in the loss that is trained on; None
            where all rows do. Scores count rows as they are.
        test_size: Share of the rows that is held back to score what is exported.
        seed: Decides folds, proposals, initial weights and batches.

    Raises:
        UserError: A value is out of its range, or a name is not known.
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
    class_weight: str | None = None
    test_size: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        least_of = {"max_trials": 1, "folds": 2, "repeats": 1, "epochs": 1, "patience": 1}
        for name, least in least_of.items():
            if getattr(self, name) < least:
                value = getattr(self, name)
                raise UserError(f"{option_name(name)}: {value} is too small; give at least {least}")
        if self.max_seconds is not None and not 0 < self.max_seconds < math.inf:
            raise UserError(
                f"--max-seconds: {self.max_seconds:g} is no time limit; give a number above 0"
            )
        if not 0 <= self.seed < 2**32:
            raise UserError(
                f"--seed: {self.seed} is out of range; give a whole number from 0 to {2**32 - 1}"
            )
        for name, known in (
            ("oracle", get_args(OracleName)),
            ("objective", OBJECTIVES),
            ("trainer", TRAINERS),
            ("class_weight", ("balanced",)),
        ):
            given = getattr(self, name)
            if given is not None and given not in known:
                raise UserError(
                    f"{option_name(name)}: there is no {name.replace('_', ' ')} {given}; "
                    f"{suggest_names(given, known)}"
                )

    @property
    def splitter(self) -> Splitter:
        """How rows are split."""
        return Splitter(self.folds, self.test_size, self.seed, self.repeats)

    @property
    def plan(self) -> Plan:
        """How every trial is trained."""
        return Plan(self.epochs, self.patience, OBJECTIVES[self.objective], self.seed)


def option_name(name: str) -> str:
    """Return the command-line option of a setting.

    >>> option_name("max_trials")
    '--max-trials'
    """
    return "--" + name.replace("_", "-")
