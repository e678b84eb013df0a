"""A machine's memory, as the system reports it."""

import os

from tuner.memory import Memory, read_memory


def test_pages_are_counted_in_bytes(monkeypatch):
    numbers = {"SC_PAGE_SIZE": 4096, "SC_AVPHYS_PAGES": 250_000, "SC_PHYS_PAGES": 1_000_000}
    monkeypatch.setattr(os, "sysconf", numbers.__getitem__)
    assert read_memory() == Memory(free=1_024_000_000, total=4_096_000_000)


def test_a_system_that_does_not_report_it_gives_none(monkeypatch):
    def refuse(name):
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(os, "sysconf", refuse)
    assert read_memory() is None
