"""A machine's memory, as the system reports it."""

import os

import pytest

from tuner import memory
from tuner.memory import Memory, read_memory


@pytest.fixture(autouse=True)
def meminfo(monkeypatch, tmp_path):
    """Where Linux says what is available; the file does not exist at first."""
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    return tmp_path / "meminfo"


def test_pages_are_counted_in_bytes(monkeypatch, meminfo):
    numbers = {"SC_PAGE_SIZE": 4096, "SC_AVPHYS_PAGES": 250_000, "SC_PHYS_PAGES": 1_000_000}
    monkeypatch.setattr(os, "sysconf", numbers.__getitem__)
    assert read_memory() == Memory(free=1_024_000_000, total=4_096_000_000)
    meminfo.write_text("MemTotal: 4000000 kB\nMemFree: 1000000 kB\n")  # Linux before 3.14
    assert read_memory() == Memory(free=1_024_000_000, total=4_096_000_000)
    meminfo.write_text("MemFree:  1000000 kB\nMemAvailable:    2000000 kB\n")
    assert read_memory() == Memory(free=2_048_000_000, total=4_096_000_000)


def test_a_system_that_does_not_report_it_gives_none(monkeypatch):
    def refuse(name):
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(os, "sysconf", refuse)
    assert read_memory() is None
