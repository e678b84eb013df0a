"""The evidence that answers rest on: a study, its trials, its picks and its baselines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tuner.analysis.averaging import average_score
from tuner.analysis.baselines import JudgedBaseline
from tuner.analysis.bias_correction import clip_interval
from tuner.analysis.ensemble import Ensemble
from tuner.analysis.importance import Importance, compute_importance
from tuner.analysis.picks import Picks
from tuner.analysis.setting_records import Comparison
from tuner.space import Domain, Space
from tuner.study import Pick, StudyRecord, TrialRecord

__all__ = ["Evidence", "TrialEvidence"]


@dataclass(frozen=True)
class TrialEvidence:
    """What an answer can rest on before networks are picked.

    Attributes:
        record: The study's description.
        records: The study's trials, by number.
        cluster_values: The objective of each cluster by completed trial, shape `(clusters,)`.
        comparisons: The comparisons of settings so far, by hyperparameter: each is made once.
        compared_trials: The trials that they compare, likewise (`list_compared_trials`).
        count_configurations: Counts the configurations of a space that the search may try.
    """

    record: StudyRecord
    records: tuple[TrialRecord, ...]
    cluster_values: Mapping[int, np.ndarray]
    comparisons: dict[str, Comparison] = field(default_factory=dict, kw_only=True)
    compared_trials: dict[str, Sequence[TrialRecord]] = field(default_factory=dict, kw_only=True)
    count_configurations: Callable[[Space], int | None] = field(kw_only=True)

    @property
    def objective(self) -> str:
        """The name of the study's objective."""
        return self.record.settings.objective

    @property
    def maximise(self) -> bool:
        """Whether a higher objective is better."""
        return self.record.objective.maximise

    @cached_property
    def completed(self) -> tuple[TrialRecord, ...]:
        """The completed trials."""
        return tuple(record for record in self.records if record.completed)

    @cached_property
    def space(self) -> Space | None:
        """The space; None if a custom hypermodel declares it."""
        definition = self.record.space_definition
        return Space.from_dict(definition) if "hyperparameters" in definition else None

    @cached_property
    def varied(self) -> tuple[str, ...]:
        """The hyperparameters that differ between trials, in the order of the space."""
        seen: dict[str, set[object]] = {}
        for record in self.records:
            for name, value in record.hyperparameters.items():
                seen.setdefault(name, set()).add(value)
        varied = [name for name, values in seen.items() if len(values) > 1]
        if self.space is None:
            return tuple(varied)
        order = dict.fromkeys(h.name for h in self.space.hyperparameters)
        return tuple(name for name in order if name in varied)

    @property
    def learns_nothing(self) -> bool:
        """Whether no network is shown to do better than guessing, as far as it is known."""
        return False

    @property
    def compared(self) -> str | None:
        """The hyperparameter that the space compares, if trials have it; else None."""
        own = self.space.compare if self.space else None
        return own if any(own in record.hyperparameters for record in self.records) else None

    @property
    def most_trials(self) -> int | None:
        """How many trials the space has in all; None if any number, or if it is unknown."""
        return None if self.space is None else self.count_configurations(self.space)

    @property
    def has_budget(self) -> bool:
        """Whether networks have a given number of parameters, so that shallow ones are wide."""
        return any("parameters" in record.hyperparameters for record in self.records)

    def find_domain(self, name: str) -> Domain | None:
        """Return the domain of a hyperparameter; None if the space does not define it."""
        if self.space is None:
            return None
        try:
            return self.space.find_hyperparameter(name).domain
        except KeyError:
            return None  # derived from others, such as the width under a parameter budget


@dataclass(frozen=True)
class Evidence(TrialEvidence):
    """Everything that an answer can rest on.

    Attributes:
        picks: The networks that the study names.
        baselines: The baselines, compared with what is exported.
        resume: The command that resumes the study.
        guessing: The majority class, compared with what is exported; None if it is unknown.
        searching: Wall time of all trials, which train beside each other, in seconds.
        max_seconds: The time limit that a resumed search has, if no other is given; None for none.
    """

    picks: Picks
    baselines: tuple[JudgedBaseline, ...]
    resume: str
    guessing: JudgedBaseline | None
    searching: float
    max_seconds: float | None

    @property
    def learns_nothing(self) -> bool:
        """Whether no network is shown to do better than guessing the most frequent class."""
        return self.guessing is not None and self.guessing.verdict != "loses"

    @property
    def best(self) -> Pick:
        """The best trial."""
        return self.picks.best

    @property
    def exported(self) -> Pick | Ensemble:
        """What is exported: the ensemble only if it is better."""
        return self.picks.exported_pick

    @property
    def seconds_per_trial(self) -> float:
        """The wall time of a trial."""
        return self.searching / len(self.records)

    @property
    def exported_interval(self) -> tuple[float, float]:
        """The 95 % interval of the exported model's score, corrected for the choice."""
        return self.clip_interval(*self.picks.out_of_bag.interval)

    @property
    def exported_score(self) -> float:
        """The exported model's score, calibrated and corrected for the choice."""
        return self.picks.out_of_bag.score

    @property
    def correction(self) -> str:
        """What `exported_score` is corrected for, in words."""
        choice = ["corrected for the choice"] * (len(self.completed) > 1)
        averages = ["with what averaging gains"] * (self.objective in self.picks.averaging)
        return " and ".join([*choice, *averages])

    @property
    def exported_accuracy(self) -> float | None:
        """The share of rows that the exported model predicts right; None if it was not scored.

        It is that of rows out of fold, and what averaging the networks of folds gains.
        """
        accuracy = self.exported.scores.get("accuracy")
        if accuracy is None:
            return None
        return average_score(accuracy, 0.0, "accuracy", self.picks.averaging)[0]

    def get_loss(self, baseline: JudgedBaseline) -> float:
        """Return a baseline's objective so that lower is better."""
        return self.to_loss(baseline.scores[self.objective].value)

    def to_loss(self, score: float) -> float:
        """Return a value of the objective so that lower is better."""
        return self.record.objective.to_loss(score)

    def clip_interval(self, low: float, high: float) -> tuple[float, float]:
        """Return the part of an interval that the objective can reach."""
        return clip_interval(low, high, maximise=self.maximise)

    @cached_property
    def importance(self) -> Importance:
        """The importance of each hyperparameter."""
        return compute_importance(self.records, self.space, maximise=self.maximise)
