"""The content of a study's report: the study, and all results of its analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tuner.analysis import Answers, Fronts, JudgedBaseline, Picks, Predictions, find_fronts
from tuner.report.figures import Trials, tabulate
from tuner.scoring import Truth
from tuner.study import PredictionTime, Study, StudyRecord, TrialRecord
from tuner.words import are_clearly_fewer, format_hyperparameters, say_held_out_gap

__all__ = ["ReportContent"]


@dataclass(frozen=True, slots=True)
class ReportContent:
    """Everything that a study's report shows.

    Attributes:
        study: The study on the disk.
        truth: The true classes, against which out-of-fold predictions are scored.
        records: The study's trials, by number.
        picks: The networks that the study names.
        test: Mean and standard error of each objective on the held-out rows, by name, for the
            exported model. Empty if no rows were held out, or if nothing was exported yet.
        answers: The study's answers, in sentences.
        baselines: The baselines, compared with the exported model. Empty if none were trained.
        predictions: What the exported model predicts out of fold.
        exported_time: How long the whole exported model takes from raw columns to probabilities;
            None if it was not measured.
        warnings: What reading the data has warned of. Defaults to none.
        export_fault: Why the last export of the pick failed. Defaults to "": it did not.
        fronts: The trials that no other trial beats in both score and cost.
        trials: The trials as rows for charts.
    """

    study: Study
    truth: Truth
    records: tuple[TrialRecord, ...]
    picks: Picks
    test: Mapping[str, tuple[float, float]]
    answers: Answers
    baselines: tuple[JudgedBaseline, ...]
    predictions: Predictions
    exported_time: PredictionTime | None = None
    warnings: tuple[str, ...] = ()
    export_fault: str = ""
    fronts: Fronts = field(init=False)
    trials: Trials = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fronts", find_fronts(self.study, self.records))
        object.__setattr__(self, "trials", tabulate(self.records, self.study.record))

    @property
    def record(self) -> StudyRecord:
        """The study's data, settings, space and folds."""
        return self.study.record

    @property
    def objective(self) -> str:
        """The name of the objective."""
        return self.study.record.objective.name

    @property
    def maximise(self) -> bool:
        """Whether a higher score is better."""
        return self.study.record.objective.maximise

    @property
    def completed(self) -> tuple[TrialRecord, ...]:
        """The trials that trained to their end, the best first."""
        to_loss = self.study.record.objective.to_loss
        completed = (record for record in self.records if record.completed)
        return tuple(sorted(completed, key=lambda r: (to_loss(r.result.score), r.trial)))

    @property
    def headline(self) -> tuple[str, ...]:
        """The sentences that come first: the answer, and what is exported."""
        said = self.answers.headline
        headline = (*said[:1], *self._describe_gap(), *said[1:])
        if not self.export_fault:
            return headline
        nothing = f"Nothing is exported: {self.export_fault}. What follows is of the pick."
        return (nothing, *headline)

    def _describe_gap(self) -> list[str]:
        """Return that the held-out rows are predicted much worse than expected, if they are."""
        if self.objective not in self.test:
            return []
        expected, order = self.picks.out_of_bag, self.record.data.get("order")
        said = say_held_out_gap(
            self.objective,
            (expected.score, expected.standard_error),
            self.test[self.objective],
            maximise=self.maximise,
            order=order,
        )
        return [said] if said else []

    @property
    def offers_smallest(self) -> bool:
        """Whether the smallest network is clearly smaller than the best, and so a choice."""
        smallest, best = self.picks.smallest, self.picks.best
        return are_clearly_fewer(smallest.parameters, than=best.parameters)

    def describe_trial(self, trial: TrialRecord) -> str:
        """Return the hyperparameters in which the trials differ, with this trial's values.

        The name of a first trial of the space comes before them.
        """
        values = {**trial.hyperparameters, **trial.derived}
        text = format_hyperparameters({n: values[n] for n in self.trials.names if n in values})
        name = self.record.find_first_name(trial.hyperparameters)
        return f"{name}: {text}" if name else text
