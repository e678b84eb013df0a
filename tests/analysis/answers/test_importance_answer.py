"""The answer on which hyperparameters matter."""

import pytest

from tuner.analysis.answers.importance_answer import importance_answer
from tuner.analysis.importance import Importance


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (0.0, "Nothing shows in 16 trials that any hyperparameter matters: none is more important"),
        (
            0.5,
            "Of 16 trials, which are among the best 4 is decided by no hyperparameter more than by "
            "chance. Yet settings of depth are told apart, by the best trials of each.",
        ),
    ],
)
def test_that_none_is_important_does_not_belie_settings_that_are_told_apart(made, shift, expected):
    evidence = made().add_depths({0: shift, 1: 0.0}, 8).evidence()
    evidence.__dict__["importance"] = Importance({"depth": 1.0}, (), trials=16, good=4)
    assert importance_answer(evidence).sentences[0].startswith(expected)


def test_one_that_is_less_important_than_another_may_have_settings_that_are_told_apart(made):
    study = made()
    for drawn, rate in enumerate([0.1, 0.01] * 4):
        for depth, shift in ((0, 0.5), (1, 0.0)):
            study.add({"depth": depth, "learning_rate": rate}, shift + 0.001 * drawn)
    evidence = study.evidence()
    shares = {"learning_rate": 0.7, "depth": 0.3}
    evidence.__dict__["importance"] = Importance(shares, ("learning_rate",), trials=16, good=4)
    assert importance_answer(evidence).sentences[1] == (
        "Depth is no more important than by chance. Yet settings of depth are told apart, by the "
        "best trials of each."
    )


def test_what_has_little_importance_decides_nothing(made):
    study = made()
    for rate in [0.1, 0.01] * 4:
        study.add({"depth": 0, "learning_rate": rate}).add({"depth": 1, "learning_rate": rate})
    evidence = study.evidence()
    shares = {"learning_rate": 0.9, "depth": 0.1}
    evidence.__dict__["importance"] = Importance(shares, ("depth",), trials=16, good=4)
    sentence = importance_answer(evidence).sentences[0]
    assert " among the best 4 of 16 is shown to depend on nothing but depth (10 % of" in sentence
