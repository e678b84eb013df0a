"""What a study may export: the networks that it names, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, get_args

import numpy as np

from tuner.analysis.bias_correction import OutOfBag, evaluate_out_of_bag
from tuner.analysis.ensemble import Ensemble, Library, Member, Scoring, make_ensemble
from tuner.analysis.trial_picks import pick_trials
from tuner.scoring import OBJECTIVES, Truth
from tuner.study import EventKind, Pick, Study

__all__ = [
    "PICK_NAMES",
    "PickName",
    "Picks",
    "average_out_of_fold",
    "count_networks",
    "judge_exported",
    "pick_networks",
    "read_cluster_values",
    "read_test_scores",
]

PickName = Literal["best", "smallest", "ensemble"]
PICK_NAMES: tuple[PickName, ...] = get_args(PickName)


@dataclass(frozen=True, slots=True)
class Picks:
    """What a study may export.

    Attributes:
        best: The trial with the best mean objective.
        smallest: The one with the fewest parameters within one standard error of it.
        ensemble: Networks of the best trials, whose probabilities are averaged.
        cluster_values: The objective of each cluster of rows, by completed trial.
        out_of_bag: What choosing what is exported comes to on rows that it was not chosen by.
    """

    best: Pick
    smallest: Pick
    ensemble: Ensemble
    cluster_values: Mapping[int, np.ndarray] = field(compare=False, repr=False)
    out_of_bag: OutOfBag = field(compare=False, repr=False)

    @property
    def exported(self) -> PickName:
        """What a search exports: the ensemble only where the evidence is for it."""
        return "ensemble" if self.ensemble.better else "best"

    @property
    def exported_pick(self) -> Pick | Ensemble:
        """The pick of that name."""
        return self.ensemble if self.ensemble.better else self.best

    def members(self, name: PickName) -> tuple[Member, ...]:
        """Return the networks of a pick."""
        if name == "ensemble":
            return self.ensemble.members
        pick: Pick = getattr(self, name)
        fields = ("trial", "hyperparameters", "derived", "parameters", "epoch")
        return (Member(networks=1, **{each: getattr(pick, each) for each in fields}),)


def average_out_of_fold(study: Study, members: Sequence[Member]) -> np.ndarray:
    """Return the probabilities of some networks, each row's by the folds that held it out.

    Returns:
        Shaped as those of a trial, the mean over the networks.
    """
    weights = [member.networks for member in members]
    stacked = np.stack([study.arrays.read_probabilities(member.trial) for member in members])
    return np.asarray(np.average(stacked, axis=0, weights=weights))


def count_networks(members: Sequence[Member]) -> dict[str, int]:
    """Return how many networks of each trial, as the journal has it."""
    return {str(member.trial): member.networks for member in members}


def read_test_scores(
    study: Study, members: Sequence[Member], temperature: float | None
) -> dict[str, tuple[float, float]]:
    """Return how some networks of a study scored on the held-out rows.

    Args:
        study: The study.
        members: Which networks.
        temperature: What their probabilities were calibrated by; None for whatever it was.

    Returns:
        Mean and standard error of each objective by name, as the journal has it of the last time;
        empty where they were not scored.
    """
    networks = count_networks(members)
    tests = [
        event["test"]
        for event in study.journal.read(EventKind.TESTED)
        if event.get("networks") == networks
        and temperature in (None, event.get("temperature", 1.0))
    ]
    return {name: (mean, error) for name, (mean, error) in (tests[-1] if tests else {}).items()}


def read_cluster_values(study: Study, truth: Truth) -> dict[int, np.ndarray]:
    """Return the objective of each row, or of each group of rows, by completed trial.

    Args:
        study: The study; the probabilities of its completed trials are read.
        truth: What they are held against.

    Returns:
        `Truth.values`, each of shape `(clusters,)`.
    """
    row_values = study.record.objective.row_values
    completed = (record.trial for record in study.read_trials() if record.completed)
    return {
        trial: truth.values(row_values, study.arrays.read_probabilities(trial))
        for trial in completed
    }


def pick_networks(study: Study, truth: Truth) -> Picks:
    """Pick a study's networks from the out-of-fold probabilities of its trials.

    Args:
        study: The study.
        truth: What they are held against.

    Raises:
        SearchFailed: No trial was completed.
    """
    settings, maximise = study.record.settings, study.record.objective.direction == "max"
    records, cluster_values = list(study.read_trials()), read_cluster_values(study, truth)
    selection = pick_trials(records, cluster_values, maximise=maximise, seed=settings.seed)
    library = _library(study, truth, cluster_values)
    best = selection.out_of_bag
    ensemble, averaged = make_ensemble(library, best=best, seed=settings.seed)
    return Picks(
        selection.best,
        selection.smallest,
        ensemble,
        cluster_values,
        averaged if ensemble.better else best,
    )


def judge_exported(study: Study, truth: Truth, picks: Picks, objective: str) -> OutOfBag:
    """Return what choosing what is exported comes to by an objective, on rows left out.

    It is chosen by the study's own objective, whatever it is judged by.

    Args:
        study: The study.
        truth: What predictions are held against.
        picks: What it exports.
        objective: The name of what it is judged by.
    """
    if objective == study.record.objective.name:
        return picks.out_of_bag
    library = _library(study, truth, picks.cluster_values)
    chosen = library.ensemble if picks.exported == "ensemble" else library.best
    return evaluate_out_of_bag(
        chosen(objective), truth.cluster_count, seed=study.record.settings.seed
    )


def _library(study: Study, truth: Truth, cluster_values: Mapping[int, np.ndarray]) -> Library:
    objective = study.record.objective
    values_of = {name: partial(truth.values, o.row_values) for name, o in OBJECTIVES.items()}
    scoring = Scoring(truth, values_of, objective.name, objective.direction == "max")
    return Library(
        list(study.read_trials()),
        cluster_values,
        probabilities=study.arrays.read_probabilities,
        scoring=scoring,
    )
