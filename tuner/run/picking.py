"""Pick the networks that the scores favour, and calibrate the one to export."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.analysis import (
    Ensemble,
    Exportable,
    Picks,
    add_known_averaging,
    make_exportable,
    pick_networks,
)
from tuner.run.setup import Setup
from tuner.run.stages import STAGES_VERSION, read_basis
from tuner.study import EventKind, Pick, Stage, Study, describe_networks
from tuner.words import are_clearly_fewer, count_noun, format_hyperparameters, list_scores

__all__ = [
    "PickingResult",
    "describe_picks",
    "make_picking_basis",
    "pick_to_export",
    "read_picking_basis",
]


@dataclass(frozen=True, slots=True)
class PickingResult:
    """The networks that a study names.

    Attributes:
        picks: The best trial, the smallest good one, and the ensemble; and how the probabilities of
            the pick that the search exports are calibrated.
        exportable: That pick.
        basis: What all later stages depend on, as the journal keeps it.
    """

    picks: Picks
    exportable: Exportable
    basis: dict[str, Any]


def pick_to_export(
    setup: Setup, study: Study, known: Mapping[int, np.ndarray] | None = None
) -> PickingResult:
    """Pick a study's networks, and prepare the one that it exports.

    The picks have what averaging folds gains, once an export has measured it.

    Args:
        setup: The study's space, data and settings.
        study: The study.
        known: The objective of each cluster by trial, of trials that were read before.

    Raises:
        SearchFailed: No trial was completed.
    """
    picks = add_known_averaging(study, pick_networks(study, setup.truth, known))
    exportable = make_exportable(picks, picks.exported)
    basis = make_picking_basis(study) | {
        "exported": picks.exported,
        **describe_networks(exportable.members),
        "temperature": picks.calibration.temperature,
    }
    return PickingResult(picks, exportable, basis)


def describe_picks(study: Study, picks: Picks) -> list[str]:
    """Return a line for each network that a study names, by its cross-validated scores."""
    best, smallest, ensemble = picks.best, picks.smallest, picks.ensemble
    lines = [f"best: {_describe_trial(study, best)}"]
    if are_clearly_fewer(smallest.parameters, than=best.parameters):
        lines.append(
            f"smallest within one standard error: {_describe_trial(study, smallest)}, "
            f"{count_noun(smallest.parameters, 'parameter')}"
        )
    if picks.exported == "ensemble":
        members = ", ".join(member.label for member in ensemble.members)
        trials = "trials" if len(ensemble.members) > 1 else "trial"
        folds = "the folds of " if ensemble.members[0].folds else ""
        added = any(member.on_all_rows for member in ensemble.members)
        more = " and of others on all rows" if added else ""
        scores = _list_scores(ensemble)
        lines.append(f"to export: an ensemble of {folds}{trials} {members}{more}: {scores}")
    return lines


def _describe_trial(study: Study, pick: Pick) -> str:
    searched = study.record.list_searched(pick)
    what = study.record.find_first_name(pick.hyperparameters) or format_hyperparameters(searched)
    return f"trial {pick.trial}, {what}: {_list_scores(pick)}"


def _list_scores(pick: Pick | Ensemble) -> str:
    errors = pick.standard_errors
    return list_scores({name: (score, errors[name]) for name, score in pick.scores.items()})


def read_picking_basis(study: Study) -> dict[str, Any] | None:
    """Return the basis of a study's picks. None if they would have to be picked again."""
    basis = read_basis(study, Stage.PICKING)
    current = basis is not None and basis.items() >= make_picking_basis(study).items()
    return basis if current else None


def make_picking_basis(study: Study) -> dict[str, Any]:
    """Return what the picks depend on: the trials that ended, and the version of the stages."""
    basis = {"trials": study.count_trials(), "version": STAGES_VERSION}
    dropped = sum(1 for _ in study.journal.read(EventKind.DROPPED))  # and trained again
    return basis | {"dropped": dropped} if dropped else basis
