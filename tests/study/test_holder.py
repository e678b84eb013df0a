"""Processes of several hosts, on file systems that keep locks to each host."""

import os
import re
import socket
import time
from pathlib import Path

import pytest

from tests.helpers.errors import read_error
from tests.helpers.problems import make_problem
from tests.helpers.studies import create_study
from tuner.errors import StudyError
from tuner.study import EventKind, Study, holder
from tuner.study.holder import Holder
from tuner.study.lock import hold_lock


@pytest.fixture
def path(tmp_path):
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine" / "search.lock"


@pytest.fixture
def become(monkeypatch, tmp_path):
    """Let this process be one of another host; signs of life are quick."""
    monkeypatch.setattr(holder, "_BEAT", 0.05)
    monkeypatch.setattr(holder, "_PAUSE", 0.02)

    def become_host(name: str) -> None:
        boot = tmp_path / f"boot-{name}"
        boot.write_text(f"boot of {name}\n")
        monkeypatch.setattr(socket, "gethostname", lambda: name)
        monkeypatch.setattr(holder, "_BOOT", boot)

    become_host("first")
    return become_host


@pytest.fixture
def others():
    """Holders on other hosts, whose locks this host does not see."""
    held: list[Holder] = []
    yield held
    for each in held:
        each.end()


def make_place(path: Path) -> Path:
    return path.with_suffix(".holder")


BUSY = (
    f"study mine is being searched by process {os.getpid()} on host first; wait until it has ended "
    "(60 s, if it was killed), or stop it"
)


@pytest.mark.parametrize("waits", [False, True])
def test_a_process_of_another_host_that_is_alive_is_refused_by_name(path, become, others, waits):
    others.append(Holder(make_place(path), "searched"))
    become("second")
    said: list[str] = []
    on_wait = said.append if waits else None
    entering = lambda: hold_lock(path, "searched", on_wait=on_wait).__enter__()  # noqa: E731
    assert read_error(entering, StudyError) == BUSY
    process = f"process {os.getpid()} on host first"
    assert len(said) == waits
    for sentence in said:
        assert re.sub(r"\d+ s", "60 s", sentence) == (
            f"waiting 60 s at most to see whether {process} has ended …"
        )
    others[0].check()


def test_a_process_that_has_ended_leaves_nothing_to_wait_for(path, become):
    with hold_lock(path, "searched"):
        assert make_place(path).exists()
    assert not make_place(path).exists()
    become("second")
    with hold_lock(path, "searched", on_wait=pytest.fail):
        pass


@pytest.fixture
def short(monkeypatch):
    """Let a process count as ended after a second."""
    monkeypatch.setattr(holder, "SILENCE", 1.0)


def leave_dead(path: Path) -> None:
    """Leave the file of a process that was killed, or a copy of that of a living one."""
    dead = Holder(make_place(path), "searched")
    content = make_place(path).read_bytes()
    dead.end()
    make_place(path).write_bytes(content)


@pytest.mark.parametrize("ahead", [5.0, 3600.0])
def test_a_file_that_gets_no_more_signs_is_waited_for_once(path, become, short, ahead):
    leave_dead(path)
    later = time.time() + ahead  # the clock of a host that wrote it, or of the one it came from
    os.utime(make_place(path), (later, later))
    become("second")
    with pytest.raises(StudyError, match="on host first"):
        hold_lock(path, "searched").__enter__()
    said: list[str] = []
    began = time.monotonic()
    with hold_lock(path, "searched", on_wait=said.append) as held:
        assert time.monotonic() - began > 0.9
        held.check()
    assert len(said) == 1


def test_an_old_file_and_those_of_this_host_are_not_waited_for(path, become):
    leave_dead(path)
    with hold_lock(path, "searched", on_wait=pytest.fail):
        pass  # the same host, whose lock of the operating system is free
    leave_dead(path)
    os.utime(make_place(path), (1.0, 1.0))
    become("second")
    with hold_lock(path, "searched", on_wait=pytest.fail):
        pass


@pytest.mark.parametrize("text", ["process 41", "", "{", "[]", "[" * 100_000])
def test_a_file_of_an_older_version_or_a_damaged_one_names_no_other_host(path, become, text):
    make_place(path).write_text(text)
    with hold_lock(path, "searched", on_wait=pytest.fail):
        pass


def test_waiting_ends_when_the_other_process_does(path, become, others):
    others.append(Holder(make_place(path), "searched"))
    become("second")
    with hold_lock(path, "searched", on_wait=lambda sentence: others[0].end()):
        pass


def test_a_search_that_another_host_has_taken_over_writes_nothing_more(tmp_path, become, others):
    study = create_study(tmp_path / "runs", make_problem())
    with study.lock_search():
        study.begin(study.record.settings)
        content = study.journal.path.read_bytes()
        become("second")  # after this host slept for a minute
        others.append(Holder(study.folder / "search.holder", "searched"))
        sentence = read_error(lambda: study.journal.append(EventKind.STAGE), StudyError)
        assert sentence == (
            f"study study is no longer searched by this process: {study.folder}/search.holder was "
            f"deleted, or replaced by process {os.getpid()} after 60 s without a sign of life; "
            "resume the study when no other process uses it"
        )
        assert study.journal.path.read_bytes() == content
    others[0].check()  # it keeps the lock


def test_a_search_whose_file_was_deleted_writes_nothing_more(tmp_path, become):
    study = create_study(tmp_path / "runs", make_problem())
    with study.lock_search():
        (study.folder / "search.holder").unlink()
        with pytest.raises(StudyError, match="was deleted, or replaced by another process"):
            study.begin(study.record.settings)
    study.begin(study.record.settings)  # without a lock nothing is asked
    assert not Study.open("study", tmp_path / "runs").journal.is_empty


def test_signs_of_life_go_on_and_do_not_touch_another_process_file(path, become, others):
    others.append(Holder(make_place(path), "searched"))
    first = make_place(path).read_bytes()
    deadline = time.monotonic() + 120
    while make_place(path).read_bytes() == first:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    others.append(Holder(make_place(path), "searched"))
    time.sleep(0.2)  # in which the first one would give signs
    others[1].check()
    with pytest.raises(StudyError):
        others[0].check()
