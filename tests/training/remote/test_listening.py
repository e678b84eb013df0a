"""For how long a search has listened to its workers: not while it did other things."""

import pytest

from tuner.training.remote import listening
from tuner.training.remote.listening import Listening


@pytest.fixture
def now(monkeypatch):
    class Now:
        seconds = 100.0

    monkeypatch.setattr(listening.time, "monotonic", lambda: Now.seconds)
    return Now


def test_the_time_between_two_looks_counts_but_not_a_long_one(now):
    listened = Listening()
    for passed, counted in ((0.5, 0.5), (1.0, 1.0), (3600.0, 2.0), (0.25, 0.25)):
        now.seconds += passed
        assert listened.count(is_served=True) == counted


def test_the_time_without_a_worker_ends_with_the_first(now):
    listened = Listening()
    for is_served, unserved in ((False, 1.0), (False, 2.0), (True, 0.0), (False, 1.0)):
        now.seconds += 1.0
        listened.count(is_served=is_served)
        assert listened.unserved == unserved
