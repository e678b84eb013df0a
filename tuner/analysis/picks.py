"""The networks that a study names, and which of them it exports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, get_args

import numpy as np

from tuner.analysis.averaging import Averaging, add_averaging
from tuner.analysis.bias_correction import OutOfBag, evaluate_out_of_bag
from tuner.analysis.calibration import Calibration, calibrate
from tuner.analysis.cluster_values import read_cluster_values
from tuner.analysis.ensemble import Ensemble, Member, make_ensemble
from tuner.analysis.ensemble_selection import Library, Scoring
from tuner.analysis.paired_test import run_paired_tests
from tuner.analysis.tested_networks import read_averaging
from tuner.analysis.training_noise import compute_noise_ratio
from tuner.analysis.trial_picks import TrialPicks, pick_trials
from tuner.scoring import OBJECTIVES, Truth, compute_unseen_variance
from tuner.study import (
    Pick,
    Study,
    TrialRecord,
    adds_networks_on_all_rows,
    count_fold_networks,
    exports_ensemble,
)

__all__ = [
    "PICK_NAMES",
    "PickName",
    "Picks",
    "add_known_averaging",
    "average_out_of_fold",
    "calibrate_networks",
    "evaluate_exported",
    "pick_networks",
]

PickName = Literal["best", "smallest", "ensemble"]
PICK_NAMES: tuple[PickName, ...] = get_args(PickName)


@dataclass(frozen=True, slots=True)
class Picks:
    """The networks that a study names.

    Attributes:
        best: The trial with the best mean objective.
        smallest: The trial with the fewest parameters within one standard error of the best.
        ensemble: Networks of the best trials, whose probabilities are averaged.
        cluster_values: The objective of each cluster by completed trial, shape `(clusters,)`.
        calibration: The calibration of what is exported.
        out_of_bag: The out-of-bag values of choosing what is exported, with its calibration, with
            chance in its training and with what averaging gains, if that is known.
        averaging: What averaging the networks of folds gains. Defaults to nothing that is known.
    """

    best: Pick
    smallest: Pick
    ensemble: Ensemble
    cluster_values: Mapping[int, np.ndarray] = field(compare=False, repr=False)
    calibration: Calibration
    out_of_bag: OutOfBag = field(compare=False, repr=False)
    averaging: Averaging = field(default_factory=dict)

    @property
    def exported(self) -> PickName:
        """The name of the pick that a search exports: the ensemble only if it is better."""
        return "ensemble" if self.ensemble.is_exported else "best"

    @property
    def exported_pick(self) -> Pick | Ensemble:
        """The pick that a search exports."""
        return self.ensemble if self.ensemble.is_exported else self.best

    def list_members(self, name: PickName) -> tuple[Member, ...]:
        """Return the trials of a pick, and how many networks of each it has."""
        return self.ensemble.members if name == "ensemble" else (_make_member(getattr(self, name)),)


def _make_member(pick: Pick) -> Member:
    names = ("trial", "hyperparameters", "derived", "parameters", "epoch")
    return Member(networks=1, **{field: getattr(pick, field) for field in names})


def pick_networks(
    study: Study, truth: Truth, known: Mapping[int, np.ndarray] | None = None
) -> Picks:
    """Pick a study's networks from the out-of-fold probabilities of its trials.

    Args:
        study: The study.
        truth: The true classes of the rows.
        known: As of `read_cluster_values`.

    Raises:
        SearchFailed: No trial was completed.
    """
    settings, objective = study.record.settings, study.record.objective
    records, cluster_values = study.list_trials(), read_cluster_values(study, truth, known)
    compute_unseen = partial(compute_unseen_variance, objective.name, y=truth.y)
    trial_picks = pick_trials(
        records,
        cluster_values,
        objective=objective,
        seed=settings.seed,
        rows=len(truth.y),
        compute_unseen=lambda trial: compute_unseen(study.arrays.read_probabilities(trial)),
    )
    library = _make_library(study, truth, records, cluster_values)
    best = trial_picks.out_of_bag
    ensemble, averaged = _choose_ensemble(study, library, trial_picks, compute_unseen)
    members = ensemble.members if ensemble.is_exported else (_make_member(trial_picks.best),)
    calibration = calibrate_networks(study, members, truth)
    chosen = averaged if ensemble.is_exported else best
    out_of_bag = _complete(
        chosen,
        objective.name,
        study=study,
        library=library,
        members=members,
        calibration=calibration,
    )
    named = trial_picks.best, trial_picks.smallest, ensemble
    return Picks(*named, cluster_values, calibration, out_of_bag)


def add_known_averaging(study: Study, picks: Picks) -> Picks:
    """Return picks with what averaging folds gains, once it is measured and not in them yet."""
    members, temperature = picks.list_members(picks.exported), picks.calibration.temperature
    if picks.averaging or not members[0].folds:
        return picks
    averaging = read_averaging(study, members, temperature)
    out_of_bag = add_averaging(picks.out_of_bag, study.record.objective.name, averaging)
    return replace(picks, averaging=averaging, out_of_bag=out_of_bag)


def _choose_ensemble(
    study: Study,
    library: Library,
    picks: TrialPicks,
    compute_unseen: Callable[[np.ndarray], float],
) -> tuple[Ensemble, OutOfBag]:
    """Return the ensemble, compared with the best trial, and the values of choosing it."""
    completed = [record.result for record in library.records]
    ensemble, averaged = make_ensemble(
        library,
        best=picks.out_of_bag,
        seed=study.record.settings.seed,
        always=exports_ensemble(study),
        adds_networks_on_all_rows=adds_networks_on_all_rows(study, completed),
    )
    best, whole = picks.out_of_bag, averaged
    if {member.trial for member in ensemble.members} != {picks.best.trial}:  # else the same rows
        predicted = average_out_of_fold(study, ensemble.members)
        whole = averaged.with_unseen(compute_unseen(predicted))
        of_best = study.arrays.read_probabilities(picks.best.trial)
        best = best.with_unseen(compute_unseen(of_best))
    (test,) = run_paired_tests([whole - best], library.scoring.truth, study.record.split)
    return ensemble.add_test(test).limit(study.record.settings), averaged


def _complete(
    chosen: OutOfBag,
    objective: str,
    *,
    study: Study,
    library: Library,
    members: Sequence[Member],
    calibration: Calibration,
) -> OutOfBag:
    """Return the values of choosing networks, as they are exported.

    What calibration changes is added, and the variance of training and of unseen mistakes.
    """
    probabilities, truth = average_out_of_fold(study, members), library.scoring.truth
    row_values, calibrated = OBJECTIVES[objective].row_values, calibration.scale(probabilities)
    before, own = (truth.score_clusters(row_values, each) for each in (probabilities, calibrated))
    by_trial = {record.trial: record for record in library.records}
    networks = [(by_trial[member.trial], member.networks) for member in members]
    unseen = compute_unseen_variance(objective, calibrated, truth.y)
    noise = compute_noise_ratio(networks, len(truth.y), of_folds=members[0].folds > 0)
    return chosen.add(own - before).with_training(noise, own).with_unseen(unseen)


def calibrate_networks(study: Study, members: Sequence[Member], truth: Truth) -> Calibration:
    """Calibrate networks of a study by their mean out-of-fold probabilities.

    Several networks of one trial, or those of its folds, have a single prediction of each row.
    Their mean is less confident than that prediction, so its temperature is not allowed to lower
    the confidence further.

    Args:
        study: The study.
        members: The networks.
        truth: The true classes of the rows.
    """
    probabilities, places = average_out_of_fold(study, members), study.record.split.find_places()
    if any(member.networks > 1 or member.folds for member in members):
        return calibrate(probabilities, truth, places, highest=1.0)
    return calibrate(probabilities, truth, places)


def evaluate_exported(study: Study, truth: Truth, picks: Picks, objective: str) -> OutOfBag:
    """Return the out-of-bag values of choosing what is exported, scored by any objective.

    The choice itself always goes by the study's own objective. What averaging folds gains is not in
    them, unless it is in the picks and the objective is the study's own.

    Args:
        study: The study.
        truth: The true classes of the rows.
        picks: The study's picks.
        objective: The name of the objective that the choice is scored by.
    """
    if objective == study.record.objective.name:
        return picks.out_of_bag
    library = _make_library(study, truth, study.list_trials(), picks.cluster_values)
    if picks.exported == "ensemble":
        procedure = library.make_ensemble_procedure(objective)
    else:
        procedure = library.make_best_procedure(objective)
    seed = study.record.settings.seed
    chosen = evaluate_out_of_bag(procedure, truth.cluster_count, seed=seed)
    return _complete(
        chosen,
        objective,
        study=study,
        library=library,
        members=picks.list_members(picks.exported),
        calibration=picks.calibration,
    )


def _make_library(
    study: Study,
    truth: Truth,
    records: Sequence[TrialRecord],
    cluster_values: Mapping[int, np.ndarray],
) -> Library:
    objective = study.record.objective
    score_clusters = {
        name: partial(truth.score_clusters, o.row_values) for name, o in OBJECTIVES.items()
    }
    scoring = Scoring(truth, score_clusters, objective.name, objective.maximise)
    return Library(
        records,
        cluster_values,
        probabilities=study.arrays.read_probabilities,
        scoring=scoring,
        folds=count_fold_networks(study),
    )


def average_out_of_fold(study: Study, members: Sequence[Member]) -> np.ndarray:
    """Return the mean out-of-fold probabilities of some networks.

    Args:
        study: The study.
        members: The networks.

    Returns:
        Shape `(rows, classes)`, or `(repeats, rows, classes)`, as of one trial.
    """
    weights = [member.networks for member in members]
    stacked = np.stack([study.arrays.read_probabilities(member.trial) for member in members])
    return np.asarray(np.average(stacked, axis=0, weights=weights))
