"""Prediction times of a study's networks, as `prediction.json` keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuner.data import TIMED_ROWS

__all__ = ["BATCH", "PredictionTime", "PredictionTimes"]

BATCH = TIMED_ROWS
"""Number of rows that are predicted at once to measure the time of a batch."""

_VERSION = 1  # of the file's format


@dataclass(frozen=True, slots=True)
class PredictionTime:
    """Time that a prediction takes.

    Of a network, it begins with encoded rows; of the exported model, with raw columns.

    Attributes:
        row: Seconds for one row.
        batch: Seconds for `BATCH` rows at once.
    """

    row: float
    batch: float


@dataclass(frozen=True, slots=True)
class PredictionTimes:
    """Measured prediction times of a study's trials.

    Attributes:
        trials: Time of each trial by its number. Networks of the same shape are measured once.
        completed: Number of completed trials when the times were measured; 0 if they were not.
        networks: Number of networks that were measured.
        device: Description of the device, such as `one thread`.
        notes: A sentence for each network that could not be measured.
    """

    trials: Mapping[int, PredictionTime] = field(default_factory=dict)
    completed: int = 0
    networks: int = 0
    device: str = ""
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the times as JSON values."""
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
        """Return the times that `to_dict` wrote; none if another version wrote them."""
        if record["version"] != _VERSION or record["batch"] != BATCH:
            return cls()
        trials = {
            int(trial): PredictionTime(float(row), float(batch))
            for trial, (row, batch) in record["trials"].items()
        }
        completed, networks = int(record["completed"]), int(record["networks"])
        notes = tuple(map(str, record["notes"]))
        return cls(trials, completed, networks, str(record["device"]), notes)
