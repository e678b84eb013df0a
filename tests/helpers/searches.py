"""Small searches: a custom hypermodel, interruptions, and the trials of a study."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np

from tests.helpers.problems import CLASSES, FEATURES, make_problem
from tests.helpers.spaces import make_space
from tuner.model.mlp import MLPHyperModel
from tuner.search import FoldTuner
from tuner.study import Listener, SearchSettings, Study, TrialRecord

# A single shape of network, so that a search traces one program.
ONE_SHAPE = """
[network]
depth = 1
units = 8
[sgd]
learning_rate = { min = 0.01, max = 0.3, log = true }
batch_size = 16
"""


FIVE_TRIALS = SearchSettings(max_trials=5, folds=3, epochs=2, test_size=0.0, seed=3)


class CustomHyperModel(keras_tuner.HyperModel):
    """A user's hypermodel: `fit` declares a hyperparameter that `build` does not."""

    def build(self, hp: Any) -> keras.Model:
        """Build a network with a hidden layer or without."""
        model = keras.Sequential([keras.Input((FEATURES,))])
        if hp.Boolean("hidden"):
            with hp.conditional_scope("hidden", [True]):
                model.add(keras.layers.Dense(hp.Choice("units", [4, 8]), activation="relu"))
        model.add(keras.layers.Dense(CLASSES, activation="softmax"))
        rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        return model

    def fit(self, hp: Any, model: keras.Model, *args: Any, **kwargs: Any) -> Any:
        """Train with one of two batch sizes."""
        return model.fit(*args, batch_size=hp.Choice("batch_size", [8, 16]), **kwargs)


class Notes(Listener):
    """Keeps what a search says to a person.

    Attributes:
        texts: What it said.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []

    def on_note(self, note: str) -> None:
        """Keep a note."""
        self.texts.append(note)


class Interrupt(Listener):
    """Interrupts a search at an event, as a kill does: nothing else is written.

    Args:
        event: `proposed` or `trial`.
        count: The event at which the search is interrupted, counted from 1.
    """

    def __init__(self, event: str, count: int) -> None:
        self.remaining = {event: count}

    def on_trial_begin(self, trial: int, hyperparameters: dict[str, Any]) -> None:
        """Count a proposed trial."""
        self._count("proposed")

    def on_trial_end(self, record: TrialRecord) -> None:
        """Count a finished trial."""
        self._count("trial")

    def _count(self, event: str) -> None:
        if event in self.remaining:
            self.remaining[event] -= 1
            if self.remaining[event] == 0:
                raise KeyboardInterrupt


def make_rows(rows: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Make rows and their classes, which are words."""
    problem = make_problem(rows)
    return problem.x, np.array(["low", "mid", "top"])[problem.y]


def make_mlp(space: str = ONE_SHAPE, *, epochs: int, compare: str | None = None) -> MLPHyperModel:
    """Make the hypermodel of a space file's tables."""
    parsed = replace(make_space(space), compare=compare)
    return MLPHyperModel(parsed, features=FEATURES, classes=CLASSES, epochs=epochs)


def search(
    folder: Path,
    rows: tuple[np.ndarray, np.ndarray],
    settings: SearchSettings,
    *interrupts: tuple[str, int],
    hypermodel: keras_tuner.HyperModel | None = None,
) -> FoldTuner:
    """Search study `mine`, resumed after each interrupt, to the end; return the last tuner.

    A search ends before an interrupt if its event does not come.
    """
    for interrupt in interrupts:
        begin_search(folder, rows, settings, interrupt, hypermodel=hypermodel)
    tuner = _make_tuner(folder, settings, hypermodel)
    tuner.search(*rows, study="mine")
    return tuner


def begin_search(
    folder: Path,
    rows: tuple[np.ndarray, np.ndarray],
    settings: SearchSettings,
    interrupt: tuple[str, int],
    *,
    hypermodel: keras_tuner.HyperModel | None = None,
) -> None:
    """Search study `mine` until an interrupt, or to the end if its event does not come."""
    tuner = _make_tuner(folder, settings, hypermodel, Interrupt(*interrupt))
    with suppress(KeyboardInterrupt):
        tuner.search(*rows, study="mine")


def _make_tuner(
    folder: Path,
    settings: SearchSettings,
    hypermodel: keras_tuner.HyperModel | None,
    *listeners: Listener,
) -> FoldTuner:
    hypermodel = hypermodel or make_mlp(epochs=settings.epochs)
    return FoldTuner(hypermodel, settings, directory=folder, listeners=listeners)


def read_trials(study: Study) -> dict[int, tuple[dict[str, Any], dict[str, Any]]]:
    """Return hyperparameters and result of each trial by number, without the seconds."""
    records = list(study.read_trials())
    trials = {
        record.trial: (record.hyperparameters, replace(record.result, seconds=0.0).to_dict())
        for record in records
    }
    assert len(trials) == len(records)  # each trial is recorded once
    return trials
