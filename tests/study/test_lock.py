"""Locks are held against real processes, also against one that is killed."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tuner.errors import StudyError
from tuner.study.lock import hold_lock

HOLDER = """
import sys, time
from pathlib import Path
from tuner.study.lock import hold_lock

with hold_lock(Path(sys.argv[1]), "searched"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
print("released", flush=True)
time.sleep(600)
"""


@pytest.fixture
def hold(tmp_path):
    """Start processes that hold the lock for some seconds; wait until they do."""
    processes = []

    def start(path: Path, seconds: float) -> subprocess.Popen:
        command = [sys.executable, "-c", HOLDER, str(path), str(seconds)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    return folder / "search.lock"


def test_a_lock_is_refused_while_another_process_holds_it(hold, path):
    process = hold(path, 600)
    with pytest.raises(StudyError) as error, hold_lock(path, "searched"):
        pass
    assert str(error.value) == (
        f"study mine is being searched by process {process.pid}; wait until it has ended, or "
        "stop it"
    )


def test_the_holders_name_is_written_to_no_other_file(path, tmp_path):
    (tmp_path / "dear.txt").write_text("dear")
    path.with_suffix(".holder").symlink_to(tmp_path / "dear.txt")
    with hold_lock(path, "searched"):
        assert (tmp_path / "dear.txt").read_text() == "dear"
    os.mkfifo(path.with_suffix(".holder"))  # which nobody reads
    with hold_lock(path, "searched"):
        assert json.loads(path.with_suffix(".holder").read_text())["process"] == os.getpid()


def test_a_killed_process_gives_its_lock_back(hold, path):
    process = hold(path, 600)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with hold_lock(path, "searched"):
        pass


def test_patience_waits_until_the_other_process_releases_the_lock(hold, path):
    process = hold(path, 1)
    with hold_lock(path, "written to MLflow", patience=600):
        assert process.stdout.readline() == "released\n"
        assert process.poll() is None  # it released the lock and did not just end


def test_patience_has_an_end(hold, path):
    process = hold(path, 600)
    started = time.monotonic()
    with pytest.raises(StudyError, match="is being written to MLflow by process "):
        hold_lock(path, "written to MLflow", patience=0.5).__enter__()
    assert time.monotonic() - started >= 0.5
    assert process.poll() is None


def test_a_lock_excludes_its_own_process_too(path):
    with hold_lock(path, "searched"), pytest.raises(StudyError):
        hold_lock(path, "searched").__enter__()


def test_an_error_gives_the_lock_back(path):
    with pytest.raises(ZeroDivisionError), hold_lock(path, "searched"):
        raise ZeroDivisionError
    with hold_lock(path, "searched"):
        pass


def test_a_lock_of_version_0_1_0_counts(path):
    """That version locked the same file by `flock` itself, and wrote its process into it."""
    fcntl = pytest.importorskip("fcntl")
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StudyError, match="searched by another process; wait"):
            hold_lock(path, "searched").__enter__()
    with hold_lock(path, "searched"), path.open("a+") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_file_system_without_locks_is_refused(path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def fail(*args):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(StudyError) as error:
        hold_lock(path, "searched").__enter__()
    assert re.sub(r"\(.*\)", "(…)", str(error.value)) == (
        "study mine cannot be locked (…); move it to a folder that you may write to, on a disk "
        "with file locks"
    )
