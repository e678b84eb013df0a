"""What is said of settings whose best trial the limit of epochs ended."""

import pytest

from tuner.analysis.answers.comparison_sentences import describe_comparison
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.analysis.answers.one_sentence import answer_in_one_sentence
from tuner.study import FEWEST_ROUNDS

RATES = """
compare = "learning_rate"
[network]
depth = 1
units = 8
[sgd]
learning_rate = [0.01, 0.1]
"""


def add(study, name, shifts, right, times=8, *, luck=0.01, first=9.0):
    """Add trials of each setting: how far each is behind, and its share of right rows."""
    for drawn in range(times):
        for value, shift in shifts.items():
            study.add({name: value}, shift + luck * drawn, accuracy=right[value], first=first)
    return study


@pytest.fixture
def limited(made):
    """Make studies whose best epochs are all the last but those of `patience`."""
    return lambda *text, **settings: made(*text, **{"epochs": 2, "patience": 1} | settings)


@pytest.mark.parametrize(("right", "is_spared"), [(0.97, True), (0.95, True), (0.8, False)])
def test_a_network_that_predicts_as_well_but_is_less_sure_yet_is_not_called_worse(
    limited, right, is_spared
):
    study = add(limited(), "depth", {0: 0.5, 1: 0.0}, {0: right, 1: 0.97})
    evidence = study.evidence()
    comparison = compare_hyperparameter(evidence, "depth")
    answer = answer_in_one_sentence(evidence, "depth")
    assert comparison.unfinished == ((0,) if is_spared else ())
    assert comparison.not_told_apart == ((1, 0) if is_spared else (1,))
    assert comparison.pairs[0].told_apart != is_spared
    assert comparison.pairs[0].excludes_zero
    said = " ".join(describe_comparison(evidence, "depth"))
    if is_spared:
        assert answer.startswith("No: on these rows it does as well without any hidden layer")
        assert "against 1.500, still falling after 2 epochs; the difference is " in answer
        assert "chance" not in answer
        assert (
            "Depth 0 is not called worse, although its cross-entropy is: as many rows are right, "
            "as far as can be told, and its best trial was still getting better in the last 1 of 2."
        ) in said
    else:
        assert answer.startswith("Yes. With one hidden layer 97 % of rows are right, ")
        assert "Depth 0 may do better with more epochs" in said


def test_a_network_that_had_stopped_getting_better_is_worse(limited):
    study = add(limited(epochs=20, patience=10), "depth", {0: 0.5, 1: 0.0}, {0: 0.97, 1: 0.97})
    assert compare_hyperparameter(study.evidence(), "depth").not_told_apart == (1,)


@pytest.mark.parametrize(("first", "told"), [(1.51, True), (1.59, True), (1.61, False)])
def test_a_loss_that_hardly_falls_any_more_is_worse(limited, first, told):
    """It is at 1.5 after two epochs, 0.5 behind: five more falls of 0.1 make up for that."""
    study = add(limited(), "depth", {0: 0.5, 1: 0.0}, {0: 0.97, 1: 0.97}, first=first)
    compared = compare_hyperparameter(study.evidence(), "depth")
    assert compared.not_told_apart == ((1,) if told else (1, 0))


def test_several_that_are_less_sure_yet_keep_the_order_of_their_scores(limited):
    shifts, right = {0: 0.5, 1: 0.3, 2: 0.0}, {0: 0.97, 1: 0.98, 2: 0.97}
    evidence = add(limited(), "depth", shifts, right).evidence()
    comparison = compare_hyperparameter(evidence, "depth")
    assert comparison.not_told_apart == (2, 1, 0)
    said = " ".join(describe_comparison(evidence, "depth"))
    assert "Depths 0 and 1 are not called worse, although their cross-entropy is: " in said


def test_what_decides_how_fast_a_network_trains_is_judged_by_the_epochs_it_has(limited):
    study = add(limited(RATES), "learning_rate", {0.01: 0.5, 0.1: 0.0}, {0.01: 0.97, 0.1: 0.97})
    assert compare_hyperparameter(study.evidence(), "learning_rate").not_told_apart == (0.1,)


def test_more_trials_are_not_asked_of_one_that_more_epochs_would_tell(limited):
    """Luck is large, so that the difference is not told; of few trials nothing is known."""
    shifts, right = {0: 0.2, 1: 0.0}, {0: 0.97, 1: 0.97}

    def compare(times=FEWEST_ROUNDS, **settings):
        study = add(limited(**settings), "depth", shifts, right, times, luck=0.3)
        return compare_hyperparameter(study.evidence(), "depth")

    assert compare(epochs=20, patience=10).open == (0,)
    assert compare().open == ()
    assert compare().unfinished == (0,)
    few = compare(FEWEST_ROUNDS - 1)
    assert few.open == (0,)
    assert few.unfinished == ()


def test_of_another_objective_the_share_of_right_rows_says_nothing(limited):
    study = add(limited(objective="accuracy"), "depth", {0: -0.5, 1: 0.0}, {0: 0.97, 1: 0.97})
    evidence = study.evidence()
    assert compare_hyperparameter(evidence, "depth").unfinished == ()
