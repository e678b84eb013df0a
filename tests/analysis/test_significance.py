"""Tests against their definitions, written out, and by drawing."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.helpers.problems import make_split
from tuner.analysis.significance import (
    TTest,
    Variance,
    adjust_by_holm,
    estimate_row_variances,
    run_t_test,
)

SPLIT = make_split(np.arange(100) % 2, classes=["a", "b"], folds=5, test_size=0.0, seed=0)


def test_the_variance_over_rows_is_nadeau_and_bengios_where_folds_vary_as_their_rows_say():
    rng = np.random.default_rng(0)
    values = rng.normal(size=500)
    (variance,) = estimate_row_variances([values], [np.full(5, 0.3)], SPLIT)
    assert variance.value == pytest.approx(values.var(ddof=1) / 500 * (1 + 5 / 4))
    assert variance.freedom == 499


def test_folds_that_vary_more_than_their_rows_raise_the_variance_of_all_differences():
    rng = np.random.default_rng(0)
    pairs = [rng.normal(size=100) for _ in range(2)]
    alike, apart = np.full(5, 0.1), np.array([-1.0, 1.0, 0.0, 2.0, -2.0])
    least = estimate_row_variances(pairs, [alike, alike], SPLIT)
    most = estimate_row_variances(pairs, [alike, apart], SPLIT)
    ratios = [more.value / less.value for more, less in zip(most, least, strict=True)]
    assert ratios[0] == pytest.approx(ratios[1])
    assert ratios[0] > 1.5


def test_folds_that_do_not_define_the_score_are_left_out():
    values = np.random.default_rng(0).normal(size=100)
    undefined = np.array([0.1, np.nan, 0.3, 0.2, 0.1])
    (variance,) = estimate_row_variances([values], [undefined], SPLIT)
    assert np.isfinite(variance.value)


def test_without_variance_every_difference_is_sure_and_none_is_none():
    nothing = Variance(0.0, 2.0)
    assert run_t_test(0.0, nothing) == TTest(0.0, p=1.0, margin=0.0, standard_error=0.0)
    assert run_t_test(0.25, nothing) == TTest(0.25, p=0.0, margin=0.0, standard_error=0.0)


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
