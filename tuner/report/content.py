"""What a report is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tuner.analysis import Answers, Fronts, JudgedBaseline, Picks, find_fronts
from tuner.report.figures import Trials, tabulate
from tuner.scoring import Truth
from tuner.study import Study, StudyRecord, TrialRecord
from tuner.words import format_hyperparameters

__all__ = ["ReportContent"]


@dataclass(frozen=True, slots=True)
class ReportContent:
    """A study, and what analysis says of it.

    Attributes:
        study: The study on the disk.
        truth: What out-of-fold predictions are held against.
        records: Its trials, by number.
        picks: The networks that it names.
        test: Mean and standard error of each objective on the held-out rows, by name, of what was
            exported; empty where none were held back, or nothing was exported yet.
        answers: What it says in sentences.
        baselines: Judged beside the best network; empty where none were trained.
        fronts: Those that no other beats in both score and cost.
        trials: The trials as rows for charts.
    """

    study: Study
    truth: Truth
    records: tuple[TrialRecord, ...]
    picks: Picks
    test: Mapping[str, tuple[float, float]]
    answers: Answers
    baselines: tuple[JudgedBaseline, ...]
    fronts: Fronts = field(init=False)
    trials: Trials = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fronts", find_fronts(self.study, self.records))
        object.__setattr__(self, "trials", tabulate(self.records, self.study.record))

    @property
    def record(self) -> StudyRecord:
        """What makes it this study."""
        return self.study.record

    @property
    def objective(self) -> str:
        """What it optimises."""
        return self.study.record.objective.name

    @property
    def maximise(self) -> bool:
        """Whether more of it is better."""
        return self.study.record.objective.direction == "max"

    @property
    def completed(self) -> tuple[TrialRecord, ...]:
        """The trials that trained to their end, the best first."""
        sign = -1.0 if self.maximise else 1.0
        trained = (record for record in self.records if record.completed)
        return tuple(sorted(trained, key=lambda r: (sign * r.result.score, r.trial)))

    def describe_trial(self, trial: TrialRecord) -> str:
        """Return by what a trial differs from the others."""
        values = {**trial.hyperparameters, **trial.derived}
        return format_hyperparameters({n: values[n] for n in self.trials.names if n in values})
