"""The records of a study and of its trials, as they are written to the disk."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from tuner.folds import Split
from tuner.scoring import Objective, find_objective
from tuner.space import Fixed, Space, Value
from tuner.study.argument_differences import list_argument_differences
from tuner.study.pick import Pick
from tuner.study.settings import LIMITS, SearchSettings, option_name
from tuner.study.warm_start import WarmStart
from tuner.training import TrialResult, average_curve

__all__ = ["StudyRecord", "TrialRecord"]

# The fields of a `StudyRecord` that its file has under the keys of earlier versions.
_FILE_KEYS = {"space_name": "space", "space_definition": "definition"}
_NAMED_CHANGES = ("length", "input_dropout")  # with which a first trial keeps its name


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _name_classes(setting: Any) -> Any:
    """Return class weights by names alone: earlier versions wrote the class true of labels True."""
    if not isinstance(setting, dict):
        return setting
    return {str(name).lower().removesuffix(".0"): weight for name, weight in setting.items()}


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """The description of a study: its space, data and settings. It is written once.

    Attributes:
        name: Name of the study.
        space_name: Name of the search space, or of the hypermodel's class.
        title: The question that the space asks.
        space_definition: The space, as `Space.to_dict` returns it. What else a Python program gives
            that changes trials is in `arguments`.
        data: Name, source, rows, features, classes and fingerprint of the data.
        settings: Settings of the search.
        split: Training rows, held-out rows and folds.
        versions: Versions of this package, of Python and of the libraries that decide results.
        row_time: How long networks take for one row on the machine that began the study, as a
            limit on their prediction time needs to know. None without such a limit.
        warm_start: The trials of another study that the search begins with. None if it begins with
            none.
        id: Unique identifier; no other study has it, not even one of the same name.
    """

    name: str
    space_name: str
    title: str
    space_definition: dict[str, Any]
    data: dict[str, Any]
    settings: SearchSettings
    split: Split
    versions: dict[str, str]
    row_time: dict[str, float] | None = None
    warm_start: WarmStart | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def fixed(self) -> frozenset[str]:
        """The hyperparameters that have one value in all trials."""
        if "hyperparameters" not in self.space_definition:
            return frozenset()
        space = Space.from_dict(self.space_definition)
        return frozenset(h.name for h in space.hyperparameters if isinstance(h.domain, Fixed))

    def list_searched(self, trial: "TrialRecord | Pick") -> dict[str, Value]:
        """Return the hyperparameters of a trial that are not fixed, and its derived ones."""
        fixed, values = self.fixed, {**trial.hyperparameters, **trial.derived}
        return {name: value for name, value in values.items() if name not in fixed}

    def find_first_name(self, hyperparameters: Mapping[str, Value]) -> str | None:
        """Return what the space calls the first trial with these values; None if it has none.

        A first trial with another `length` or `input_dropout` has its name with that.
        """
        names = []
        for first in self.space_definition.get("first", ()):
            values = first["values"]
            if not values.keys() <= hyperparameters.keys():
                continue
            changed = {name for name, value in values.items() if hyperparameters[name] != value}
            if changed <= set(_NAMED_CHANGES):  # what else acts does so by these
                said = [
                    f"{name} {hyperparameters[name]:g}"
                    for name in _NAMED_CHANGES
                    if name in changed
                ]
                names.append((len(changed), ", ".join((first["name"], *said))))
        return min(names, key=lambda each: each[0])[1] if names else None

    @property
    def objective(self) -> Objective:
        """The objective that the study optimises."""
        return find_objective(self.settings.objective)

    def find_differences(self, other: "StudyRecord") -> list[str]:
        """Return what differs between two searches and changes trials or scores, in words.

        The space comes first, then the data and the seed. The limits on trials and seconds do not
        count: a resumed search may have others. Nor does the oracle of another space, which has
        another one by default.

        Args:
            other: The description of the search that is to resume this study.
        """
        # epochs that follow from the rows are as good as the same number that is given
        differences, uncounted = [], {*LIMITS, "epochs_by_rows"}
        mine, theirs = (dict(record.space_definition) for record in (self, other))
        arguments = mine.pop("arguments", None), theirs.pop("arguments", None)
        if _json(mine) != _json(theirs):
            differences.append(self._compare_spaces(other))
            uncounted.add("oracle")
        elif None not in arguments:  # a study of an earlier version does not keep them
            differences += list_argument_differences(*arguments)
        if self.data.get("fingerprint") != other.data.get("fingerprint"):
            names = self.data.get("name"), other.data.get("name")
            named = "" if names[0] == names[1] else f": {names[0]} there and {names[1]} here"
            differences.append(f"the data are not the same{named}")
        for name in ("target", "categorical", "ignore", "groups", "order", "missing"):
            absent = () if name == "missing" else None  # in studies of earlier versions
            here, there = (_json(record.data.get(name, absent)) for record in (other, self))
            if here != there:
                differences.append(f"--{name} is {there} there and {here} here")
        choices = [record.data.get("rare_classes") for record in (self, other)]
        # a study of an earlier version has no rare classes, whatever is done about them
        if None not in choices and choices[0] != choices[1]:
            differences.append(f"--rare-classes is {choices[0]} there and {choices[1]} here")
        settings = {"seed": self.settings.seed, **asdict(self.settings)}
        for name, value in settings.items():
            changed = getattr(other.settings, name)
            if name not in uncounted and _name_classes(value) != _name_classes(changed):
                differences.append(f"{option_name(name)} is {value} there and {changed} here")
        if not differences and self.split.to_dict() != other.split.to_dict():
            differences.append("the folds are not the same")
        return differences

    def _compare_spaces(self, other: "StudyRecord") -> str:
        """Return how another search's space differs."""
        if self.space_name == other.space_name:
            return f"the space {self.space_name} is not the same"
        return f"the space is {self.space_name} there and {other.space_name} here"

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        record = {_FILE_KEYS.get(f.name, f.name): getattr(self, f.name) for f in fields(self)}
        start = None if self.warm_start is None else self.warm_start.to_dict()
        settings, split = asdict(self.settings), self.split.to_dict()
        return {**record, "settings": settings, "split": split, "warm_start": start}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "StudyRecord":
        """Return the record that `to_dict` wrote, also with the checksum of its file, unchecked."""
        settings = SearchSettings(**record["settings"])
        start = record.get("warm_start")  # absent from studies of earlier versions
        made = {
            "settings": settings,
            "split": Split.from_dict(record["split"]),
            "warm_start": None if start is None else WarmStart.from_dict(start),
        }
        names = {key: name for name, key in _FILE_KEYS.items()}
        content = {names.get(key, key): value for key, value in record.items() if key != "checksum"}
        return cls(**{**content, **made})


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """A finished trial.

    Attributes:
        trial: Number of the trial, from 0.
        hyperparameters: Its active hyperparameters.
        derived: Hyperparameters that follow from these and the data, such as the units of a
            parameter budget.
        result: Scores, curves and probabilities of the trial.
    """

    trial: int
    hyperparameters: dict[str, Value]
    derived: dict[str, Value]
    result: TrialResult

    @property
    def completed(self) -> bool:
        """Whether the trial trained to its end, so that it may be picked."""
        return self.result.status == "completed"

    @property
    def diverged(self) -> bool:
        """Whether the trial failed because its loss was no longer finite."""
        return self.result.failure == "diverged"

    @property
    def brief(self) -> "TrialRecord":
        """The trial without its curves and probabilities, which the study has on the disk."""
        return replace(self, result=replace(self.result, curves={}, metrics={}, probabilities=None))

    def average_curves(self, split: Split) -> dict[str, list[float]]:
        """Return the mean over folds of each curve by epoch, weighted by the folds' rows."""
        rows = [len(fold.validation) for fold in split.folds]
        return {name: average_curve(curve, rows) for name, curve in self.result.curves.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values, without the probabilities."""
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
