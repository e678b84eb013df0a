"""Tests against their definitions, written out, and by drawing."""

import itertools
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tuner.analysis.significance import (
    TTest,
    Variance,
    adjust_by_holm,
    estimate_fold_variance,
    estimate_search_variance,
    run_t_test,
)


def test_the_corrected_test_is_nadeau_and_bengios():
    differences = np.array([0.02, 0.05, -0.01, 0.03, 0.04])
    mean, squares = differences.sum() / 5, ((differences - differences.mean()) ** 2).sum()
    error = sqrt(squares / 4 * (1 / 5 + 1 / 4))
    test = run_t_test(mean, estimate_fold_variance(differences, 1 / 4))
    assert test.p == pytest.approx(2 * stats.t.sf(mean / error, 4))
    assert test.margin == pytest.approx(2.776445 * error)  # of t with 4 degrees of freedom


def test_two_folds_have_one_degree_of_freedom():
    variance = estimate_fold_variance(np.array([0.1, 0.3]), 1.0)
    assert variance.freedom == 1
    assert variance.value == pytest.approx(0.02 * (1 / 2 + 1))
    p = run_t_test(0.2, variance).p
    assert p == pytest.approx(1 - 2 / np.pi * np.arctan(0.2 / sqrt(0.03)))  # of Cauchy's


def test_a_single_fold_says_nothing_of_the_variance():
    assert estimate_fold_variance(np.array([0.1]), 1.0).value == 0.0


def test_without_variance_every_difference_is_sure_and_none_is_none():
    nothing = estimate_fold_variance(np.full(3, 0.25), 0.5)
    assert nothing.value == 0.0
    assert run_t_test(0.0, nothing) == TTest(0.0, p=1.0, margin=0.0)
    assert run_t_test(0.25, nothing) == TTest(0.25, p=0.0, margin=0.0)


def test_variances_are_added_as_welch_did():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=5), rng.normal(scale=3, size=9) + 2
    variances = [Variance(each.var(ddof=1) / len(each), len(each) - 1) for each in (x, y)]
    expected = stats.ttest_ind(x, y, equal_var=False)
    p = run_t_test(x.mean() - y.mean(), variances[0] + variances[1]).p
    assert p == pytest.approx(expected.pvalue)
    nothing = Variance(0.0, 1.0)
    assert variances[0] + nothing == nothing + variances[0] == variances[0]
    assert nothing + nothing == nothing


def test_the_variance_of_a_search_is_that_of_drawing_trials_again():
    rng = np.random.default_rng(0)
    # no trial lies beyond Tukey's fence
    scores = [np.array([0.1, 0.35, 0.5, 0.8]), np.array([5.2, 5.4, 5.7, 5.9]), np.array([7.0])]
    spread = [(each - np.median(each)) * sqrt(4 / 3) for each in scores[:2]]
    pool = np.concatenate(spread)
    least = pool[rng.integers(8, size=(200_000, 2, 3))].min(axis=2)
    variance = estimate_search_variance(scores, share=3)
    drawn = (least[:, 0] - least[:, 1]).var()
    assert variance.value == pytest.approx(1.25 * drawn, rel=0.02)
    assert variance.freedom == 6


def test_how_hopeless_a_trial_was_does_not_matter():
    scores = [np.array([0.1, 0.12, 0.13, 3.0]), np.array([0.2, 0.21, 0.25, 0.26])]
    variance = estimate_search_variance(scores, share=4)
    scores[0][3] = 1e6
    assert estimate_search_variance(scores, share=4) == variance
    scores[0][3] = 0.14
    assert estimate_search_variance(scores, share=4).value < variance.value < 0.01


def test_trials_that_are_all_alike_have_no_luck_and_of_one_each_none_is_known():
    assert estimate_search_variance([np.ones(3), np.ones(3)], share=3).value == 0.0
    assert estimate_search_variance([np.ones(1), np.zeros(1)], share=1) == Variance(0.0, 1.0)
    assert estimate_search_variance([], share=0) == Variance(0.0, 1.0)


def by_definition(p):
    """Holm's adjusted p by closure: the largest Bonferroni p of the subsets that hold it."""
    adjusted = []
    for number in range(len(p)):
        subsets = (
            subset
            for size in range(1, len(p) + 1)
            for subset in itertools.combinations(range(len(p)), size)
            if number in subset
        )
        adjusted.append(max(min(1.0, len(s) * min(p[i] for i in s)) for s in subsets))
    return adjusted


@given(st.lists(st.floats(0, 1), max_size=6))
def test_holms_adjustment_is_the_closure_of_bonferronis(p):
    assert adjust_by_holm(p) == pytest.approx(by_definition(p))
