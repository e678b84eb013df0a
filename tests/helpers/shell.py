"""Runs the commands of the documents, in one folder and one process where that is possible."""

import json
import runpy
import subprocess
import sys
import time
import tomllib
import urllib.request
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
import yaml

from tests.helpers.documents import ROOT
from tests.helpers.search_only import stop_after_trials
from tests.helpers.warm_processes import warm_command
from tuner.training.remote import Engine

__all__ = ["Shell"]

_SMALL = ["--max-trials", "2", "--folds", "2", "--epochs", "2"]
_MOST_TRIALS = 3


class Shell:
    """A person's terminal in a folder.

    A search runs as it is written but for its size: a trial, two folds and two epochs. It stops
    after its trial, as it does when it is resumed for more, without MLflow and what else works
    beside it for the report and the export: what follows is the same for all of them. An export
    writes the one format of which the others are made, since a whole search writes these. What
    this machine cannot do, or does in another test, is checked as far as it can be: `make`'s
    targets are tried without running them, the options of MLflow's commands are parsed, TensorFlow
    Serving's request is answered by the SavedModel in this process.

    Args:
        folder: Where commands run.
        patch: Takes back what they change: the environment, the arguments.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.patch = patch
        self.serving: subprocess.Popen[str] | None = None
        self.mounted: Path | None = None

    def search(self, line: str) -> None:
        """Run a whole search, with its report, its model and its runs in MLflow."""
        self._run_in_process([*line.split()[1:], *_SMALL])

    def run(self, command: list[str]) -> None:
        """Run a command, and fail where it fails."""
        name = command[0]
        if command[:3] == ["python", "-m", "tuner"]:
            name, command = "tuner", command[2:]
        ways: dict[str, Callable[[list[str]], None]] = {
            "tuner": self._tuner,
            "curl": self._curl,
            "docker": self._docker,
            "export": self._export,
            "kubectl": self._kubectl,
            "ray": lambda command: None,  # its commands change a whole machine
            "git": lambda command: None,  # a clone of this repository is where the tests run
            "make": self._make,
            "mlflow": self._mlflow,
            "pip": self._pip,
            "python": self._python,
        }
        ways[name](command[1:])

    def close(self) -> None:
        """Stop what still runs."""
        if self.serving is not None:
            self.serving.terminate()
            self.serving.wait()
            assert self.serving.stdout is not None
            self.serving.stdout.close()

    def _tuner(self, arguments: list[str]) -> None:
        if arguments[0] == "serve":
            self._serve(arguments)
            return
        if "--engine" in arguments:
            self._parse(arguments)
            return
        if arguments[0] == "search":
            self._search_only([*arguments, *_SMALL, "--max-trials", "1"])
            return
        if arguments[0] == "resume" and "--max-trials" in arguments:
            arguments[arguments.index("--max-trials") + 1] = str(_MOST_TRIALS)
            self._search_only(arguments)
            return
        if arguments[0] == "export" and "--formats" not in arguments:
            arguments = [*arguments, "--formats", "keras"]
        self._run_in_process(arguments)

    def _parse(self, arguments: list[str]) -> None:
        """Parse a command's options; tests/training/remote runs searches on a cluster."""
        from typer.main import get_command

        from tuner.cli.result_commands import app

        command = get_command(app).get_command(None, arguments[0])  # type: ignore[attr-defined]
        options = command.make_context(arguments[0], arguments[1:]).params
        Engine(options["engine"], options["ray_address"], options["ray_workers"])

    def _search_only(self, arguments: list[str]) -> None:
        """Search until the last trial has ended."""
        with stop_after_trials():
            self._run_in_process(arguments)

    def _run_in_process(self, arguments: list[str]) -> None:
        from tuner.cli import run_command_line

        self.patch.setattr(sys, "argv", ["tuner", *arguments])
        with warnings.catch_warnings():
            warnings.simplefilter("default")  # as in a terminal: here they would be errors
            try:
                run_command_line()
            except SystemExit as end:
                if end.code:
                    pytest.fail(f"exit code {end.code}")

    def _serve(self, arguments: list[str]) -> None:
        command = warm_command("tuner", *arguments)
        self.serving = subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.serving.stdout is not None
        address = self.serving.stdout.readline()
        assert address.startswith("http://127.0.0.1:"), address

    def _curl(self, arguments: list[str]) -> None:
        url, body = arguments[0], json.loads(arguments[arguments.index("-d") + 1])
        if "/v1/models/" in url:
            self._ask_saved_model(body)
            return
        request = urllib.request.Request(
            url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        deadline = time.monotonic() + 300
        while True:
            try:
                with urllib.request.urlopen(request) as response:
                    answer = json.load(response)
                break
            except ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        assert len(answer["predictions"]) == len(body["dataframe_records"])

    def _docker(self, arguments: list[str]) -> None:
        """Note which SavedModel the container would serve: there is no Docker in the tests."""
        if arguments[0] == "build":
            assert (ROOT / arguments[arguments.index("--file") + 1]).exists()
            return
        if arguments[0] == "push":
            assert f"image: {arguments[1]}\n" in (ROOT / "deploy/rayjob.yaml").read_text()
            return
        source, _, _ = arguments[arguments.index("-v") + 1].partition(":")
        self.mounted = self.folder / source.removeprefix("$PWD/")
        assert (self.mounted / "saved_model.pb").exists()

    def _kubectl(self, arguments: list[str]) -> None:
        """Parse the search of a manifest: there is no Kubernetes in the tests."""
        text = (ROOT / arguments[arguments.index("--filename") + 1]).read_text(encoding="utf-8")
        entry = yaml.safe_load(text)["spec"]["entrypoint"].split()
        assert entry[0] == "tuner"
        self._parse(entry[1:])

    def _ask_saved_model(self, body: dict[str, object]) -> None:
        import tensorflow as tf

        assert self.mounted is not None
        signature = tf.saved_model.load(self.mounted).signatures[str(body["signature_name"])]
        rows = body["instances"]
        assert isinstance(rows, list)
        described = signature.structured_input_signature[1]
        assert set(rows[0]) == set(described)
        columns = {
            name: tf.constant([row[name] for row in rows], described[name].dtype)
            for name in described
        }
        (probabilities,) = signature(**columns).values()
        assert probabilities.shape[0] == len(rows)

    def _export(self, arguments: list[str]) -> None:
        name, _, value = arguments[0].partition("=")
        self.patch.setenv(name, value)

    def _make(self, arguments: list[str]) -> None:
        done = subprocess.run(
            ["make", "--dry-run", *arguments], cwd=ROOT, check=False, capture_output=True
        )
        assert not done.returncode, done.stderr

    def _mlflow(self, arguments: list[str]) -> None:
        """Parse a command's options; `mlflow models serve` is run in tests/serving."""
        from mlflow.cli import cli

        command: object = cli
        while arguments and not arguments[0].startswith("-"):
            command = command.get_command(None, arguments.pop(0))  # type: ignore[attr-defined]
        command.make_context("mlflow", list(arguments))  # type: ignore[attr-defined]
        if "-m" in arguments:
            name, _, alias = arguments[1].removeprefix("models:/").partition("@")
            _wait_for_version(name, alias)

    def _pip(self, arguments: list[str]) -> None:
        """See that an extra exists; the tests run in an environment that is installed already."""
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        extra = arguments[-1].partition("[")[2].removesuffix("]")
        assert extra in project["optional-dependencies"]

    def _python(self, arguments: list[str]) -> None:
        """Ask a benchmark whether it has the options; to run it takes minutes."""
        if arguments[0] == "-m":
            arguments = [arguments[1].replace(".", "/") + ".py", *arguments[2:]]
        text = _read_help(arguments[0])
        for option in arguments[1:]:
            assert not option.startswith("--") or option in text


@cache
def _read_help(script: str) -> str:
    """Return the help of a script, which documents name again and again.

    tests/benchmarks shows that each runs in a process of its own.
    """
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as said:
        patch.setattr(sys, "argv", [script, "--help"])
        patch.syspath_prepend((ROOT / script).parent)
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(ROOT / script), run_name="__main__")
    assert not end.value.code
    return said.getvalue()


def _wait_for_version(name: str, alias: str) -> None:
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    deadline = time.monotonic() + 300
    while True:
        try:
            assert MlflowClient().get_model_version_by_alias(name, alias)
            return
        except MlflowException:
            assert time.monotonic() < deadline
            time.sleep(0.5)
