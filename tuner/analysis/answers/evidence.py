"""What answers are drawn from: a study, its trials, its picks and its baselines."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil

import numpy as np

from tuner.analysis.baselines import JudgedBaseline
from tuner.analysis.bias_correction import clip_interval
from tuner.analysis.ensemble import Ensemble
from tuner.analysis.importance import Importance, compute_importance
from tuner.space import Domain, Space
from tuner.study import Pick, StudyRecord, TrialRecord

__all__ = ["Evidence"]

_TRIALS_OF_A_SETTING = 8  # with fewer, the luck of what was drawn hides all but large differences


@dataclass(frozen=True)
class Evidence:
    """All that an answer may rest on.

    Attributes:
        study: What was searched.
        records: Its trials, by number.
        cluster_values: The objective of each row, or group of rows, by completed trial.
        best: The best network.
        smallest: The smallest one within one standard error of it.
        baselines: Judged beside what is exported.
        resume: The command that goes on with the study.
        ensemble: Of the best trials, where it is known.
    """

    study: StudyRecord
    records: tuple[TrialRecord, ...]
    cluster_values: Mapping[int, np.ndarray]
    best: Pick
    smallest: Pick
    baselines: tuple[JudgedBaseline, ...]
    resume: str
    ensemble: Ensemble | None = None

    @property
    def objective(self) -> str:
        """The name of what the study optimises."""
        return self.study.settings.objective

    @property
    def maximise(self) -> bool:
        """Whether more of it is better."""
        return self.study.objective.direction == "max"

    @property
    def exported(self) -> Pick | Ensemble:
        """What is exported: the ensemble only where it is better."""
        return self.ensemble if self.ensemble and self.ensemble.better else self.best

    def clip_interval(self, low: float, high: float) -> tuple[float, float]:
        """Return the part of a score's interval that a score can have."""
        return clip_interval(low, high, maximise=self.maximise)

    @cached_property
    def completed(self) -> tuple[TrialRecord, ...]:
        """The trials that trained to their end."""
        return tuple(record for record in self.records if record.completed)

    @cached_property
    def space(self) -> Space | None:
        """The space; None where a person's own hypermodel declares it."""
        definition = self.study.definition
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

    def domain(self, name: str) -> Domain | None:
        """Return what a hyperparameter may be, where the space says it."""
        if self.space is None:
            return None
        try:
            return self.space.find_hyperparameter(name).domain
        except KeyError:
            return None  # it follows from others, as the width of a parameter budget

    @cached_property
    def importance(self) -> Importance:
        """How much each hyperparameter matters."""
        return compute_importance(self.records, self.space, maximise=self.maximise)

    @property
    def more_trials(self) -> str:
        """A sentence that says how to get enough trials to compare the space's own settings."""
        size = None if self.space is None else self.space.size()
        if size is not None and size <= len(self.records):
            return f"The space holds no more than these {size} trials."
        own = self.space.compare if self.space else None
        settings = {record.hyperparameters.get(own or "") for record in self.records}
        wanted = max(_TRIALS_OF_A_SETTING * min(len(settings), 8), 2 * len(self.records))
        trials = 10 * ceil(wanted / 10)
        if "source" not in self.study.data:  # it was searched from Python
            return f"Search with `max_trials={trials}` to tell more."
        return f"`{self.resume} --max-trials {trials}` goes on until there are {trials} trials."
