"""A search that ends with a network in memory, as Python calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuner.api.boundary import Caller
from tuner.run.fitting import fit_network
from tuner.run.request import Destination
from tuner.run.row_times import add_row_time
from tuner.run.setup import Setup
from tuner.terminal.progress import Progress, Shown
from tuner.training.remote import Engine

if TYPE_CHECKING:
    from tuner.serving.trained_network import TrainedNetwork
    from tuner.study import Study

__all__ = ["search_and_train"]


def search_and_train(
    caller: Caller, setup: Setup, destination: Destination, engine: Engine
) -> tuple[Study, TrainedNetwork]:
    """Search, and train what is best on all rows.

    Args:
        caller: Prints what happens, and imports TensorFlow; a time limit counts from its start.
        setup: Space, data, folds and settings.
        destination: Where to create the study.
        engine: Where the trials train.

    Raises:
        UserError: The study's folder, the space or the engine cannot be used.
        SearchFailed: No trial was completed.
    """
    if setup.lacks_row_time:
        caller.import_heavy()
        setup = add_row_time(setup)
    if not caller.messages.mute:  # it takes time to find what to warn of
        for warning in setup.data_warnings:
            caller.messages.warn(f"warning: {warning}")
    progress = Progress(caller.messages, Shown.from_setup(setup), caller.started)
    workers = engine.open(setup.settings.trainer, caller.import_heavy, on_note=progress.on_note)
    with progress.show(), workers as crew:
        return fit_network(
            setup, destination, started=caller.started, listeners=[progress], crew=crew
        )
