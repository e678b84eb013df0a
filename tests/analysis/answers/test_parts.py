"""Whether parts of networks for tables help is answered as any question is."""

import numpy as np
import pytest

from tuner.analysis.answers import answer_parts, make_answers, make_own_answer

SPACE = """
[inputs]
numbers = ["plain", "periodic"]
[network]
depth = 2
residual = [false, true]
[optimizer]
optimizer = ["sgd", "adamw"]
learning_rate = { min = 0.001, max = 1.0, log = true }
[[first]]
name = "usual"
optimizer = "adamw"
"""


@pytest.fixture
def study(made):
    """A study in which Adam and embeddings help, and residual connections do not."""
    study = made(SPACE)
    rng = np.random.default_rng(0)
    for number in range(32):
        values = {
            "numbers": ("plain", "periodic")[number % 2],
            "residual": bool(number // 2 % 2),
            "optimizer": ("sgd", "adamw")[number // 4 % 2],
            "learning_rate": float(10 ** rng.uniform(-3, 0)),
        }
        shift = 0.4 * (values["optimizer"] == "sgd") + 0.2 * (values["numbers"] == "plain")
        study.add(values, shift, losses=(1.0, 1.0))
    return study


def test_what_parts_are_worth_is_answered_by_their_questions(study):
    answers = {answer.title: answer for answer in make_answers(study.evidence()).answers}
    adam = answers["Does Adam beat SGD?"]
    assert adam.sentence.startswith("AdamW is best: with AdamW the cross-entropy is ")
    embeddings = answers["Do embeddings of numbers help?"]
    assert embeddings.sentence.startswith("Periodic embeddings of numbers help: with periodic ")
    residual = answers["Do residual connections help?"]
    assert " help: " in residual.sentence
    assert "not" in residual.sentence.partition(":")[0]
    importance = answers["Which hyperparameters matter most?"]
    assert "optimizer" in importance.importance.above_chance


def test_a_model_card_has_the_answers_on_all_parts_that_trials_differ_in(study):
    evidence = study.evidence()
    parts = answer_parts(evidence)
    assert list(parts) == [
        "Which hyperparameters matter most?",
        "Does Adam beat SGD?",
        "Do embeddings of numbers help?",
        "Do residual connections help?",
    ]
    answers = {answer.title: answer for answer in make_answers(evidence).answers}
    importance, *others = parts
    assert parts[importance] == answers[importance].sentences[0]
    assert [parts[title] for title in others] == [answers[title].sentence for title in others]


def test_a_few_trials_say_nothing_about_parts(made):
    study = made(SPACE)
    for numbers in ("plain", "periodic"):
        study.add({"numbers": numbers, "optimizer": "adamw"})
    assert answer_parts(study.evidence()) == {}


def test_the_best_network_is_named_by_its_parts(study):
    best = study.evidence().best
    assert (best.hyperparameters["optimizer"], best.hyperparameters["numbers"]) == (
        "adamw",
        "periodic",
    )
    sentence = make_own_answer(study.evidence())
    assert sentence.startswith("A network with ")
    assert "periodic embeddings of numbers" in sentence
    assert "AdamW" in sentence


def test_the_best_network_has_its_name_in_the_space(study):
    first = study.study.space_definition["first"][0]["values"]
    study.add(first, -0.5)
    assert make_own_answer(study.evidence()).startswith("Usual, a network with AdamW: ")
