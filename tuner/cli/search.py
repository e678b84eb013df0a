"""`tuner search` and `tuner resume`: what they print before, during and after a search."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuner.memory import check_address_space
from tuner.run.beside import Beside
from tuner.run.finished import find_summary
from tuner.run.opening import check_setup, find_study, load_setup, read_last_settings
from tuner.run.pipeline import run_search
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination
from tuner.run.searching import find_end
from tuner.run.setup import Setup
from tuner.study import EndKind, SearchSettings, Study, check_root
from tuner.terminal.describe import describe_data
from tuner.terminal.messages import Messages, print_json, print_result
from tuner.terminal.mlflow_page import describe_page
from tuner.terminal.progress import Progress
from tuner.terminal.quiet import ADDRESS_SPACE, import_heavy
from tuner.terminal.summary import add_options, format_summary
from tuner.tracking import MlflowMirror, choose_tracking_uri
from tuner.tracking.mlflow_copy import find_copy, forget_copy, remember_copy

__all__ = ["SearchCommand"]


class SearchCommand:
    """One run of `tuner search` or `tuner resume`.

    Args:
        root: The folder that holds all that searches write.
        tracking_uri: MLflow's tracking URI. None for the default.
        as_json: Print one JSON object instead of the summary.
        quiet: Print only warnings and the summary.

    Raises:
        UserError: MLflow has no store of this kind.
    """

    def __init__(self, *, root: Path, tracking_uri: str | None, as_json: bool, quiet: bool) -> None:
        self.root = root
        self.uri = choose_tracking_uri(tracking_uri, root)
        self.as_json = as_json
        self.started = time.monotonic()
        self._tracking = () if tracking_uri is None else ("--tracking-uri", tracking_uri)
        self.messages = Messages(quiet=quiet)

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
            space: A shipped name, a TOML file, or `file.py:ClassName`.
            request: The data as the user named them.
            settings: The search settings.
            name: The study's name. None for a free one. An existing study is resumed.
            overwrite: Delete a study of the same name first.
        """
        destination = Destination(self.root, name, overwrite)
        destination.check()
        setup = prepare(space, request, settings)
        study = find_study(setup, destination)
        if study is None or not self._is_finished(study, settings):
            self._run(setup, study or destination)

    def resume(self, name: str, limits: Mapping[str, Any]) -> None:
        """Resume a study, and print the summary to standard output.

        Args:
            name: The study's name.
            limits: Settings that differ from those of its last run.
        """
        check_root(self.root)
        study = Study.open(name, self.root)
        settings = replace(read_last_settings(study), **limits)
        if self._is_finished(study, settings):
            return
        setup = load_setup(study, settings)
        check_setup(setup, study)
        self._run(setup, study)

    def _is_finished(self, study: Study, settings: SearchSettings) -> bool:
        """Return whether nothing is left to do; print the summary of the last run then."""
        summary, end = find_summary(study, settings), find_end(study, settings)
        if summary is None or end is None:
            return False
        sentence = f"study {study.record.name}: {end.sentence}; nothing is left to do"
        if end.kind in (EndKind.TRIALS, EndKind.WORK):
            limit = settings.max_trials if end.kind is EndKind.TRIALS else 0
            trials = 2 * max(limit, summary["trials"])
            more = study.make_command("resume", "--max-trials", str(trials), *self._tracking)
            sentence += f"; for more trials: {more}"
        self.messages.say(sentence)
        experiment = find_copy(study, self.uri)
        self._print_summary(summary, study, self._describe_mlflow(study, experiment))
        return True

    def _run(self, setup: Setup, study: Study | Destination) -> None:
        check_address_space(ADDRESS_SPACE)
        for line in describe_data(setup.dataset, setup.split):
            self.messages.say(line)
        for warning in setup.dataset.warnings:
            indent = "" if self.messages.quiet else "  "  # below the description of the data
            self.messages.warn(f"{indent}warning: {warning}")
        progress = Progress(self.messages, setup, self.started, self._tracking)
        # its process starts while TensorFlow is imported here
        mirror = MlflowMirror(self.uri, self.root, progress.report_mlflow_fault, progress.on_note)
        beside = Beside(self.root)
        if isinstance(study, Study):
            forget_copy(study)
        else:
            beside.start_companion()
        try:
            with progress.show(), beside:
                import_heavy()
                outcome = run_search(
                    setup,
                    study,
                    started=self.started,
                    listeners=[mirror, progress],
                    beside=beside,
                )
        except KeyboardInterrupt:
            progress.report_interrupt()
            raise
        experiment = mirror.experiment_id if mirror.complete else None
        if experiment is not None:
            remember_copy(outcome.study, self.uri, experiment)
        else:  # `tuner sync` may have written it before it was whole
            forget_copy(outcome.study)
        interface = self._describe_mlflow(outcome.study, experiment)
        fault = outcome.fault
        self._print_summary(outcome.to_dict(), outcome.study, interface, str(fault or ""))
        if fault is not None:
            raise fault

    def _describe_mlflow(self, study: Study, experiment: str | None) -> str:
        """Return where MLflow shows the study, or how to write it there.

        Args:
            study: The study.
            experiment: MLflow's id of the experiment. None if MLflow may lack some of the study.
        """
        if experiment is not None:
            return describe_page(study, self.uri, experiment)
        sync = study.make_command("sync", *self._tracking)
        return f"MLflow may lack some of the study; to write what is missing: {sync}"

    def _print_summary(
        self, summary: Mapping[str, Any], study: Study, interface: str, fault: str = ""
    ) -> None:
        if self.as_json:
            print_json(summary)
        else:
            if "answer" in summary:
                answer = add_options(summary["answer"], study, self._tracking)
                summary = {**summary, "answer": answer}
            print_result("\n".join(format_summary(summary, study, interface, fault)))
