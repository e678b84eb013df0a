"""What is said of settings whose best trial the limit of epochs ended."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.made_studies import ROWS
from tuner.analysis.answers.comparison_sentences import describe_comparison
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.analysis.answers.one_sentence import answer_in_one_sentence
from tuner.study import ENOUGH_ROUNDS

EPOCHS, PATIENCE = 20, 5
OTHER = """
[network]
depth = 1
units = 8
[regularizer]
kind = "l2"
strength = { min = 1e-6, max = 1.0, log = true }
[sgd]
learning_rate = { min = 0.001, max = 1.0, log = true }
"""


def fall(end, speed=1.0):
    """Losses that fall by `speed` with each doubling of the epochs, by epoch."""
    return [end + speed * np.log2(EPOCHS / epoch) for epoch in range(1, EPOCHS + 1)]


def add(study, name, losses, wrong, times=ENOUGH_ROUNDS, *, luck=0.01, curve=fall, epoch=EPOCHS):
    """Add trials of each setting: the loss of a right row, and how many of 120 rows are wrong."""
    for drawn in range(times):
        for value, loss in losses.items():
            rows = np.where(np.arange(ROWS) < wrong[value], 1.5, loss + luck * drawn)
            curves = dict.fromkeys(("loss", "val_loss"), [curve(float(rows.mean()))] * 4)
            right = 1 - wrong[value] / ROWS
            study.add({name: value}, rows=rows, curves=curves, epoch=epoch, accuracy=right)
    return study


@pytest.fixture
def limited(made):
    """Make studies of 20 epochs."""
    return lambda *text, **settings: made(
        *text, **{"epochs": EPOCHS, "patience": PATIENCE} | settings
    )


def test_losses_of_groups_do_not_say_which_rows_are_right(limited):
    """Of a group of ten, a loss below log 2 says that most are right, and no more."""
    study = add(limited(), "depth", {0: 0.5, 1: 0.1}, {0: 6, 1: 3})
    evidence = study.evidence()
    assert compare_hyperparameter(evidence, "depth").spared == (0,)
    groups = {t: v.reshape(-1, 10).mean(axis=1) for t, v in evidence.cluster_values.items()}
    grouped = replace(evidence, cluster_values=groups, comparisons={})
    comparison = compare_hyperparameter(grouped, "depth")
    assert (comparison.spared, comparison.not_told_apart) == ((), (1,))


@pytest.mark.parametrize(("wrong", "is_spared"), [(3, True), (6, True), (20, False)])
def test_a_network_that_predicts_as_well_but_is_less_sure_yet_is_not_called_worse(
    limited, wrong, is_spared
):
    evidence = add(limited(), "depth", {0: 0.5, 1: 0.1}, {0: wrong, 1: 3}).evidence()
    comparison = compare_hyperparameter(evidence, "depth")
    answer = answer_in_one_sentence(evidence, "depth")
    assert comparison.spared == ((0,) if is_spared else ())
    assert comparison.not_told_apart == ((1, 0) if is_spared else (1,))
    assert comparison.pairs[0].told_apart != is_spared
    assert comparison.pairs[0].excludes_zero
    said = " ".join(describe_comparison(evidence, "depth"))
    if is_spared:
        assert answer.startswith("No: on these rows it does as well without any hidden layer")
        assert ", still falling after 20 epochs; the difference is " in answer
        assert "chance" not in answer
        assert (
            "Depth 0 is not called worse, although its cross-entropy is: as many rows are right, "
            "as far as can be told, and its best trial was still getting better in the last 5 of "
            "20."
        ) in said
    else:
        assert answer.startswith("Yes. With one hidden layer ")
        assert "Depth 0 may do better with more epochs" in said


@pytest.mark.parametrize(
    ("curve", "epoch", "promised"),
    [
        (lambda end: fall(end, 0.05), EPOCHS, True),  # five more doublings take off 0.25 of 0.39
        (lambda end: [end] * EPOCHS, EPOCHS, False),
        (lambda end: [*fall(end)[:-1], end + 2], EPOCHS - 1, False),  # it rose at the end
        (fall, EPOCHS - PATIENCE, False),  # its patience was not over, and yet it was past its best
    ],
)
def test_a_loss_that_will_not_make_up_for_it_is_worse(limited, curve, epoch, promised):
    study = add(limited(), "depth", {0: 0.5, 1: 0.1}, {0: 3, 1: 3}, curve=curve, epoch=epoch)
    evidence = study.evidence()
    assert compare_hyperparameter(evidence, "depth").not_told_apart == (1,)
    said = " ".join(describe_comparison(evidence, "depth"))
    assert ("Depth 0 may do better with more epochs" in said) == promised


def test_several_that_are_less_sure_yet_keep_the_order_of_their_scores(limited):
    study = add(limited(), "depth", {0: 0.6, 1: 0.4, 2: 0.1}, dict.fromkeys(range(3), 3))
    evidence = study.evidence()
    comparison = compare_hyperparameter(evidence, "depth")
    assert comparison.not_told_apart == (2, 1, 0)
    assert comparison.spared == (1, 0)
    said = " ".join(describe_comparison(evidence, "depth"))
    assert "Depths 0 and 1 are not called worse, although their cross-entropy is: " in said


@pytest.mark.parametrize(
    ("name", "low", "high"), [("learning_rate", 0.01, 0.1), ("strength", 0.1, 0.01)]
)
def test_what_decides_how_a_network_trains_is_judged_by_the_epochs_it_has(limited, name, low, high):
    study = add(
        limited(OTHER.replace("NAME", name)), name, {low: 0.5, high: 0.1}, {low: 3, high: 3}
    )
    assert compare_hyperparameter(study.evidence(), name).spared == ()


def test_more_trials_are_not_asked_of_one_that_more_epochs_would_tell(limited):
    """Luck is large, so that the difference is not told; of few trials nothing is known."""

    def compare(times=ENOUGH_ROUNDS, **changes):
        losses, wrong = {0: 0.4, 1: 0.1}, {0: 3, 1: 3}
        study = add(limited(), "depth", losses, wrong, times, luck=0.3, **changes)
        return compare_hyperparameter(study.evidence(), "depth")

    assert compare(epoch=PATIENCE).open == (0,)
    assert compare().open == ()
    assert compare().spared == (0,)
    few = compare(ENOUGH_ROUNDS - 1)
    assert few.open == (0,)
    assert few.spared == ()


def test_of_another_objective_the_rows_say_nothing_of_how_sure_they_are(limited):
    study = add(limited(objective="accuracy"), "depth", {0: 0.5, 1: 0.1}, {0: 3, 1: 3})
    assert compare_hyperparameter(study.evidence(), "depth").spared == ()
