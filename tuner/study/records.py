"""The records of a study and of its trials, as they are written to the disk."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from tuner.folds import Split
from tuner.scoring import OBJECTIVES, Objective
from tuner.space import Fixed, Space, Value
from tuner.study.settings import SearchSettings, option_name
from tuner.training import TrialResult, average_curve

__all__ = ["StudyRecord", "TrialRecord"]


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


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

    def find_differences(self, other: "StudyRecord") -> list[str]:
        """Return how another search differs in what decides trials and scores, in words.

        How many trials, and for how long, is not among it: a study may go on.
        """
        found = []
        for name, mine in asdict(self.settings).items():
            theirs = getattr(other.settings, name)
            if name not in ("max_trials", "max_seconds") and mine != theirs:
                found.append(f"{option_name(name)} is {mine} there and {theirs} here")
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

    def average_curves(self, split: Split) -> dict[str, list[float]]:
        """Return each curve's mean over folds by epoch, weighted by the folds' rows."""
        rows = [len(fold.validation) for fold in split.folds]
        return {name: average_curve(curve, rows) for name, curve in self.result.curves.items()}

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
