import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.analysis import find_front, pick_trials
from tuner.errors import SearchFailed
from tuner.study import TrialRecord
from tuner.training import TrialResult

FAILED = TrialRecord(2, {}, {}, TrialResult.from_failure(2, "diverged", "it diverged"))


def sized(trial, parameters, score, status="completed"):
    return TrialRecord(
        trial, {}, {}, TrialResult(trial, status, parameters=parameters, score=score)
    )


@pytest.mark.parametrize("maximise", [False, True])
def test_a_study_names_its_best_and_its_smallest(make_record, maximise):
    sharp, blurred = make_record(0, noise=0.1, parameters=900), make_record(1, noise=3.0)
    better = np.linspace(0, 1, 60)
    values = {0: better, 1: better + 0.3}
    selection = pick_trials([sharp, blurred, FAILED], values, maximise=maximise, seed=0)
    expected = 1 if maximise else 0
    assert selection.best.trial == selection.smallest.trial == expected
    record = [sharp, blurred][expected]
    assert selection.best.parameters == record.result.parameters
    assert selection.best.score == record.result.score
    assert selection.best.corrected_score == pytest.approx(values[expected].mean(), abs=0.02)
    low, high = selection.best.corrected_interval
    assert low < selection.best.corrected_score < high


def test_a_study_in_which_all_failed_names_nothing():
    with pytest.raises(SearchFailed) as error:
        pick_trials([FAILED], {}, maximise=False, seed=0)
    assert str(error.value) == (
        "no trial was completed, so there is no network to pick; run tuner resume"
    )


def test_the_front_goes_from_small_to_good():
    records = [
        sized(0, 100, 0.5),
        sized(1, 50, 0.7),
        sized(2, 80, 0.8),  # larger than trial 1, and worse
        sized(3, 100, 0.4, "pruned"),
        sized(4, 50, 0.7),  # the like of trial 1
        FAILED,
    ]
    assert [record.trial for record in find_front(records, maximise=False)] == [1, 0]
    assert [record.trial for record in find_front(records, maximise=True)] == [1, 2]
    assert find_front([FAILED], maximise=False) == ()


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=12),
    st.booleans(),
)
def test_no_trial_beats_one_on_the_front_and_each_other_is_beaten_or_equalled(trials, maximise):
    records = [sized(n, size, float(score)) for n, (size, score) in enumerate(trials)]
    front = find_front(records, maximise=maximise)
    sign = -1 if maximise else 1
    points = [(each.result.parameters, sign * each.result.score) for each in front]
    assert points == sorted(points)
    for record in records:
        size, loss = record.result.parameters, sign * record.result.score
        not_worse = [p for p in points if p[0] <= size and p[1] <= loss]
        assert not_worse  # of the front, itself or one that is no worse in both
        if record in front:
            assert not_worse == [(size, loss)]


def test_the_interval_of_a_share_ends_at_1(make_record):
    """Row values of an area under a curve may lie above 1, and their mean on fewer rows too."""
    values = {0: np.where(np.arange(60) % 20 == 0, 0.5, 1.02)}
    best = pick_trials([make_record(0)], values, maximise=True, seed=0).best
    assert best.corrected_interval[1] == 1.0
    worse = pick_trials([make_record(0)], values, maximise=False, seed=0).best
    assert worse.corrected_interval[1] > 1.0
