"""A search that ends when its question is answered."""

import pytest

from tests.helpers.searches import Interrupt, make_mlp, read_trials
from tuner.search import FoldTuner
from tuner.search.looks import Looks
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


def add_all(looks, records):
    for record in records:
        looks.add(record)


def test_a_search_looks_after_six_eight_twelve_and_sixteen_rounds():
    looks = Looks(make_mlp(SPACE, epochs=1, compare="depth"), 64, is_answered=lambda records: False)
    ended = (0, 11, 12, 13, 16, 24, 31, 32)
    assert [looks.find_next(number) for number in ended] == [12, 12, 16, 16, 24, 32, 32, None]


def test_without_a_question_a_search_never_looks():
    compared = make_mlp(SPACE, epochs=1, compare="depth")
    other = make_mlp(SPACE, epochs=1)
    for looks in (Looks(compared, 64), Looks(other, 64, is_answered=lambda records: True)):
        assert looks.find_next(0) is None
        assert not looks.look()


def test_trials_that_a_look_has_passed_are_judged_as_they_were_then():
    """A study of 14 trials that had no look is judged by its first 12."""
    judged = []
    compared = make_mlp(SPACE, epochs=1, compare="depth")
    looks = Looks(compared, 64, is_answered=lambda records: bool(judged.append(len(records))))
    records = [TrialRecord(n, {}, {}, TrialResult(n, "completed")) for n in range(14)]
    add_all(looks, records)
    assert not looks.look()
    assert not looks.look()
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
    compared = make_mlp(SPACE, epochs=1, compare="depth")
    looks = Looks(compared, rows, is_answered=lambda records: answered)
    curves = {"loss": [[0.5] * 20] * 2}
    result = {"parameters": 10_000, "curves": curves}
    records = [TrialRecord(n, {}, {}, TrialResult(n, "completed", **result)) for n in range(12)]
    add_all(looks, records)
    assert looks.look() == (end is not None)
    assert looks.end == end


def test_the_last_look_ends_no_search_for_its_work():
    compared = make_mlp(SPACE, epochs=1, compare="depth")
    looks = Looks(compared, 10**12, is_answered=lambda records: False)
    result = {"parameters": 10_000, "curves": {"loss": [[0.5]]}}
    records = [TrialRecord(n, {}, {}, TrialResult(n, "completed", **result)) for n in range(32)]
    add_all(looks, records)
    assert not looks.look()


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
        looks = Looks(
            tuner.hypermodel,
            problem.training_rows,
            is_answered=lambda records: len(records) >= answered_after,
        )
        end = tuner.run(problem, study, looks=looks)
        return tuner, end

    return search


def test_it_ends_at_the_first_look_whose_trials_answer(search):
    tuner, end = search(answered_after=13)
    assert (end.kind, end.trials) == (EndKind.ANSWERED, 16)
    assert end.sentence == "16 trials answer the question"
    depths = [record.hyperparameters["depth"] for record in tuner.records]
    assert depths.count(0) == depths.count(1) == 8


def test_it_ends_after_six_rounds_that_were_too_much_work(search, monkeypatch):
    monkeypatch.setattr("tuner.search.looks._MOST_WORK", 1.0)
    _, end = search(answered_after=99)
    assert (end.kind, end.trials) == (EndKind.WORK, 12)
    assert end.sentence == "the question is open after 12 trials, and more would take long"


def test_a_search_that_is_interrupted_between_looks_ends_as_one_that_is_not(search, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        search(answered_after=12, listeners=[Interrupt("trial", 5)])
    tuner, end = search(answered_after=12)
    assert (end.kind, end.trials) == (EndKind.ANSWERED, 12)
    assert sorted(read_trials(tuner.study)) == list(range(12))


def make_looks(patience, gains):
    """Return looks, and the trials that they compare."""
    compared = []

    def has_gained(before, now):
        compared.append((len(before), len(now)))
        return gains[len(compared) - 1]

    options = {"has_gained": has_gained, "patience": patience}
    return Looks(make_mlp(SPACE, epochs=1), 64, **options), compared


def test_a_search_ends_when_the_last_trials_have_not_improved_the_ensemble():
    looks, compared = make_looks(3, [True, False])
    added = []
    records = [TrialRecord(n, {}, {}, TrialResult(n, "completed")) for n in range(10)]
    assert [looks.find_next(ended) for ended in (0, 2, 3, 8)] == [3, 3, 6, 9]
    for ended in (3, 5, 6, 8):
        add_all(looks, records[len(added) : ended])
        added += records[len(added) : ended]
        assert not looks.look()
    for ended in (9, 10):
        add_all(looks, records[len(added) : ended])
        added += records[len(added) : ended]
        assert looks.look()
    assert compared == [(3, 6), (6, 9)]
    assert looks.end is EndKind.PATIENCE


def test_a_trial_for_which_no_time_was_left_is_not_counted():
    looks, compared = make_looks(3, [False])
    add_all(
        looks, [TrialRecord(n, {}, {}, TrialResult(n, "completed")) for n in (0, 2, 3, 5, 6, 7)]
    )
    assert looks.look()
    assert compared == [(3, 6)]


def test_what_ends_by_patience_does_not_depend_on_how_many_trials_train_at_once():
    looks, compared = make_looks(3, [False])
    add_all(looks, [TrialRecord(n, {}, {}, TrialResult(n, "completed")) for n in range(8)])
    assert looks.look()
    assert compared == [(3, 6)]
