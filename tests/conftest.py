"""Settings of all tests, and fixtures that all tests share."""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")  # as the lanes trainer sets it in a search
# Each process of tests has a core; threads that wait for each other would take that of another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
os.environ.pop("MLFLOW_TRACKING_URI", None)  # a person's own server is none of the tests' business
# Images of containers set it; then each process of the tests would compile this package anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import hypothesis
import pytest
from xdist.scheduler import LoadFileScheduling

from tests.helpers.command_line import search_things
from tests.helpers.memory_disk import use_memory_disk
from tests.helpers.problems import make_problem
from tests.helpers.results import make_probabilities, make_result
from tests.helpers.studies import create_study
from tests.helpers.warm_processes import UsualPopen, start_warm
from tuner.phrasing import speak_to_command_line
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES
from tuner.study import Study, TrialRecord
from tuner.training import Plan

sys.dont_write_bytecode = False  # as without that variable

# A shell lets a program that it starts in the background ignore Ctrl-C, and so all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

use_memory_disk()

# Messages are compared as they are written, with options; tests/test_phrasing.py has the rest.
speak_to_command_line()

# An exported model has a Python file, and the launcher is a script.
collect_ignore = ["old_studies", "helpers/warm_launcher.py"]

# Files that share what takes a process of tests long to make, so that one process runs them.
_SHARING = (
    ("tests/cli/", "tests/api/test_searched_study.py", "tests/run/test_pipeline.py"),  # a search
    ("tests/serving/",),  # exported models
    ("tests/tracking/",),  # an empty database of MLflow
)

# People's runs look for new examples; CI's repeat theirs, so that a change is judged by itself.
hypothesis.settings.register_profile("people", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "people")


def pytest_sessionstart(session: pytest.Session) -> None:
    """What this package starts beside a search begins with the heavy libraries imported."""
    stack = ExitStack()
    stack.enter_context(start_warm())
    session.config.add_cleanup(stack.close)


class _SharingScheduling(LoadFileScheduling):
    """Gives the files that share something to one process of tests, each other file to any."""

    def _split_scope(self, nodeid: str) -> str:
        sharing = [files[0] for files in _SHARING if nodeid.startswith(files)]
        return sharing[0] if sharing else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Distribute files so that what several share is made once."""
    return _SharingScheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for examples in docstrings of the package alone: tests have none."""
    return [each for each in (yield) if type(each) is pytest.Module]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that the processes of tests end together."""
    long = ("docs/test_notebooks.py", "docs/", "cli/", "serving/", "training/", "tracking/", "api/")
    longest = [f"tests/{name}" for name in long]
    items.sort(key=lambda item: [not item.nodeid.startswith(name) for name in longest])


def pytest_collection_finish() -> None:
    """Let no collection of garbage look at what the libraries hold: Keras asks for many."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def usual_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start all processes as usual, for a test of signals to them or of their group."""
    monkeypatch.setattr(subprocess, "Popen", UsualPopen)


@pytest.fixture
def shadowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual_processes: None
) -> Generator[None]:
    """Be in a folder with a file of a library's name, and see that no process imports it."""
    folder = tmp_path / "shadowed"
    folder.mkdir()
    (folder / "calendar.py").write_text("open('imported', 'w').close()")
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    monkeypatch.chdir(folder)
    yield
    assert [path.name for path in folder.iterdir()] == ["calendar.py"]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a command searched a study, one for each process that runs tests."""
    folder = tmp_path_factory.getbasetemp() / "things"
    search_things(folder)
    return folder


@pytest.fixture(scope="session")
def searched(folder: Path) -> tuple[dict[str, Any], subprocess.CompletedProcess[str]]:
    """What that search printed as JSON, and its process."""
    return search_things(folder)


@pytest.fixture
def problem() -> Problem:
    return make_problem()


@pytest.fixture
def plan() -> Plan:
    return Plan(epochs=3, patience=3, objective=OBJECTIVES["cross_entropy"], seed=1)


@pytest.fixture
def make_record(problem: Problem) -> Callable[..., TrialRecord]:
    """Make finished trials whose probabilities are noise around the truth."""

    def make(trial: int, noise: float = 1.0, **fields: Any) -> TrialRecord:
        probabilities = make_probabilities(problem, noise, seed=trial)
        result = make_result(trial, probabilities, problem, **fields)
        return TrialRecord(trial, {"depth": 1, "learning_rate": 0.1}, {}, result)

    return make


@pytest.fixture
def make_study(problem: Problem, tmp_path: Path) -> Callable[..., Study]:
    """Make studies on the disk, without trials."""

    def make(name: str = "study", **settings: Any) -> Study:
        return create_study(tmp_path / "runs", problem, name, **settings)

    return make
