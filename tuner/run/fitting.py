"""A search that ends with a network in memory: nothing runs beside it, nothing is exported."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuner.run.answering import pick_and_answer
from tuner.run.opening import create_study
from tuner.run.pick_training import describe_training, train_pick
from tuner.run.request import Destination
from tuner.run.run import Run, record_run
from tuner.run.searching import make_tuner, search_trials
from tuner.run.setup import Setup
from tuner.study import Listener, Study

if TYPE_CHECKING:
    from tuner.serving.trained_network import TrainedNetwork
    from tuner.training.remote.crew import Crew

__all__ = ["fit_network"]


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
    tuner = make_tuner(setup, listeners)
    run = Run(setup, create_study(setup, destination), listeners, started)
    with run.study.lock_search(run.note), record_run(run):
        seen = search_trials(run, tuner, crew, after=run.estimates.picking)
        picking, _ = pick_and_answer(run, seen)
        run.announce(describe_training(picking))
        trained = train_pick(run, picking).trained
    return run.study, trained
