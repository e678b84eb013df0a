"""A search that ends when its question is answered."""

import pytest

from tests.helpers.searches import Interrupt, make_mlp, read_trials
from tuner.search import FoldTuner
from tuner.search.end_rules import AnswerRule, EndRules, PatienceRule
from tuner.study import EndKind, SearchSettings, TrialRecord
from tuner.training import TrialResult

SPACE = """
[network]
depth = { min = 0, max = 1 }
units = 4
[sgd]
learning_rate = { min = 0.01, max = 0.3, log = true }
batch_size = 64
"""
SETTINGS = SearchSettings(
    max_trials=32, folds=2, epochs=1, test_size=0.0, seed=3, until_answered=True
)


def add_all(rules, records):
    for record in records:
        rules.add(record)


def make_comparison(is_answered, rows=64, compare="depth"):
    """Return the rules of a comparison."""
    hypermodel = make_mlp(SPACE, epochs=1, compare=compare)
    return EndRules([AnswerRule(hypermodel, rows, is_answered)])


def test_a_search_looks_after_six_eight_twelve_and_sixteen_rounds():
    rules = make_comparison(lambda records: False)
    ended = (0, 11, 12, 13, 16, 24, 31, 32)
    assert [rules.find_next(number) for number in ended] == [12, 12, 16, 16, 24, 32, 32, None]


def test_without_a_question_a_search_never_looks():
    for rules in (EndRules([]), make_comparison(lambda records: True, compare=None)):
        assert rules.find_next(0) is None
        assert not rules.check()


def test_trials_that_a_look_has_passed_are_judged_as_they_were_then():
    """A study of 14 trials that had no look is judged by its first 12."""
    judged = []
    rules = make_comparison(lambda records: bool(judged.append(len(records))))
    records = [TrialRecord(n, {}, {}, TrialResult(n, "completed")) for n in range(14)]
    add_all(rules, records)
    assert not rules.check()
    assert not rules.check()
    assert judged == [12]


@pytest.mark.parametrize(
    ("rows", "answered", "end"),
    [
        # 12 trials of 10,000 weights and 20 epochs; 16 of them are 3.2e6 visits a row
        (900_000, False, None),
        (950_000, False, EndKind.WORK),
        (950_000, True, EndKind.ANSWERED),
    ],
)
def test_a_search_does_not_go_on_if_more_trials_take_long(rows, answered, end):
    rules = make_comparison(lambda records: answered, rows)
    curves = {"loss": [[0.5] * 20] * 2}
    result = {"parameters": 10_000, "curves": curves}
    records = [TrialRecord(n, {}, {}, TrialResult(n, "completed", **result)) for n in range(12)]
    add_all(rules, records)
    assert rules.check() == (end is not None)
    assert rules.end == end


def test_the_last_look_ends_no_search_for_its_work():
    rules = make_comparison(lambda records: False, 10**12)
    result = {"parameters": 10_000, "curves": {"loss": [[0.5]]}}
    records = [TrialRecord(n, {}, {}, TrialResult(n, "completed", **result)) for n in range(32)]
    add_all(rules, records)
    assert not rules.check()


@pytest.fixture
def search(problem, tmp_path, make_study):
    study = make_study()

    def search(*, answered_after, listeners=()):
        tuner = FoldTuner(
            make_mlp(SPACE, epochs=1, compare="depth"),
            SETTINGS,
            directory=tmp_path / "runs",
            listeners=listeners,
        )
        rule = AnswerRule(
            tuner.hypermodel, problem.training_rows, lambda records: len(records) >= answered_after
        )
        end = tuner.run(problem, study, end_rules=[rule])
        return tuner, end

    return search


def test_it_ends_at_the_first_look_whose_trials_answer(search):
    tuner, end = search(answered_after=13)
    assert (end.kind, end.trials) == (EndKind.ANSWERED, 16)
    assert end.sentence == "16 trials answer the question"
    depths = [record.hyperparameters["depth"] for record in tuner.records]
    assert depths.count(0) == depths.count(1) == 8


def test_it_ends_after_six_rounds_that_were_too_much_work(search, monkeypatch):
    monkeypatch.setattr("tuner.search.end_rules._MOST_WORK", 1.0)
    _, end = search(answered_after=99)
    assert (end.kind, end.trials) == (EndKind.WORK, 12)
    assert end.sentence == "the question is open after 12 trials, and more would take long"


def test_a_search_that_is_interrupted_between_looks_ends_as_one_that_is_not(search, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        search(answered_after=12, listeners=[Interrupt("trial", 5)])
    tuner, end = search(answered_after=12)
    assert (end.kind, end.trials) == (EndKind.ANSWERED, 12)
    assert sorted(read_trials(tuner.study)) == list(range(12))


def wait_for_gains(patience, gains):
    """Return the rule of patience, and the trials that it compares."""
    compared = []

    def has_gained(before, now):
        compared.append((len(before), len(now)))
        return gains[len(compared) - 1]

    return EndRules([PatienceRule(has_gained, patience)]), compared


def test_a_search_ends_when_the_last_trials_have_not_improved_the_ensemble():
    rules, compared = wait_for_gains(3, [True, False])
    added = []
    records = [TrialRecord(n, {}, {}, TrialResult(n, "completed")) for n in range(10)]
    assert [rules.find_next(ended) for ended in (0, 2, 3, 8)] == [3, 3, 6, 9]
    for ended in (3, 5, 6, 8):
        add_all(rules, records[len(added) : ended])
        added += records[len(added) : ended]
        assert not rules.check()
    for ended in (9, 10):
        add_all(rules, records[len(added) : ended])
        added += records[len(added) : ended]
        assert rules.check()
    assert compared == [(3, 6), (6, 9)]
    assert rules.end is EndKind.PATIENCE


def test_a_trial_for_which_no_time_was_left_is_not_counted():
    rules, compared = wait_for_gains(3, [False])
    add_all(
        rules, [TrialRecord(n, {}, {}, TrialResult(n, "completed")) for n in (0, 2, 3, 5, 6, 7)]
    )
    assert rules.check()
    assert compared == [(3, 6)]


def test_what_ends_by_patience_does_not_depend_on_how_many_trials_train_at_once():
    rules, compared = wait_for_gains(3, [False])
    add_all(rules, [TrialRecord(n, {}, {}, TrialResult(n, "completed")) for n in range(8)])
    assert rules.check()
    assert compared == [(3, 6)]
