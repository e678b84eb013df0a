"""The trials that every way of a benchmark trains: the first ones of a random search."""

import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuner.run.setup import Setup
    from tuner.training import Job

__all__ = ["ask_jobs", "prepare_to_the_end"]


def prepare_to_the_end(
    space: str, data: str, *, trials: int, epochs: int, **others: Any
) -> "Setup":
    """Read a table for a search in which every trial trains all its epochs.

    Args:
        space: A space's name, or its file.
        data: The table.
        trials: How many trials.
        epochs: Epochs of each.
        others: Further settings of the search.
    """
    from tuner.run.preparing import prepare
    from tuner.run.request import DataRequest
    from tuner.study import SearchSettings

    settings = SearchSettings(
        max_trials=trials, epochs=epochs, patience=epochs, racing=False, **others
    )
    return prepare(space, DataRequest(data), settings)


def ask_jobs(ready: "Setup") -> "list[Job]":
    """Return the trials that the random oracle proposes first."""
    import keras_tuner

    from tuner.scoring import OBJECTIVES
    from tuner.search import ORACLES
    from tuner.training import Job

    trials = ready.settings.max_trials
    oracle = ORACLES["random"](
        ready.space,
        OBJECTIVES["cross_entropy"],
        max_trials=trials,
        epochs=ready.settings.epochs,
        seed=0,
    )

    class Asked(keras_tuner.Tuner):
        def run_trial(self, *_: Any) -> None:
            """Never called: the trials are only asked for."""

    Asked(oracle, directory=tempfile.mkdtemp())
    return [Job(n, oracle.create_trial(f"place-{n}").hyperparameters) for n in range(trials)]
