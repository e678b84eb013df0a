"""How long the networks of a study take to predict, as its folder has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["BATCH", "PredictionTime", "PredictionTimes"]

BATCH = 1000
"""Rows that are predicted at once, where one row is not meant."""

_VERSION = 1  # of the file


@dataclass(frozen=True, slots=True)
class PredictionTime:
    """Seconds from encoded rows to their probabilities.

    Attributes:
        row: Of one row alone.
        batch: Of `BATCH` rows at once.
    """

    row: float
    batch: float


@dataclass(frozen=True, slots=True)
class PredictionTimes:
    """What was measured of a study's trials.

    Attributes:
        trials: By number; those of one shape of network have the same time.
        completed: How many trials had completed then; 0 where nothing was measured yet.
        networks: How many networks were measured.
        device: On what, in words.
        notes: A sentence on each network that could not be measured.
    """

    trials: Mapping[int, PredictionTime] = field(default_factory=dict)
    completed: int = 0
    networks: int = 0
    device: str = ""
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        times = {str(trial): [time.row, time.batch] for trial, time in self.trials.items()}
        return {
            "version": _VERSION,
            "batch": BATCH,
            "completed": self.completed,
            "networks": self.networks,
            "device": self.device,
            "notes": list(self.notes),
            "trials": times,
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "PredictionTimes":
        """Return what `to_dict` wrote; nothing where another version did."""
        if record["version"] != _VERSION or record["batch"] != BATCH:
            return cls()
        trials = {int(trial): PredictionTime(*time) for trial, time in record["trials"].items()}
        names = ("completed", "networks", "device")
        return cls(trials, notes=tuple(record["notes"]), **{name: record[name] for name in names})
