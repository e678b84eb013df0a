"""`FoldTuner`: a `keras_tuner.Tuner` that scores each trial by k-fold cross-validation."""

import shutil
import tempfile
import time
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras_tuner
import numpy as np

from tuner.errors import UserError
from tuner.folds import Split
from tuner.libraries.forked_process import refuse_fork
from tuner.model.fingerprints import describe_value
from tuner.model.row_time import RowTime
from tuner.problem import Problem
from tuner.search.clock import Clock
from tuner.search.end_rules import EndRule, EndRules
from tuner.search.exploring import ExploredHyperModel
from tuner.search.final_seconds import make_final_seconds
from tuner.search.labelled_rows import LabelledRows
from tuner.search.loop import SearchLoop
from tuner.search.network_limits import limit_networks
from tuner.search.oracle_choice import choose_oracle
from tuner.search.recorder import Recorder
from tuner.search.results_tuner import ResultsTuner
from tuner.search.warm_starts import find_warm_start, give_warm_start
from tuner.space import from_keras_tuner
from tuner.study import (
    Listener,
    SearchEnd,
    SearchSettings,
    Study,
    StudyRecord,
    WarmStart,
    find_free_name,
    list_versions,
    recover_study,
)
from tuner.training import TRAINERS, Hooks, Plan
from tuner.training.adapting import find_leak
from tuner.training.fold_networks import FoldNetworks
from tuner.training.remote.crew import Crew, CrewState
from tuner.training.remote.trainer import RemoteTrainer

__all__ = ["FoldTuner"]


