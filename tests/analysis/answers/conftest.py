"""Fixtures for the answers: studies of made trials, and judged baselines."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.made_studies import MadeStudy
from tuner.analysis.baselines import JudgedBaseline
from tuner.analysis.scores import Score


@pytest.fixture
def made() -> Callable[..., MadeStudy]:
    return MadeStudy


@pytest.fixture
def judged() -> Callable[..., JudgedBaseline]:
    """Make judged baselines."""

    def make(
        name: Any,
        score: float,
        verdict: Any,
        difference: float = 0.1,
        accuracy: float | None = None,
    ) -> JudgedBaseline:
        scores = {"cross_entropy": Score(score, 0.05)}
        if accuracy is not None:
            scores["accuracy"] = Score(accuracy, 0.01)
        interval = (difference - 0.04, difference + 0.04)
        return JudgedBaseline(name, 1.0, scores, difference, 0.02, interval, verdict)

    return make
