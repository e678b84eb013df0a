"""A search or its resumption with all that runs beside it, as Python and the commands call it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuner.api.boundary import Caller
from tuner.errors import TunerError
from tuner.machine.memory import check_address_space, warn_about_address_limit
from tuner.model.hypermodel_object import HypermodelObject
from tuner.run.finished import find_summary
from tuner.run.opening import (
    create_study,
    find_study,
    load_setup,
    match_setup,
    read_last_settings,
)
from tuner.run.pipeline import run_search
from tuner.run.planned_epochs import describe_epochs
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination
from tuner.run.resumed_trials import choose_time_limits
from tuner.run.row_times import add_row_time
from tuner.run.run import Run
from tuner.run.searching import find_end, make_tuner
from tuner.run.setup import Setup
from tuner.run.side_processes import SideProcesses
from tuner.run.warm_starts import add_warm_start
from tuner.study import EndKind, SearchSettings, Study, check_root
from tuner.terminal.data_description import describe_data
from tuner.terminal.progress import Progress, Shown
from tuner.terminal.quiet_imports import ADDRESS_SPACE
from tuner.tracking import MlflowMirror, choose_tracking_uri, warn_about_network
from tuner.tracking.mlflow_copy import find_copy, forget_copy, remember_copy
from tuner.training.remote import LOCAL, Engine

__all__ = ["FinishedSearch", "Search"]


@dataclass(frozen=True, slots=True)
class FinishedSearch:
    """What a search left that finished now or before. Why it ended is a `SearchEnd`.

    Attributes:
        study: The study on the disk.
        summary: The object that `--json` prints.
        experiment: MLflow's id of the study's experiment. None if MLflow may lack some of it.
        fault: Why the model could not be exported; None if it was.
    """

    study: Study
    summary: Mapping[str, Any]
    experiment: str | None
    fault: TunerError | None = None


class Search:
    """One run of a search, with progress and a mirror in MLflow.

    Args:
        caller: Prints what happens, and imports TensorFlow.
        root: The folder that holds all that searches write.
        tracking_uri: MLflow's tracking URI. None for the default.
        engine: Where the trials train.

    Attributes:
        uri: MLflow's tracking URI.
        tracking: The option, if any, with which a command about the study finds the same store.

    Raises:
        UserError: MLflow has no store of this kind, or the engine is not there.
    """

    def __init__(
        self,
        caller: Caller,
        root: Path,
        tracking_uri: str | None,
        engine: Engine = LOCAL,
    ) -> None:
        engine.check()
        self._engine = engine
        self.root = root
        self.uri = choose_tracking_uri(tracking_uri, root)
        self.tracking = () if tracking_uri is None else ("--tracking-uri", tracking_uri)
        self.messages = caller.messages
        self._import_heavy = caller.import_heavy
        self._started = caller.started

    def search(
        self,
        space: str | HypermodelObject,
        request: DataRequest,
        settings: SearchSettings,
        *,
        name: str | None,
        overwrite: bool,
    ) -> FinishedSearch:
        """Search to the end. An existing study is resumed; if it is finished, nothing is done.

        Args:
            space: A shipped name, a TOML file, or `file.py:ClassName`; or the hypermodel itself.
            request: The data as the user named them.
            settings: The search settings.
            name: The study's name. None for a free one.
            overwrite: Delete a study of the same name first.

        Raises:
            UserError: The space, the data, the settings or the study are wrong.
            SearchFailed: No trial was completed.
        """
        destination = Destination(self.root, name, overwrite)
        destination.check()
        with self.messages.say_if_slow(f"reading {request.source} …"):
            setup = prepare(space, request, settings)
        study = find_study(destination)
        if study is None:
            return self._run(add_warm_start(setup, destination), destination)
        setup = match_setup(setup, study)
        return self._find_finished(study, setup.settings) or self._run(setup, study)

    def resume(
        self,
        name: str,
        max_trials: int | None = None,
        max_seconds: float | None = None,
        hypermodel: HypermodelObject | None = None,
        *,
        patience_trials: int | None = None,
    ) -> FinishedSearch:
        """Resume a study.

        Args:
            name: The study's name.
            max_trials: The most trials in all. None for as many as the last run had, or with
                `max_seconds` for as many as fit, if the search chose the number by its limit.
            max_seconds: The time limit of this run. None for that of the last run.
            hypermodel: That which a Python program gave `search` as the space.
            patience_trials: As of `SearchSettings`. None for that of the last run, or for any
                number if `max_trials` is given.

        Raises:
            UserError: There is no such study, its data or its hypermodel have changed, or another
                process searches it.
            SearchFailed: No trial was completed.
        """
        limits: dict[str, Any] = {}
        if max_trials is not None:
            limits |= {"max_trials": max_trials, "until_answered": False, "patience_trials": None}
        if patience_trials is not None:
            limits["patience_trials"] = patience_trials
        check_root(self.root)
        study = Study.open(name, self.root)
        limits = choose_time_limits(study, max_seconds) | limits
        settings = replace(read_last_settings(study), **limits)
        if finished := self._find_finished(study, settings):
            return finished
        with self.messages.say_if_slow(f"reading the data of study {name} …"):
            setup = load_setup(study, settings, hypermodel)
        return self._run(match_setup(setup, study), study)

    def _find_finished(self, study: Study, settings: SearchSettings) -> FinishedSearch | None:
        """Return what the last run left, and say so, if nothing is left to do; None otherwise."""
        summary, end = find_summary(study, settings), find_end(study, settings)
        if summary is None or end is None:
            return None
        sentence = f"study {study.record.name}: {end.sentence}; nothing is left to do"
        if end.kind in (EndKind.TRIALS, EndKind.WORK, EndKind.PATIENCE):
            limit = settings.max_trials if end.kind is EndKind.TRIALS else 0
            trials = 2 * max(limit, summary["trials"])
            more = study.make_command("resume", "--max-trials", str(trials), *self.tracking)
            sentence += f"; for more trials: {more}"
        self.messages.say(sentence)
        return FinishedSearch(study, summary, find_copy(study, self.uri))

    # Over 40 lines: what it starts has to end in the order in which it stands here.
    def _run(self, setup: Setup, place: Study | Destination) -> FinishedSearch:
        """Search a study, or a new one at a destination."""
        check_address_space(ADDRESS_SPACE)
        if setup.lacks_row_time:
            self.messages.say("measuring how long networks take to predict a row …")
            self._import_heavy()
            setup = add_row_time(setup)
        self._describe(setup)
        progress = Progress(self.messages, Shown.from_setup(setup), self._started, self.tracking)
        # its process starts while TensorFlow is imported here
        mirror = MlflowMirror(self.uri, self.root, progress.report_mlflow_fault, progress.on_note)
        side = SideProcesses(self.root)
        if isinstance(place, Study):
            forget_copy(place)
        else:
            side.start_companion()
        if self._engine.name == "ray":
            self.messages.say("waiting for Ray and its workers, while TensorFlow starts here …")
        workers = self._engine.open(
            setup.settings.trainer, self._import_heavy, on_note=progress.on_note
        )
        try:
            with progress.show(), side, workers as crew:
                listeners = [mirror, progress]
                if isinstance(place, Study):
                    study, tuner = place, None
                else:
                    # made before the study, so that a faulty hypermodel leaves no study behind
                    tuner = make_tuner(setup, listeners)
                    study = create_study(setup, place)
                run = Run(setup, study, listeners, self._started)
                outcome = run_search(run, side, tuner=tuner, crew=crew)
        except KeyboardInterrupt:
            progress.report_interrupt()
            raise
        finally:  # a program may go on for long, and MLflow's process for some seconds
            mirror.fall_silent()
        experiment = mirror.experiment_id if mirror.complete else None
        forget_copy(study)  # `tuner sync` may have written it before it was whole
        if experiment is not None:
            remember_copy(study, self.uri, experiment)
        return FinishedSearch(study, outcome.to_dict(), experiment, outcome.fault)

    def _describe(self, setup: Setup) -> None:
        """Say on what is searched, for how long, and what a person should know before that."""
        length = describe_epochs(setup.settings, setup.space, setup.split)
        roles = {"groups": setup.request.groups, "order": setup.request.order}
        for line in (*describe_data(setup.dataset, setup.split, **roles), *length):
            self.messages.say(line)
        for warning in (*_list_warnings(setup), *warn_about_network(self.uri)):
            indent = "" if self.messages.quiet else "  "  # below the description of the data
            self.messages.warn(f"{indent}warning: {warning}")
        if setup.warm_start is not None:
            self.messages.say(f"begins with the best trials of study {setup.warm_start.study}")


def _list_warnings(setup: Setup) -> tuple[str, ...]:
    """Return what a person should know before a search."""
    return (*setup.data_warnings, *setup.warnings, *warn_about_address_limit())
