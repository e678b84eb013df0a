"""Whether a study's search is over, and why."""

from dataclasses import replace

import pytest

from tests.helpers.setups import write_untrained_study
from tuner.errors import SearchFailed
from tuner.run.run import Run
from tuner.run.searching import find_end, skip_search
from tuner.run.stages import mark_done
from tuner.study import EndKind, SearchEnd, Stage, TrialRecord
from tuner.training import TrialResult

TRIALS = [{"depth": 0}, {"depth": 1}]


@pytest.fixture
def study(setup, tmp_path):
    return write_untrained_study(setup, tmp_path, TRIALS)


def mark_end(study, kind, trials=2, max_trials=12):
    end = SearchEnd(kind, "the sentence", trials)
    mark_done(study, Stage.SEARCHING, {**end.to_dict(), "max_trials": max_trials})


def test_a_study_that_has_its_trials_is_over(setup, study):
    end = find_end(study, replace(setup.settings, max_trials=2))
    assert end == SearchEnd(EndKind.TRIALS, "all 2 trials have ended", 2)
    assert find_end(study, setup.settings) is None


@pytest.mark.parametrize("kind", list(EndKind))
def test_a_study_below_its_trials_is_over_only_if_its_space_is_exhausted(setup, study, kind):
    mark_end(study, kind)
    end = find_end(study, setup.settings)
    assert end == (SearchEnd(kind, "the sentence", 2) if kind == EndKind.EXHAUSTED else None)


def test_a_study_that_ran_out_of_patience_is_over_until_it_has_more(setup, study):
    end = SearchEnd(EndKind.PATIENCE, "the sentence", 2)
    mark_done(study, Stage.SEARCHING, {**end.to_dict(), "max_trials": 12, "patience_trials": 3})
    assert find_end(study, replace(setup.settings, patience_trials=3)) == end
    assert find_end(study, replace(setup.settings, patience_trials=4)) is None
    assert find_end(study, setup.settings) is None


def test_an_exhausted_space_says_nothing_about_more_trials(setup, study):
    mark_end(study, EndKind.EXHAUSTED)
    assert find_end(study, replace(setup.settings, max_trials=13)) is None
    mark_end(study, EndKind.EXHAUSTED, trials=1)
    assert find_end(study, setup.settings) is None


def test_a_finished_search_without_a_completed_trial_says_why_they_failed(setup, tmp_path):
    study = write_untrained_study(setup, tmp_path, [])
    for trial in range(2):
        result = TrialResult(trial, "failed", f"loss is NaN in epoch {trial + 1}")
        study.write_trial(TrialRecord(trial, {}, {}, result), {})
    end = find_end(study, replace(setup.settings, max_trials=2))
    with pytest.raises(SearchFailed) as failed:
        skip_search(Run(setup, study), end)
    assert str(failed.value) == "every trial failed; trial 0: loss is NaN in epoch 1"
