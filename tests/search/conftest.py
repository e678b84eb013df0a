"""Fixtures of the search's tests."""

import time
from types import SimpleNamespace

import pytest


@pytest.fixture
def now(monkeypatch):
    """The time, which a test sets: `now.seconds`."""
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(time, "monotonic", lambda: now.seconds)
    return now
