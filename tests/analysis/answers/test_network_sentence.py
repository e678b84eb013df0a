"""Which network is best, where a space compares nothing, and whether it is worth it."""

from dataclasses import replace

import pytest

from tests.helpers.made_studies import add_ensemble
from tuner.analysis.answers import make_own_answer
from tuner.analysis.ensemble import Ensemble, Member

MLP = """
[network]
depth = { min = 0, max = 2 }
units = [8, 16]
[regularizer]
kind = ["none", "l2"]
strength = { min = 1e-6, max = 1e-2, log = true }
[sgd]
learning_rate = { min = 0.001, max = 1.0, log = true }
"""
VALUES = {"depth": 2, "units": 16, "kind": "l2", "strength": 1e-4, "learning_rate": 0.1}
NETWORK = "network with two hidden layers of 16 units and L2"
SCORE = "(cross-entropy 1.000, 95 % interval "


@pytest.fixture
def evidence(made):
    evidence = made(MLP).add(VALUES).evidence()
    scores = {"cross_entropy": 1.0, "accuracy": 0.974}
    best = replace(evidence.best, scores=scores)
    return replace(evidence, picks=replace(evidence.picks, best=best))


def test_the_network_comes_with_its_share_of_right_rows(evidence):
    sentence = make_own_answer(evidence)
    assert sentence.startswith(f"A {NETWORK}: 97.4 % of rows are right {SCORE}")


@pytest.mark.parametrize(("others", "trials"), [(0, "the only trial"), (1, "the best of 2 trials")])
def test_a_network_that_still_learned_when_time_was_out_is_no_last_word(made, others, trials):
    study = made(MLP).add(VALUES, reason="ended by the clock, in epoch 3")
    for _ in range(others):
        study.add({**VALUES, "depth": 1}, 0.5)
    assert make_own_answer(study.evidence()).endswith(
        f". The time limit ended {trials} while it learned: a longer search may say otherwise."
    )
    whole = made(MLP).add(VALUES).add({**VALUES, "depth": 1}, 0.5, reason="ended by the clock")
    assert "time limit" not in make_own_answer(whole.evidence())
    early = made(MLP).add(VALUES, reason="ended by the clock, in epoch 2", epoch=1)
    assert "time limit" not in make_own_answer(early.evidence())  # later epochs were no better


def test_a_network_that_is_not_shown_to_do_better_than_guessing_is_no_answer(evidence, judged):
    guessing = judged("majority class", 1.02, "ties", accuracy=0.98)
    logistic = judged("logistic regression", 1.01, "ties", accuracy=0.97)
    unlearned = replace(evidence, guessing=guessing, baselines=(logistic, guessing))
    assert make_own_answer(unlearned) == (
        f"No network is shown to do better than guessing: with a {NETWORK} 97.4 % of rows are "
        "right, by guessing the most frequent class 98.0 % (cross-entropy 1.000 against 1.020)."
    )
    better = replace(unlearned, baselines=(judged("majority class", 0.9, "wins", accuracy=0.98),))
    assert make_own_answer(better) == make_own_answer(unlearned)
    trees = judged("gradient boosting", 0.7, "wins", accuracy=0.99)
    assert make_own_answer(replace(unlearned, baselines=(trees,))).startswith(
        "Gradient boosting, which does better than any network here: 99.0 % of rows are right, with"
    )


def test_a_network_that_is_better_by_its_probabilities_alone_is_called_so(evidence, judged):
    guessing = judged("majority class", 1.2, "loses", accuracy=0.974)
    assert make_own_answer(replace(evidence, guessing=guessing)).endswith(
        ". By guessing the most frequent class 97.4 % are: it is better by its probabilities alone."
    )


def test_several_networks_are_averaged(evidence):
    members = (Member(0, 5, hyperparameters={}, derived={}, parameters=10, epoch=3),)
    scores = {"accuracy": 0.98}
    ensemble = Ensemble(members, 50, 0.8, 0.05, 0.86, (0.7, 1.02), scores, {}, better=True)
    assert make_own_answer(add_ensemble(evidence, ensemble)) == (
        f"Five averaged networks, the best of them a {NETWORK}: 98.0 % of rows are right "
        "(cross-entropy 0.860, 95 % interval 0.700 to 1.020)."
    )


def test_a_network_that_beats_the_baselines_is_worth_it(evidence, judged):
    boosting = judged("gradient boosting", 1.2, "loses", accuracy=0.96)
    sentence = make_own_answer(replace(evidence, baselines=(boosting,)))
    assert sentence.endswith("; it is worth it: with gradient boosting 96.0 % of rows are right.")


@pytest.mark.parametrize(("accuracy", "said"), [(0.99, "99.0 %"), (0.974, "97.4 %")])
def test_the_score_decides_where_a_worse_baseline_has_as_many_rows_right(
    evidence, judged, accuracy, said
):
    boosting = judged("gradient boosting", 1.3, "loses", accuracy=accuracy)
    sentence = make_own_answer(replace(evidence, baselines=(boosting,)))
    right = f"{said} of rows are right (cross-entropy 1.300, which decides)."
    assert sentence.endswith(f"; it is worth it: with gradient boosting {right}")


def test_the_scores_decide_where_a_better_baseline_has_fewer_rows_right(evidence, judged):
    logistic = judged("logistic regression", 0.7, "wins", accuracy=0.96)
    assert make_own_answer(replace(evidence, baselines=(logistic,))) == (
        "Logistic regression, which does better than any network here: 96.0 % of rows are right "
        f"(cross-entropy 0.700, which decides), with a {NETWORK} 97.4 % (1.000)."
    )


def test_a_network_is_not_worth_it_where_the_majority_class_wins(evidence, judged):
    baselines = (
        judged("majority class", 0.9, "wins", accuracy=0.98),
        judged("gradient boosting", 1.2, "loses", accuracy=0.96),
    )
    assert "worth it" not in make_own_answer(replace(evidence, baselines=baselines))


def test_a_baseline_that_cannot_be_told_apart_does_as_well(evidence, judged):
    baselines = (
        judged("gradient boosting", 1.2, "loses"),
        judged("logistic regression", 1.1, "ties"),
    )
    sentence = make_own_answer(replace(evidence, baselines=baselines))
    assert sentence.endswith("; logistic regression does as well, as far as can be told.")


def test_a_baseline_that_wins_is_the_answer(evidence, judged):
    boosting = judged("gradient boosting", 0.7, "wins", accuracy=0.99)
    assert make_own_answer(replace(evidence, baselines=(boosting,))) == (
        "Gradient boosting, which does better than any network here: 99.0 % of rows are right, "
        f"with a {NETWORK} 97.4 %."
    )


def test_a_baseline_can_win_against_several_networks(evidence, judged):
    members, scores = (
        (Member(0, 5, hyperparameters={}, derived={}, parameters=10, epoch=3),),
        {"accuracy": 0.98},
    )
    ensemble = Ensemble(members, 50, 0.8, 0.05, 0.86, (0.7, 1.02), scores, {}, better=True)
    boosting = judged("gradient boosting", 0.7, "wins", accuracy=0.99)
    beaten = replace(evidence, baselines=(boosting,))
    assert make_own_answer(add_ensemble(beaten, ensemble)).endswith(
        f", with five averaged networks, the best of them a {NETWORK}, 98.0 %."
    )


def test_a_network_without_hidden_layers_is_called_so(made):
    evidence = made(MLP).add({**VALUES, "depth": 0, "kind": "none"}).evidence()
    assert make_own_answer(evidence).startswith("A network without hidden layers: cross-entropy ")
