"""The outcome of a run, and the JSON object that sums it up."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuner.analysis import JudgedBaseline
from tuner.errors import TunerError
from tuner.report import ReportContent
from tuner.study import PredictionTime, TrialRecord

__all__ = ["Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a run.

    Attributes:
        content: What its report shows.
        model: The folder of the exported model. None if the export failed.
        fault: Why the export failed. None if it did not.
        report: The page. None if it could not be written.
        seconds: Wall time of the run.
    """

    content: ReportContent
    model: Path | None
    fault: TunerError | None
    report: Path | None
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        content, objective = self.content, self.content.objective
        picks, fronts = content.picks, content.fronts
        counts: Counter[str] = Counter(record.result.status for record in content.records)
        return {
            "study": content.record.name,
            "answer": content.answers.answer,
            "answers": [
                answer.to_dict(maximise=content.maximise)
                for answer in content.answers.answers
                if answer.comparison
            ],
            "warnings": list(content.warnings),
            "trials": len(content.records),
            "completed": counts["completed"],
            "pruned": counts["pruned"],
            "failed": counts["failed"],
            "objective": objective,
            "best": picks.best.to_dict(),
            "smallest": picks.smallest.to_dict(),
            "pareto": [_describe_trial(record) for record in fronts.parameters],
            "pareto_by_time": [
                {**_describe_trial(record), **_describe_time(fronts.times.trials[record.trial])}
                for record in fronts.time
            ],
            "ensemble": picks.ensemble.to_dict(),
            "exported": picks.exported,
            "exported_score": picks.out_of_bag.to_dict(maximise=content.maximise),
            "averaging": {n: _describe_score(*change) for n, change in picks.averaging.items()},
            "calibration": picks.calibration.to_dict(),
            **content.predictions.to_dict(),
            **self._list_rare_classes(),
            "baselines": [_describe_baseline(each, objective) for each in content.baselines],
            "test_score": content.test[objective][0] if objective in content.test else None,
            "test": {name: _describe_score(*score) for name, score in content.test.items()},
            "seconds": round(self.seconds, 3),
            "model": None if self.model is None else str(self.model),
            "report": None if self.report is None else str(self.report),
        }

    def _list_rare_classes(self) -> dict[str, dict[str, int]]:
        """Return the rows of the classes that had too few; earlier studies have none."""
        names = ("left_out_classes", "pooled_classes")
        return {name: self.content.record.data.get(name, {}) for name in names}


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
        "by_rows": baseline.by_rows,
    }


def _describe_time(time: PredictionTime) -> dict[str, float]:
    return {"row_seconds": time.row, "batch_seconds": time.batch}
