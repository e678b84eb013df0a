"""What a study knows of itself and of each trial, as it is written to the disk."""

import json
import math
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from tuner.errors import UserError, known_names
from tuner.folds import Split, Splitter
from tuner.scoring import OBJECTIVES, Objective
from tuner.space import Fixed, Space, Value
from tuner.training import TRAINERS, Plan, TrialResult, mean_curve

__all__ = ["OracleName", "Pick", "SearchSettings", "StudyRecord", "TrialRecord"]

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
                raise UserError(
                    f"{_option(name)}: {getattr(self, name)} is too small; give at least {least}"
                )
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
                    f"{_option(name)}: there is no {name.replace('_', ' ')} {given}; "
                    f"{known_names(given, known)}"
                )

    @property
    def splitter(self) -> Splitter:
        """How rows are split."""
        return Splitter(self.folds, self.test_size, self.seed, self.repeats)

    @property
    def plan(self) -> Plan:
        """How every trial is trained."""
        return Plan(self.epochs, self.patience, OBJECTIVES[self.objective], self.seed)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """What makes a study this study; written once, to `study.json`.

    Attributes:
        name: The study's name.
        space: Name of the search space, or of the hypermodel's class.
        title: The question that the space asks.
        definition: The space itself, as `Space.to_dict` gives it.
        data: Name, source, rows, features, classes and fingerprint of the data.
        settings: How it was searched.
        split: Training rows, held-out rows and folds.
        versions: Of this package and of what it stands on.
        id: What tells it from every other study, of the same name too.
    """

    name: str
    space: str
    title: str
    definition: dict[str, Any]
    data: dict[str, Any]
    settings: SearchSettings
    split: Split
    versions: dict[str, str]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def fixed(self) -> frozenset[str]:
        """The hyperparameters that have one value in all trials."""
        hyperparameters = self.definition.get("hyperparameters", [])
        return frozenset(
            h.name
            for h in (Space.from_dict(self.definition).hyperparameters if hyperparameters else ())
            if isinstance(h.domain, Fixed)
        )

    @property
    def objective(self) -> Objective:
        """What the study optimises."""
        return OBJECTIVES[self.settings.objective]

    def differences(self, other: "StudyRecord") -> list[str]:
        """Return how another search differs in what decides trials and scores, in words.

        How many trials, and for how long, is not among it: a study may go on.
        """
        found = []
        for name, mine in asdict(self.settings).items():
            theirs = getattr(other.settings, name)
            if name not in ("max_trials", "max_seconds") and mine != theirs:
                found.append(f"{_option(name)} is {mine} there and {theirs} here")
        for name in ("target", "categorical", "ignore", "groups", "order"):
            mine, theirs = (_json(each.data.get(name)) for each in (self, other))
            if mine != theirs:
                found.append(f"--{name} is {mine} there and {theirs} here")
        if self.data.get("fingerprint") != other.data.get("fingerprint"):
            found.append("the data are others")
        if _json(self.definition) != _json(other.definition):
            found.append(f"the space is {self.space} as it was then, and another here")
        if not found and self.split.to_dict() != other.split.to_dict():
            found.append("the folds are others")
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        record = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**record, "settings": asdict(self.settings), "split": self.split.to_dict()}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "StudyRecord":
        """Return the record that `to_dict` wrote."""
        settings = SearchSettings(**record["settings"])
        return cls(**{**record, "settings": settings, "split": Split.from_dict(record["split"])})


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """A finished trial.

    Attributes:
        trial: Its number, from 0.
        hyperparameters: Those that act in it.
        derived: What follows from them and the data, such as the width of a parameter budget.
        result: What came out.
    """

    trial: int
    hyperparameters: dict[str, Value]
    derived: dict[str, Value]
    result: TrialResult

    @property
    def completed(self) -> bool:
        """Whether it trained to its end, and may be picked."""
        return self.result.status == "completed"

    def mean_curves(self, split: Split) -> dict[str, list[float]]:
        """Return each curve's mean over folds by epoch, weighted by the folds' rows."""
        rows = [len(fold.validation) for fold in split.folds]
        return {name: mean_curve(curve, rows) for name, curve in self.result.curves.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it, without the probabilities."""
        return {
            "hyperparameters": self.hyperparameters,
            "derived": self.derived,
            "result": self.result.to_dict(),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "TrialRecord":
        """Return the record that `to_dict` wrote."""
        result = TrialResult.from_dict(record["result"])
        return cls(result.trial, record["hyperparameters"], record["derived"], result)


@dataclass(frozen=True, slots=True)
class Pick:
    """A network that is named at the end of a search.

    Attributes:
        trial: The trial that it comes from.
        hyperparameters: Those that act in it.
        derived: What follows from them and the data.
        parameters: Trainable weights and biases.
        epoch: Epochs to train.
        score: Cross-validated mean of the objective over rows.
        standard_error: Of that mean, over rows.
        corrected_score: The same, corrected for the choice from many trials.
        corrected_interval: Lower and upper end of the 95 % interval of that.
        scores: Cross-validated mean of every objective, by name.
        standard_errors: Of these means, over rows.
    """

    trial: int
    hyperparameters: dict[str, Value]
    derived: dict[str, Value]
    parameters: int
    epoch: int
    score: float
    standard_error: float
    corrected_score: float
    corrected_interval: tuple[float, float]
    scores: dict[str, float]
    standard_errors: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "corrected_interval": list(self.corrected_interval)}
