"""A search that ends with a network in memory: nothing runs beside it, nothing is exported."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from tuner.analysis import Evidence, answer_parts, predict_out_of_fold
from tuner.run.answering import answer_own_question, make_evidence
from tuner.run.final_training import train_members
from tuner.run.model_description import TrainedExportable
from tuner.run.opening import create_study
from tuner.run.picking import PickingResult, describe_picks, pick
from tuner.run.request import Destination
from tuner.run.run import Run, record_run
from tuner.run.searching import SearchResult, make_tuner, search_trials
from tuner.run.setup import Setup
from tuner.run.stages import Stage, mark_done
from tuner.run.testing import score_test_rows
from tuner.study import Listener, Study

if TYPE_CHECKING:
    from tuner.serving.trained_network import TrainedNetwork
    from tuner.training.remote.crew import Crew

__all__ = ["describe_training", "fit_network", "pick_and_answer", "train_pick"]


def fit_network(
    setup: Setup,
    destination: Destination,
    *,
    started: float,
    listeners: Sequence[Listener] = (),
    crew: "Crew | None" = None,
) -> "tuple[Study, TrainedNetwork]":
    """Search, pick a network, and train it on all training rows.

    The study lacks what takes time that a fit has no use for: an exported model, baselines,
    prediction times and a report. `tuner export` and `tuner report` make them.

    Args:
        setup: Space, data, folds and settings.
        destination: Where to create the study.
        started: When the run started, by `time.monotonic`.
        listeners: Receive the run's events, in this order.
        crew: Workers that train the trials. None to train in this process.

    Raises:
        StudyError: The study's folder cannot be written.
        SpaceError: The user's hypermodel cannot be loaded or trained.
        SearchFailed: No trial was completed.
    """
    tuner = make_tuner(setup, listeners, crew)
    run = Run(setup, create_study(setup, destination), listeners, started)
    with run.study.lock_search(run.note), record_run(run):
        search = search_trials(run, tuner, after=run.estimates.picking)
        picking, _ = pick_and_answer(run, search)
        run.announce(describe_training(picking))
        trained = train_pick(run, picking).trained
    return run.study, trained


def pick_and_answer(run: Run, search: SearchResult) -> tuple[PickingResult, Evidence]:
    """Pick the study's networks, and tell the answer to the space's question.

    Returns:
        The picks, and what all answers of the study rest on.
    """
    setup, study, seen = run.setup, run.study, search.seen
    picking = pick(setup, study, seen.cluster_values if seen else None)
    evidence = make_evidence(setup, study, picking.picks, seen)
    answer = answer_own_question(setup, study, picking.picks, evidence)
    run.answer(answer, describe_picks(study, picking.picks), partial(answer_parts, evidence))
    mark_done(study, Stage.PICKING, picking.basis)
    return picking, evidence


def describe_training(picking: PickingResult) -> str:
    """Return how the networks to export come about."""
    if picking.exportable.members[0].folds:
        added = any(member.on_all_rows for member in picking.exportable.members)
        more = ", and training others on all training rows" if added else ""
        return f"averaging the networks of the folds{more}"
    several = picking.exportable.name == "ensemble"
    return f"training the {'networks' if several else 'network'} on all training rows"


def train_pick(run: Run, picking: PickingResult) -> TrainedExportable:
    """Train the pick on all training rows, or average its folds, and score it on held-out rows."""
    setup, study, exportable = run.setup, run.study, picking.exportable
    trained = train_members(
        setup,
        {record.trial: record for record in study.read_trials()},
        exportable.members,
        run.note,
        temperature=picking.calibration.temperature,
        kept=run.fold_networks,
    )
    mark_done(study, Stage.FINAL_TRAINING, picking.basis)
    test = score_test_rows(setup, study, picking, trained)
    predictions = predict_out_of_fold(
        study, setup.truth, exportable.members, temperature=picking.calibration.temperature
    )
    return TrainedExportable(exportable, trained, picking.calibration, test, predictions)
