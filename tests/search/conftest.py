"""Fixtures of the search's tests."""

import time
from types import SimpleNamespace

import pytest

from tests.helpers.searches import FIVE_TRIALS, make_mlp
from tuner.search import FoldTuner


@pytest.fixture
def now(monkeypatch):
    """The time, which a test sets: `now.seconds`. Other programs slow nothing down."""
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(time, "monotonic", lambda: now.seconds)
    monkeypatch.setattr("tuner.search.clock.measure_slowness", lambda: 1.0)
    return now


@pytest.fixture
def make_tuner(tmp_path):
    """Return a function that makes a tuner, of a small MLP unless it gets another hypermodel."""

    def make_tuner(hypermodel=None, settings=FIVE_TRIALS, trainer=None, **kwargs):
        hypermodel = hypermodel or make_mlp(epochs=settings.epochs)
        tuner = FoldTuner(hypermodel, settings, directory=tmp_path / "runs", **kwargs)
        tuner.trainer = trainer or tuner.trainer
        return tuner

    return make_tuner
