"""The seconds that the remaining trials take: known when they can be, and right then."""

import pytest

from tuner.terminal.pace import Pace


class Search:
    """A search that trains two trials at a time, on a clock of its own."""

    def __init__(self, trials, epochs=10):
        self.now = 0.0
        self.trials = trials
        self.pace = Pace(trials, epochs, lambda: self.now)

    def train(self, first, seconds, epochs=10):
        """Train two trials; return what was estimated after each of their epochs."""
        estimates = []
        for epoch in range(1, epochs + 1):
            self.now += seconds / epochs
            for trial in (first, first + 1):
                self.pace.add_epoch(trial, epoch)
            estimates.append(self.pace.estimate_seconds())
        for trial in (first, first + 1):
            self.pace.add_trained(trial)
        return estimates


@pytest.fixture
def search():
    return Search(trials=20)


def test_nothing_is_said_at_the_start(search):
    assert search.pace.estimate_seconds() is None
    estimates = search.train(0, seconds=5.0)
    assert estimates == [None] * 10


def test_a_steady_search_is_estimated_well(search):
    for first in range(0, 20, 2):
        for estimate in search.train(first, seconds=5.0):
            remaining = 50.0 - search.now
            assert (estimate is None) == (first < 8)  # a third of the trials
            assert estimate is None or estimate == pytest.approx(remaining, rel=0.2, abs=5.0)
    assert search.pace.estimate_seconds() == 0.0


def test_nothing_is_said_while_the_pace_changes(search):
    for first in (0, 2, 4, 6):
        search.train(first, seconds=2.0)
    assert search.pace.estimate_seconds() is not None
    assert search.train(8, seconds=20.0)[-1] is None


def test_many_trials_are_not_waited_for():
    search = Search(trials=1000)
    for first in range(0, 28, 2):
        last = search.train(first, seconds=5.0)[-1]
    assert last == pytest.approx(5.0 * (1000 - 28) / 2, rel=0.1)


def test_trials_that_end_early_shorten_what_is_expected(search):
    search.train(0, seconds=5.0)
    for first in range(2, 10, 2):
        estimates = search.train(first, seconds=2.5, epochs=5)
    assert estimates[-1] == pytest.approx(12.5, rel=0.3)


def test_the_trials_that_train_are_known(search):
    search.pace.add_epoch(7, 1)
    search.pace.add_epoch(3, 1)
    assert search.pace.list_running() == [3, 7]
    search.pace.add_trained(7)
    assert search.pace.list_running() == [3]


def test_trials_that_raise_before_an_epoch_count_as_trained(search):
    for trial in range(4):
        search.pace.add_trained(trial)
    assert search.pace.estimate_seconds() is None
    assert search.train(4, seconds=5.0)[-1] is None  # the pace was that of failures
