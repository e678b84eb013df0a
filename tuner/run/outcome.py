"""The outcome of a run, and the JSON object that sums it up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuner.analysis import (
    Answers,
    JudgedBaseline,
    Picks,
    Predictions,
    clip_interval,
    find_fronts,
)
from tuner.errors import TunerError
from tuner.study import PredictionTime, Study, TrialRecord

__all__ = ["Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a run.

    Attributes:
        study: The study on disk.
        records: Its finished trials.
        picks: The networks that it names.
        test: Mean and standard error of each objective on the held-out rows, by name, of the
            exported network. Empty if no rows were held out; without the objectives that these
            rows do not define.
        baselines: Simple classifiers on the same rows and folds. Empty if no time was left.
        predictions: What the exported model predicts out of fold: the recall and the precision of
            each class, and the threshold of two classes.
        model: The folder of the exported model. None if the export failed.
        fault: Why the export failed. None if it did not.
        report: The page. None if it could not be written.
        answers: The answers to the space's question and to all others.
        warnings: What reading the data has warned of.
        reason: Why the search ended, in one sentence.
        seconds: Wall time of the run.
    """

    study: Study
    records: tuple[TrialRecord, ...]
    picks: Picks
    test: Mapping[str, tuple[float, float]]
    baselines: tuple[JudgedBaseline, ...]
    predictions: Predictions
    model: Path | None
    fault: TunerError | None
    report: Path | None
    answers: Answers
    warnings: tuple[str, ...]
    reason: str
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        objective = self.study.record.settings.objective
        fronts = find_fronts(self.study, self.records)
        maximise = self.study.record.objective.direction == "max"
        counts: Counter[str] = Counter(record.result.status for record in self.records)
        return {
            "study": self.study.record.name,
            "answer": self.answers.answer,
            "answers": [
                answer.to_dict(maximise=maximise)
                for answer in self.answers.answers
                if answer.comparison
            ],
            "warnings": list(self.warnings),
            "trials": len(self.records),
            "completed": counts["completed"],
            "pruned": counts["pruned"],
            "failed": counts["failed"],
            "objective": objective,
            "best": self.picks.best.to_dict(),
            "smallest": self.picks.smallest.to_dict(),
            "pareto": [_describe_trial(record) for record in fronts.parameters],
            "pareto_by_time": [
                {**_describe_trial(record), **_describe_time(fronts.times.trials[record.trial])}
                for record in fronts.time
            ],
            "ensemble": self.picks.ensemble.to_dict(),
            "exported": self.picks.exported,
            "exported_score": self._describe_export(),
            "calibration": self.picks.calibration.to_dict(),
            **self.predictions.to_dict(),
            **self._list_rare_classes(),
            "baselines": [_describe_baseline(baseline, objective) for baseline in self.baselines],
            "test_score": self.test[objective][0] if objective in self.test else None,
            "test": {name: _describe_score(*score) for name, score in self.test.items()},
            "seconds": round(self.seconds, 3),
            "model": None if self.model is None else str(self.model),
            "report": None if self.report is None else str(self.report),
        }

    def _list_rare_classes(self) -> dict[str, dict[str, int]]:
        """Return the rows of the classes that had too few; earlier studies have none."""
        names = ("left_out_classes", "pooled_classes")
        return {name: self.study.record.data.get(name, {}) for name in names}

    def _describe_export(self) -> dict[str, Any]:
        """Return the score of the exported model: corrected for the choice, and calibrated."""
        out_of_bag = self.picks.out_of_bag
        maximise = self.study.record.objective.direction == "max"
        return {
            "score": out_of_bag.score,
            "standard_error": out_of_bag.standard_error,
            "interval": list(clip_interval(*out_of_bag.interval, maximise=maximise)),
        }


def _describe_trial(record: TrialRecord) -> dict[str, Any]:
    result = record.result
    return {
        "trial": record.trial,
        "parameters": result.parameters,
        "score": result.score,
        "standard_error": result.standard_error,
    }


def _describe_score(score: float, error: float) -> dict[str, float]:
    return {"score": score, "standard_error": error}


def _describe_baseline(baseline: JudgedBaseline, objective: str) -> dict[str, Any]:
    score = baseline.scores[objective]
    return {
        "name": baseline.name,
        "score": score.value,
        "standard_error": score.standard_error,
        "accuracy": baseline.accuracy,
        "difference": baseline.difference,
        "difference_standard_error": baseline.standard_error,
        "difference_interval": list(baseline.interval),
        "verdict": baseline.verdict,
    }


def _describe_time(time: PredictionTime) -> dict[str, float]:
    return {"row_seconds": time.row, "batch_seconds": time.batch}
