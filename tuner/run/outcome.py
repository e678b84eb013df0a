"""What a run came to."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuner.analysis import Calibration, JudgedBaseline, Picks, find_fronts
from tuner.study import PredictionTime, Study, TrialRecord

__all__ = ["Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found.

    Attributes:
        study: The study on the disk.
        records: Its finished trials.
        picks: The networks that it names.
        test: Mean and standard error of each objective on the held-out rows, by name, of what was
            exported; without those that these rows do not define, and empty where none were held
            back.
        calibration: Of the probabilities of what was exported.
        baselines: Simple classifiers on the same rows and folds; empty where no time was left.
        model: The exported folder; None where the export failed.
        fault: Why it failed; empty otherwise.
        report: The page; None where it could not be written.
        sentence: Why the search ended.
        seconds: Wall time of all of it.
    """

    study: Study
    records: tuple[TrialRecord, ...]
    picks: Picks
    test: dict[str, tuple[float, float]]
    calibration: Calibration
    baselines: tuple[JudgedBaseline, ...]
    model: Path | None
    fault: str
    report: Path | None
    sentence: str
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        objective = self.study.record.settings.objective
        fronts = find_fronts(self.study, self.records)
        counts: Counter[str] = Counter(record.result.status for record in self.records)
        return {
            "study": self.study.record.name,
            "trials": len(self.records),
            "completed": counts["completed"],
            "pruned": counts["pruned"],
            "failed": counts["failed"],
            "objective": objective,
            "best": self.picks.best.to_dict(),
            "smallest": self.picks.smallest.to_dict(),
            "pareto": [_on_the_front(record) for record in fronts.parameters],
            "pareto_by_time": [
                {**_on_the_front(record), **_seconds(fronts.times.trials[record.trial])}
                for record in fronts.time
            ],
            "ensemble": self.picks.ensemble.to_dict(),
            "exported": self.picks.exported,
            "calibration": self.calibration.to_dict(),
            "baselines": [_beside(baseline, objective) for baseline in self.baselines],
            "test_score": self.test[objective][0] if objective in self.test else None,
            "test": {
                name: {"score": score, "standard_error": error}
                for name, (score, error) in self.test.items()
            },
            "seconds": round(self.seconds, 3),
            "model": None if self.model is None else str(self.model),
            "report": None if self.report is None else str(self.report),
        }


def _on_the_front(record: TrialRecord) -> dict[str, Any]:
    result = record.result
    return {
        "trial": record.trial,
        "parameters": result.parameters,
        "score": result.score,
        "standard_error": result.standard_error,
    }


def _beside(baseline: JudgedBaseline, objective: str) -> dict[str, Any]:
    score = baseline.scores[objective]
    return {
        "name": baseline.name,
        "score": score.value,
        "standard_error": score.standard_error,
        "difference": baseline.difference,
        "difference_standard_error": baseline.standard_error,
        "verdict": baseline.verdict,
    }


def _seconds(of: PredictionTime) -> dict[str, float]:
    return {"row_seconds": of.row, "batch_seconds": of.batch}
