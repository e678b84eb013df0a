"""A machine's memory, as the system reports it."""

import os
import resource

import numpy as np
import pytest

from tuner.errors import UserError
from tuner.machine import memory
from tuner.machine.memory import (
    Memory,
    bound_memory,
    check_address_space,
    read_memory,
    warn_about_address_limit,
)


@pytest.fixture(autouse=True)
def meminfo(monkeypatch, tmp_path):
    """Where Linux says what is available; the file does not exist at first."""
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    containers = [(tmp_path / folder.name, *names) for folder, *names in memory._CONTAINERS]
    monkeypatch.setattr(memory, "_CONTAINERS", containers)
    return tmp_path / "meminfo"


def test_pages_are_counted_in_bytes(monkeypatch, meminfo):
    numbers = {"SC_PAGE_SIZE": 4096, "SC_AVPHYS_PAGES": 250_000, "SC_PHYS_PAGES": 1_000_000}
    monkeypatch.setattr(os, "sysconf", numbers.__getitem__)
    assert read_memory() == Memory(free=1_024_000_000, total=4_096_000_000)
    meminfo.write_text("MemTotal: 4000000 kB\nMemFree: 1000000 kB\n")  # Linux before 3.14
    assert read_memory() == Memory(free=1_024_000_000, total=4_096_000_000)
    meminfo.write_text("MemFree:  1000000 kB\nMemAvailable:    2000000 kB\n")
    assert read_memory() == Memory(free=2_048_000_000, total=4_096_000_000)


def test_a_container_has_what_its_limit_leaves(monkeypatch, meminfo, tmp_path):
    numbers = {"SC_PAGE_SIZE": 4096, "SC_AVPHYS_PAGES": 250_000, "SC_PHYS_PAGES": 1_000_000}
    monkeypatch.setattr(os, "sysconf", numbers.__getitem__)
    (tmp_path / "cgroup").mkdir()
    files = {"memory.current": "700\n", "memory.stat": "anon 400\ninactive_file 300\n"}
    for name, text in files.items():
        (tmp_path / "cgroup" / name).write_text(text)
    (tmp_path / "cgroup" / "memory.max").write_text("max\n")  # no limit
    assert read_memory() == Memory(free=1_024_000_000, total=4_096_000_000)
    (tmp_path / "cgroup" / "memory.max").write_text("1000\n")
    assert read_memory() == Memory(free=600, total=1000)


def test_a_system_that_does_not_report_it_gives_none(monkeypatch):
    def refuse(name):
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(os, "sysconf", refuse)
    assert read_memory() is None


def test_more_than_the_free_memory_is_not_taken(monkeypatch):
    monkeypatch.setattr(memory, "read_memory", lambda: Memory(free=10**9, total=10**9))
    before = resource.getrlimit(resource.RLIMIT_AS)
    with bound_memory():
        np.empty(10**8, np.uint8)
        with pytest.raises(MemoryError):
            np.empty(2 * 10**9, np.uint8)  # which the system would give, until it is used
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_a_limit_with_which_libraries_crash_is_refused(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (3 * 10**9, resource.RLIM_INFINITY))
    monkeypatch.setattr(memory, "count_cores", lambda: 2)
    check_address_space(2e9)
    with pytest.raises(UserError) as error:
        check_address_space(4.5e9)
    assert str(error.value) == (
        "this process may have 3.0 GB of memory, and this command needs 4.5 GB, of which it "
        "uses a part; raise the limit, which `ulimit -v` or `ulimit -d` shows in kB"
    )
    monkeypatch.setattr(memory, "count_cores", lambda: 64)  # each has threads, and they stacks
    with pytest.raises(UserError, match=r"this command needs 4\.5 GB"):
        check_address_space(2e9)


@pytest.mark.parametrize(
    ("limit", "total", "warned"),
    [(None, 8e9, False), (6_000_000_000, 8e9, True), (9e9, 8e9, False), (6e9, None, True)],
)
def test_a_limit_below_the_memory_of_the_machine_is_warned_of(monkeypatch, limit, total, warned):
    free = None if total is None else Memory(free=1, total=int(total))
    monkeypatch.setattr("tuner.machine.memory.read_address_limit", lambda: limit)
    monkeypatch.setattr("tuner.machine.memory.read_memory", lambda: free)
    said = warn_about_address_limit()
    assert len(said) == warned
    assert not warned or said[0].startswith("this process may have 6.0 GB of memory, as `ulimit")