class FoldTuner(ResultsTuner):
    """Searches a hypermodel: trains every trial on every fold, and scores it on all rows.

    `SearchLoop` does the search; this class is KerasTuner's interface to it. What programs use is
    `tuner.KFoldTuner`, which takes more arguments and shows progress.

    Args:
        hypermodel: A `keras_tuner.HyperModel` whose `build` returns a compiled classifier. If it
            has a method `adapt(hp, model, x)`, that is called with the training rows of each fold,
            for layers such as `Normalization` and `TextVectorization`.
        settings: The search settings. Defaults to `SearchSettings()`.
        oracle: A `keras_tuner.Oracle`, used in place of the oracle that `settings` names.
        directory: The folder in which searches write their studies.
        listeners: Receive the search's events, in this order.
        row_time: Predicts how long a network takes for one row. None if no setting limits that.

    Attributes:
        arguments: What the hypermodel's `fit` is given, by name.

    Raises:
        UserError: The search cannot use the oracle, or the process was forked from one that has
            used TensorFlow.
        SpaceError: No network is as small as the settings demand.
    """

    def __init__(
        self,
        hypermodel: keras_tuner.HyperModel,
        settings: SearchSettings | None = None,
        *,
        oracle: keras_tuner.Oracle | None = None,
        directory: str | Path = "mlruns",
        listeners: Sequence[Listener] = (),
        row_time: RowTime | None = None,
    ) -> None:
        refuse_fork()  # to learn of a hypermodel's networks, one is built
        self.settings = settings or SearchSettings()
        self._search_oracle = choose_oracle(oracle, self.settings, hypermodel)
        self.root = Path(directory).absolute()  # a program may change its folder
        self.listeners = tuple(listeners)
        self.trainer = TRAINERS[self.settings.trainer]()
        self.study = self.problem = None
        self.arguments: dict[str, Any] = {}
        self._explored = ExploredHyperModel(hypermodel)
        # KerasTuner writes files of its own, which nobody reads: the study's journal has it all
        scratch = tempfile.mkdtemp(prefix="tuner-")
        weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)
        super().__init__(
            self._search_oracle.keras_tuner_oracle,
            self._explored,
            directory=scratch,
            project_name="keras_tuner",
        )
        self.hypermodel = hypermodel
        limit_networks(self._search_oracle, self.hypermodel, self.settings, row_time)

    def search(
        self,
        x: Any,
        y: Any = None,
        *,
        groups: np.ndarray | None = None,
        order: np.ndarray | None = None,
        study: str | None = None,
        crew: Crew | None = None,
    ) -> None:
        """Search on rows that a network can take unchanged.

        Args:
            x: Features, as `LabelledRows.from_arrays` takes them.
            y: The class of each row, likewise.
            groups: The group of each row: no group is on both sides of a split.
            order: Sort key of each row: each fold is predicted from earlier rows only.
            study: The study's name. A study of this name, with the same rows and settings, is
                resumed. Defaults to a new name.
            crew: Workers that train the trials. None to train in this process.

        Raises:
            DataError: The rows cannot be used.
        """
        self._refuse_second_search()
        rows = LabelledRows.from_arrays(x, y, groups=groups, order=order)
        self.search_rows(rows, rows.split(self.settings.splitter), study=study, crew=crew)

    def search_rows(
        self,
        rows: LabelledRows,
        split: Split,
        *,
        study: str | None = None,
        overwrite: bool = False,
        crew: Crew | None = None,
    ) -> None:
        """Search on rows that were checked and split.

        Args:
            rows: The rows.
            split: Their test part and their folds.
            study: The study's name. None for a new one.
            overwrite: Delete a study of this name first.
            crew: Workers that train the trials. None to train in this process.

        Raises:
            StudyError: The study of this name differs, another process searches it, or the study
                that it is to begin with is the one to delete, is not there or has no trial.
            SpaceError: No trial of that study has a place in the space.
            SearchFailed: No trial was completed.
        """
        start = find_warm_start(self.settings, study, self.root, overwrite=overwrite)
        record = self._describe_study(rows, split, study, start)
        problem = rows.make_problem(split.folds, self.settings.class_weight)
        give_warm_start(self._search_oracle, start)  # before a study is deleted: it may refuse
        opened = Study.open_or_create(record, self.root, overwrite=overwrite)
        with opened.lock_search(self.note):
            for note in recover_study(opened):
                self.note(note)
            opened.begin(self.settings)
            give_warm_start(self._search_oracle, opened.record.warm_start)
            self.run(problem, opened, crew=crew)

    # Over 40 lines: half of them describe the arguments and the errors.
    def run(  # noqa: PLR0913  (all that is of one search)
        self,
        problem: Problem,
        study: Study,
        *,
        started: float | None = None,
        export_seconds: float = 0.0,
        fold_networks: FoldNetworks | None = None,
        end_rules: Sequence[EndRule] = (),
        crew: Crew | None = None,
    ) -> SearchEnd:
        """Search a problem and write the study, whose lock the caller holds.

        Args:
            problem: The rows and folds.
            study: The study, whose warm start the oracle has. Trials that the study has already are
                not trained again.
            started: When the time limit began, by `time.monotonic`. Defaults to now.
            export_seconds: Seconds of the time limit that the steps after the final training take.
            fold_networks: Keeps the networks of folds, for an ensemble. None to keep none, if a
                single network is trained after the search.
            end_rules: May end the search before its limits.
            crew: Workers that train the trials in place of this process, and that go when the
                search ends. None for none.

        Returns:
            Why the search ended.

        Raises:
            StudyError: A custom oracle cannot resume a study that has trials.
            SearchFailed: No trial was completed.
        """
        self._refuse_second_search()
        refuse_fork()
        self.problem, self.study = problem, study
        leak = find_leak(self.hypermodel, self.oracle.get_space())
        if leak:
            self.note(leak)
        trainer = self.trainer
        if crew is not None:
            trainer = RemoteTrainer(trainer, crew, self._announce_crew)
        loop = SearchLoop(
            self._search_oracle,
            trainer,
            self.hypermodel,
            problem=problem,
            plan=replace(self.plan, hooks=Hooks(fold_networks=fold_networks, on_note=self.note)),
            settings=self.settings,
            recorder=Recorder(study, self.hypermodel, self.listeners),
            clock=self._start_clock(study, started, export_seconds, kept=fold_networks),
            end_rules=EndRules(end_rules),
        )
        try:
            return loop.run()
        finally:
            trainer.close()

    @property
    def plan(self) -> Plan:
        """How every trial is trained."""
        return replace(self.settings.plan, arguments=self.arguments)

    def note(self, note: str) -> None:
        """Pass on a note to the listeners: a remark for the user on how the search runs."""
        for listener in self.listeners:
            listener.on_note(note)

    def _announce_crew(self, state: CrewState) -> None:
        for listener in self.listeners:
            listener.on_crew(state)

    def describe_arguments(self) -> dict[str, Any]:
        """Return what else changes trials, as JSON values; a resumed search must have the same."""
        return {"hypermodel": describe_value(self.hypermodel)}

    def _describe_study(
        self, rows: LabelledRows, split: Split, name: str | None, start: WarmStart | None
    ) -> StudyRecord:
        hypermodel = type(self.hypermodel).__name__
        space = from_keras_tuner(self.oracle.get_space(), name=hypermodel, title="")
        return StudyRecord(
            name=name or find_free_name(f"array-{space.name}", self.root),
            space_name=space.name,
            title="Which network is best?",
            space_definition={**space.to_dict(), "arguments": self.describe_arguments()},
            data=rows.to_dict(),
            settings=self.settings,
            split=split,
            versions=list_versions(),
            warm_start=start,
        )

    def _start_clock(
        self,
        study: Study,
        started: float | None,
        export_seconds: float,
        *,
        kept: FoldNetworks | None,
    ) -> Clock:
        limit = self.settings.max_seconds
        final = make_final_seconds(
            self.trainer,
            study.record.split,
            kept=kept,
            max_seconds=limit,
        )
        return Clock(
            limit,
            started=time.monotonic() if started is None else started,
            export_seconds=export_seconds,
            final=final,
            objective=self.settings.plan.objective,
        )

    def _refuse_second_search(self) -> None:
        if self.study is not None:
            raise UserError(
                f"this tuner has searched study {self.study.record.name} already; make a new "
                "KFoldTuner for another search"
            )
