"""`tuner search`: what is shown before, during and after a search."""

import json
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from tuner.cli.describe import data_lines
from tuner.cli.quiet import import_heavy
from tuner.cli.summary import summary_lines
from tuner.errors import ExportMismatch
from tuner.run.opening import check_study, open_study
from tuner.run.pipeline import run_search
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination
from tuner.run.setup import Setup
from tuner.space import Fixed
from tuner.study import Listener, SearchSettings, Study, TrialRecord, check_root
from tuner.tracking import MlflowMirror, choose_tracking_uri
from tuner.words import count_noun, format_hyperparameters, format_score

__all__ = ["SearchCommand"]


class SearchCommand:
    """One run of `tuner search` or `tuner resume`.

    Args:
        root: The folder that holds all that searches write.
        tracking_uri: MLflow's tracking URI; None for the default.
        as_json: Print one JSON object instead of the summary.
    """

    def __init__(self, *, root: Path, tracking_uri: str | None, as_json: bool) -> None:
        self.root = root
        self.tracking_uri = tracking_uri
        self.as_json = as_json
        self.started = time.monotonic()
        self._tracking = () if tracking_uri is None else ("--tracking-uri", tracking_uri)
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)

    def search(
        self,
        space: str,
        request: DataRequest,
        settings: SearchSettings,
        *,
        name: str | None,
        overwrite: bool,
    ) -> None:
        """Search, and print the summary to standard output.

        Args:
            space: As on the command line.
            request: Which data.
            settings: How to search.
            name: The study's name; a free one where it is None. A study that is there goes on.
            overwrite: Delete a study of the same name first.
        """
        destination = Destination(self.root, name, overwrite)
        destination.check()
        setup = prepare(space, request, settings)
        check_study(setup, destination)
        self._run(setup, destination)

    def resume(self, name: str, limits: Mapping[str, Any]) -> None:
        """Go on with a study, and print the summary to standard output.

        Args:
            name: The study's name.
            limits: Settings that are others than when it was searched last.
        """
        check_root(self.root)
        setup, _ = open_study(name, self.root)
        setup = replace(setup, settings=replace(setup.settings, **limits))
        self._run(setup, Destination(self.root, name))

    def _run(self, setup: Setup, destination: Destination) -> None:
        for line in data_lines(setup.dataset, setup.split):
            self.console.print(line, markup=False)
        uri = choose_tracking_uri(self.tracking_uri, self.root)
        progress = Progress(self.console, setup)
        # its process makes ready while TensorFlow is imported here
        mirror = MlflowMirror(uri, self.root, on_fault=progress.mlflow_fault)
        import_heavy()
        try:
            outcome = run_search(
                setup,
                destination,
                started=self.started,
                listeners=[mirror, progress],
                on_stage=progress.stage,
            )
        except KeyboardInterrupt:
            progress.interrupted(self._tracking)
            raise
        if self.as_json:
            print(json.dumps(outcome.to_dict(), ensure_ascii=False))
        else:
            sync = outcome.study.make_command("sync", *self._tracking)
            interface = _user_interface(uri, mirror, sync)
            print("\n".join(summary_lines(outcome, interface)))
        if outcome.fault:
            raise ExportMismatch(outcome.fault)


def _user_interface(uri: str, mirror: MlflowMirror, sync: str) -> str:
    """Return how to open MLflow's page of the study's runs, or the command that completes them."""
    if not mirror.complete:
        return f"MLflow lacks some of it; this writes what is missing: {sync}"
    page = f"/#/experiments/{mirror.experiment_id}/runs"
    if uri.startswith(("http:", "https:")):
        return uri.rstrip("/") + page
    python = Path(sys.executable)
    here = Path.cwd()
    shown = python.relative_to(here) if python.is_relative_to(here) else python
    uri = uri.replace(f"sqlite:///{here}/", "sqlite:///")
    command = shlex.join([str(shown), "-m", "mlflow", "ui", "--backend-store-uri", uri])
    return f"{command}\n         then open http://127.0.0.1:5000{page}"


class Progress(Listener):
    """A line for each trial on standard error.

    Attributes:
        ended: How many trials ended.
    """

    def __init__(self, console: Console, setup: Setup) -> None:
        self.console = console
        self.settings = setup.settings
        definition = setup.definition
        hyperparameters = definition.hyperparameters if definition else ()
        self.fixed = {h.name for h in hyperparameters if isinstance(h.domain, Fixed)}
        self.ended = 0
        self._best: TrialRecord | None = None
        self._study: Study | None = None

    def on_study_begin(self, study: Study) -> None:
        """Say what is asked, and of what."""
        self._study = study
        self.say(f"study {study.record.name}: {study.record.title}")
        for record in study.read_trials():
            self.ended += 1
            self._came_out(record)
        if self.ended:
            self.say(f"{count_noun(self.ended, 'trial')} ended in an earlier search of it")

    def on_note(self, note: str) -> None:
        """Say it."""
        self.say(f"note: {note}")

    def on_trial_end(self, record: TrialRecord) -> None:
        """Say what was tried and what came out."""
        self.ended += 1
        number = f"[{self.ended}/{self.settings.max_trials}]"
        searched = {
            name: value
            for name, value in {**record.hyperparameters, **record.derived}.items()
            if name not in self.fixed
        }
        what = f"trial {record.trial}: {format_hyperparameters(searched)}"
        self.say(f"{number} {what}: {self._came_out(record)}")

    def _came_out(self, record: TrialRecord) -> str:
        result = record.result
        if result.status == "failed":
            return f"failed: {result.reason}"
        objective = self.settings.plan.objective
        if result.status == "pruned":
            return f"{objective.name} {result.score:.4f}, pruned: {result.reason}"
        best = self._best is None or objective.better(result.score, self._best.result.score)
        if best:
            self._best = record
        return (
            f"{objective.name} {format_score(result.score, result.standard_error)}, "
            f"{result.parameters:,} parameters, epoch {result.epoch}, {result.seconds:.1f} s"
            + (f", {result.reason}" if result.reason else "")
            + ("  ← best so far" if best else "")
        )

    def on_search_end(self, study: Study, sentence: str) -> None:
        """Say why there is no further trial."""
        self.say(f"search ended: {sentence}")

    def stage(self, stage: str) -> None:
        """Say what follows the last trial."""
        self.say(f"{stage} …")

    def mlflow_fault(self, fault: str) -> None:
        """Say that MLflow cannot be written, or can be again."""
        if "Max retries exceeded" in fault:
            fault = "the server does not answer"
        if fault:
            self.say(f"warning: MLflow cannot be written ({fault}); the search goes on")
        else:
            self.say("note: MLflow can be written again, and gets what it missed")

    def interrupted(self, options: Sequence[str]) -> None:
        """Say what an interrupt leaves, and how to go on.

        Args:
            options: Those of the search that the next one needs too.
        """
        if self._study is not None:
            resume = self._study.make_command("resume", *options)
            self.say(
                f"study {self._study.record.name}: {count_noun(self.ended, 'trial')} ended before "
                f"the interrupt; they are kept in {self._study.folder}. Go on with: {resume}"
            )

    def say(self, text: str) -> None:
        """Print a line as it stands."""
        self.console.print(text, markup=False)
