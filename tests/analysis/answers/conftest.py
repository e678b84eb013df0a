"""Fixtures for the answers: studies of made trials, and judged baselines."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.made_studies import MadeStudy
from tuner.analysis.answers.one_sentence import answer_in_one_sentence
from tuner.analysis.baselines import JudgedBaseline
from tuner.analysis.pairs import Pair
from tuner.analysis.scores import Score
from tuner.analysis.setting_records import Comparison, Setting


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
        interval, own = (difference - 0.04, difference + 0.04), (score - 0.1, score + 0.1)
        return JudgedBaseline(name, 1.0, scores, difference, 0.02, interval, own, verdict)

    return make


@pytest.fixture
def says(made, judged):
    """Say the answer of a comparison that is made: each setting's share of right rows.

    A setting is told apart, or open, or as good as the best; of some that are not told apart the
    interval has no 0 in it. Without a score of guessing, no difference is a large share of what is
    gained over it. `rounds` trials of each are compared, and `wide` is how far all intervals reach.
    """

    def answer(
        name,
        right,
        *,
        told=(),
        still_open=(),
        clear=(),
        p=0.5,
        others=None,
        derived=None,
        guessing=None,
        rounds=8,
        wide=None,
    ):
        study = made()
        for value in right:
            units = {"units": (derived or {}).get(value)} if derived else {}
            study.add({name: value, **(others or {})}, derived=units)
        values = sorted(right, key=lambda value: -right[value])
        trials = {value: trial for trial, value in enumerate(right)}
        settings = [
            Setting(value, 8, trials[value], 0.1 + place, (0.0, 1.0), right[value])
            for place, value in enumerate(values)
        ]
        pairs = [
            Pair(
                values[0],
                value,
                -place,
                (-place - 0.5, -place + (0.5 if value in (*told, *clear) else 2 * place))
                if wide is None
                else (-wide, wide),
                p=p,
                adjusted_p=0.5,
                told_apart=value in told,
            )
            for place, value in enumerate(values)
            if place
        ]
        alike = tuple(value for value in values if value not in told)
        comparison = Comparison(
            rounds, tuple(settings), tuple(pairs), alike, tuple(still_open), (0.1,) * len(pairs)
        )
        evidence = study.evidence()
        evidence.comparisons[name] = comparison
        if guessing is not None:
            majority = judged("majority class", guessing, "loses", accuracy=0.5)
            evidence = replace(evidence, guessing=majority)
        return answer_in_one_sentence(evidence, name)

    return answer
