"""Which questions a study answers, and in which order."""

import numpy as np

from tuner.analysis.answers import make_answers

MLP = """
[network]
depth = { min = 0, max = 2 }
units = [8, 16]
[regularizer]
kind = ["none", "l2"]
strength = { min = 1e-6, max = 1e-2, log = true }
[sgd]
learning_rate = { min = 0.001, max = 1.0, log = true }
batch_size = [16, 32]
"""


def answered(study, *baselines):
    return make_answers(study.evidence(*baselines))


def drawn(study, trials, names):
    rng = np.random.default_rng(0)
    for _ in range(trials):
        values = {
            "depth": int(rng.integers(3)),
            "units": int(rng.choice([8, 16])),
            "kind": str(rng.choice(["none", "l2"])),
            "strength": float(10 ** rng.uniform(-6, -2)),
            "learning_rate": float(10 ** rng.uniform(-3, 0)),
            "batch_size": int(rng.choice([16, 32])),
        }
        shift = 0.3 * abs(np.log10(values["learning_rate"]) + 1.5)
        if values["kind"] == "none":
            del values["strength"]
        study.add({name: values[name] for name in names if name in values}, shift)
    return study


def test_what_the_space_compares_comes_first(made):
    answers = answered(drawn(made(), 30, ["depth", "learning_rate"]))
    assert [answer.title for answer in answers.answers] == [
        "How many hidden layers are best?",
        "Which hyperparameters matter most?",
        "Which learning rate is best?",
    ]
    assert answers.answers[1].sentences == (
        "Whether a trial is among the best 8 of 30 is decided by learning rate (96 % of the "
        "importance). Even so, the best trials of different settings can be equally good.",
        "Depth is no more important than by chance.",
    )
    assert next(iter(answers.answers[1].importance.shares)) == "learning_rate"


def test_without_a_comparison_depth_and_what_matters_come_first(made):
    names = ["depth", "units", "kind", "strength", "learning_rate", "batch_size"]
    answers = answered(drawn(made(MLP), 40, names))
    assert [answer.title for answer in answers.answers] == [
        "Which hyperparameters matter most?",
        "How many hidden layers are best?",
        "Which learning rate and batch size train best?",
        "How many units should a hidden layer have?",
        "Which regularizer helps?",
        "How strong should a penalty be?",
    ]
    assert len(answers.answers[2].cells) == 10


RATES = """
compare = "learning_rate"
[network]
depth = 1
units = 8
[sgd]
learning_rate = [0.001, 0.1]
batch_size = [16, 32]
"""


def test_a_space_that_compares_learning_rates_is_answered_about_them(made):
    study = made(RATES)
    for trial in range(12):
        values = {"learning_rate": (0.001, 0.1)[trial % 2], "batch_size": (16, 32)[trial // 6]}
        study.add(values, 0.3 * (trial % 2) + 0.001 * trial)
    own = answered(study).answers[0]
    assert own.hyperparameters == ("learning_rate",)
    assert {setting.value for setting in own.comparison.settings} == {0.001, 0.1}


def test_one_hyperparameter_alone_has_no_ranking(made):
    answers = answered(drawn(made(), 10, ["depth"]))
    assert [answer.title for answer in answers.answers] == ["How many hidden layers are best?"]


def test_how_to_get_more_trials_is_said_once(made):
    answers = answered(drawn(made(), 6, ["depth", "learning_rate"]))
    sentences = [sentence for answer in answers.answers for sentence in answer.sentences]
    assert sum("--max-trials" in sentence for sentence in sentences) == 1
    assert (
        "It is unknown which hyperparameters matter, because only 6 trials were completed, and at "
        "least 10 are needed." in sentences
    )
