"""What may be exported, by a word or by a trial's number."""

from dataclasses import replace

import pytest

from tuner.analysis import check_pick, find_exportable, list_front, make_exportable, pick_networks
from tuner.errors import UserError
from tuner.study import PredictionTime, PredictionTimes, TrialRecord
from tuner.training import TrialResult


@pytest.fixture
def study(make_study, make_record):
    """Trials 0 to 11 completed, the better the larger; 12 was pruned, 13 failed."""
    study = make_study()
    for number in range(12):
        record = make_record(number, noise=3.0 - number / 4, parameters=15 + number)
        result = replace(record.result, score=2.0 - number / 10)
        study.write_trial(replace(record, result=result), {})
    beaten = replace(make_record(12).result, status="pruned", reason="clearly worse than trial 3")
    study.write_trial(TrialRecord(12, {}, {}, beaten), {})
    study.write_trial(
        TrialRecord(13, {}, {}, TrialResult.from_failure(13, "diverged", "it diverged")), {}
    )
    return study


def refusal(call, *arguments):
    with pytest.raises(UserError) as refused:
        call(*arguments)
    return str(refused.value)


@pytest.mark.parametrize("pick", ["best", "smallest", "ensemble", "pareto", "0", "17"])
def test_words_and_numbers_are_picks(pick):
    check_pick(pick)


@pytest.mark.parametrize(
    ("pick", "near"), [("bets", "did you mean best? Known"), ("-1", "known"), ("٣", "known")]
)
def test_another_word_is_refused_with_what_there_is(pick, near):
    assert refusal(check_pick, pick) == (
        f"--pick: there is no pick {pick}; {near} are best, smallest, ensemble, pareto, and the "
        "number of any completed trial"
    )


def test_a_trial_says_where_it_stands_and_that_nothing_is_corrected(study):
    study.write_prediction_times(
        PredictionTimes({3: PredictionTime(0.1, 0.2), 4: PredictionTime(0.1, 0.1)}, 12, 2, "it")
    )
    picked = find_exportable(study, 3)
    record = next(each for each in study.read_trials() if each.trial == 3)
    assert (picked.name, picked.folder) == ("trial 3", "trial-3")
    (member,) = picked.members
    assert (member.trial, member.networks, member.epoch) == (3, 1, record.result.epoch)
    said = picked.description
    assert said["pareto"] == {"parameters": True, "prediction_time": False}
    assert (said["score"], said["standard_error"]) == (1.7, record.result.standard_error)
    assert said["scores"] == record.result.scores
    assert said["standard_errors"] == record.result.standard_errors
    assert (said["corrected_score"], said["corrected_interval"]) == (None, None)
    assert "These scores are not corrected" in said["note"]


COMPLETED = "completed trials, the best first: 11, 10, 9, 8, 7, 6, 5, 4, 3, 2 and 2 more"


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (99, "study study has no trial 99 that ended"),
        (12, "trial 12 was pruned (clearly worse than trial 3), and has no network to export"),
        (13, "trial 13 failed (it diverged), and has no network to export"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_what_can(study, number, why):
    assert refusal(find_exportable, study, number) == f"--pick: {why}; {COMPLETED}"


def test_a_study_without_a_completed_trial_has_nothing(make_study):
    study = make_study()
    assert list_front(study) == []
    assert refusal(find_exportable, study, 0) == (
        "--pick: study study has no trial 0 that ended; none of its trials was completed"
    )


def test_the_front_is_all_trials_on_it_the_smallest_first(study):
    assert [picked.name for picked in list_front(study)] == [f"trial {n}" for n in range(12)]


def test_a_named_pick_says_what_the_study_says_of_it(study, problem):
    picks = pick_networks(study, problem.truth)
    picked = make_exportable(picks, "best")
    assert picked.description == picks.best.to_dict()
    assert [member.trial for member in picked.members] == [picks.best.trial]
