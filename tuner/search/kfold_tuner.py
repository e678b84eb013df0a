"""`KFoldTuner`: a `keras_tuner.Tuner` that scores each trial by k-fold cross-validation."""

import shutil
import tempfile
import time
import weakref
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.errors import UserError
from tuner.problem import Problem
from tuner.search.clock import Clock
from tuner.search.labelled_rows import LabelledRows
from tuner.search.looks import IsAnswered, Looks
from tuner.search.loop import SearchLoop
from tuner.search.network_limits import limit_networks
from tuner.search.oracles import ORACLES, KerasTunerOracle, SearchOracle, StudyOracle
from tuner.search.recorder import Recorder
from tuner.space import Space, from_keras_tuner
from tuner.study import (
    Listener,
    SearchEnd,
    SearchSettings,
    Study,
    StudyRecord,
    TrialRecord,
    find_free_name,
    list_versions,
    recover_study,
)
from tuner.training import TRAINERS, FinalJob, Job

__all__ = ["KFoldTuner"]


class KFoldTuner(keras_tuner.Tuner):
    """Searches a hypermodel: trains every trial on every fold, and scores it on all rows.

    `SearchLoop` does the search; this class is KerasTuner's interface to it.

    Args:
        hypermodel: A `keras_tuner.HyperModel` whose `build` returns a compiled classifier. If it
            has a method `adapt(hp, model, x)`, that is called with the training rows of each fold,
            for layers such as `Normalization` and `TextVectorization`.
        settings: The search settings. Defaults to `SearchSettings()`.
        oracle: A `keras_tuner.Oracle`, used in place of the oracle that `settings` names.
        directory: The folder in which searches write their studies.
        listeners: Receive the search's events, in this order.

    Attributes:
        study: The study on the disk; None before the search.
        problem: The rows and folds; None before the search.
        trainer: The trainer that `settings` names.
        records: The finished trials, in the order in which they ended.

    Raises:
        UserError: The search cannot use the oracle.
        SpaceError: No network is as small as the settings demand.

    Example:
        >>> tuner = KFoldTuner(MyHyperModel(), SearchSettings(max_trials=8))  # doctest: +SKIP
        >>> tuner.search(x, y)  # doctest: +SKIP
        >>> model = tuner.get_best_models()[0]  # doctest: +SKIP
    """

    def __init__(
        self,
        hypermodel: keras_tuner.HyperModel,
        settings: SearchSettings | None = None,
        *,
        oracle: keras_tuner.Oracle | None = None,
        directory: str | Path = "mlruns",
        listeners: Sequence[Listener] = (),
    ) -> None:
        self.settings = settings or SearchSettings()
        self._search_oracle = _choose_oracle(oracle, self.settings, hypermodel)
        self.root = Path(directory)
        self.listeners = tuple(listeners)
        self.trainer = TRAINERS[self.settings.trainer]()
        self.trainer.on_note = self.note
        self.study: Study | None = None
        self.problem: Problem | None = None
        self.records: list[TrialRecord] = []
        # KerasTuner writes files of its own, which nobody reads: the study's journal has it all
        scratch = tempfile.mkdtemp(prefix="tuner-")
        weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)
        super().__init__(
            self._search_oracle.keras_tuner_oracle,
            hypermodel,
            directory=scratch,
            project_name="keras_tuner",
        )
        limit_networks(self._search_oracle, self.hypermodel, self.settings)

    def search(
        self,
        x: Any,
        y: Any = None,
        *,
        groups: np.ndarray | None = None,
        order: np.ndarray | None = None,
        study: str | None = None,
    ) -> None:
        """Search on rows that a network can take unchanged.

        Args:
            x: Features, shape `(rows, …)`, numbers or texts; a tuple or a dict of such arrays for a
                network of several inputs; a frame of numbers; or a finite `tf.data.Dataset` of
                `(x, y)` or `(x, y, sample_weight)`. They are not scaled, because the model may
                scale them.
            y: The class of each row, shape `(rows,)` or `(rows, 1)`, numbers or text; or one-hot
                rows, shape `(rows, classes)`. None for a dataset.
            groups: The group of each row, shape `(rows,)`, numbers or text: no group is on both
                sides of a split. None if the rows are independent.
            order: Sort key of each row, shape `(rows,)`, numbers or times. Each fold is then
                predicted from earlier rows only. None if the rows have no order.
            study: The study's name. A study of this name, with the same rows and settings, is
                resumed. Defaults to a new name.

        Raises:
            DataError: The shapes of the arrays differ, or values are missing or not finite.
            StudyError: The study of this name differs, or another process searches it.
            SearchFailed: No trial was completed.
        """
        self._refuse_second_search()
        rows = LabelledRows.from_arrays(x, y, groups=groups, order=order)
        record = self._describe_study(rows, study)
        problem = rows.make_problem(record.split.folds, self.settings.class_weight)
        opened = Study.open_or_create(record, self.root)
        with opened.lock_search():
            for note in recover_study(opened):
                self.note(note)
            opened.begin(self.settings)
            self.run(problem, opened)

    def run(
        self,
        problem: Problem,
        study: Study,
        *,
        started: float | None = None,
        export_seconds: float = 0.0,
        final_networks: int = 1,
        is_answered: IsAnswered | None = None,
    ) -> SearchEnd:
        """Search a problem and write the study, whose lock the caller holds.

        Args:
            problem: The rows and folds.
            study: The study. Trials that it has already are not trained again.
            started: When the time limit began, by `time.monotonic`. Defaults to now.
            export_seconds: Seconds of the time limit that the steps after the final training take.
            final_networks: The most networks that the final training may train.
            is_answered: Returns whether trials answer the space's question. None if nobody asks.

        Returns:
            Why the search ended.

        Raises:
            StudyError: A custom oracle cannot resume a study that has trials.
            SearchFailed: No trial was completed.
        """
        self._refuse_second_search()
        self.problem, self.study = problem, study
        loop = SearchLoop(
            self._search_oracle,
            self.trainer,
            self.hypermodel,
            problem=problem,
            settings=self.settings,
            recorder=Recorder(study, self.hypermodel, self.listeners),
        )
        self.records = loop.records
        clock = self._start_clock(problem, started, export_seconds, final_networks)
        return loop.run(clock, Looks(self.hypermodel, is_answered, problem.training_rows))

    def note(self, note: str) -> None:
        """Pass on a note to the listeners: a remark for the user on how the search runs."""
        for listener in self.listeners:
            listener.on_note(note)

    def load_model(self, trial: Any) -> keras.Model:
        """Train a trial's network on all training rows, for the number of epochs that it chose.

        The folds' networks are not kept. Cross-validation scores the recipe; this method trains
        the network that the recipe gives.
        """
        assert self.problem is not None  # there is no trial before the search
        number = int(trial.trial_id)
        record = next(record for record in self.records if record.trial == number)
        final = FinalJob(Job(number, trial.hyperparameters), record.result.epoch)
        (network,) = self.trainer.train_on_all_rows(
            [final], self.hypermodel, problem=self.problem, plan=self.settings.plan
        )
        return network

    def get_best_models(self, num_models: int = 1) -> list[keras.Model]:
        """Return the networks of the best trials, trained on all training rows, best first."""
        return [self.load_model(trial) for trial in self._get_best_trials(num_models)]

    def get_best_hyperparameters(self, num_trials: int = 1) -> list[keras_tuner.HyperParameters]:
        """Return the hyperparameters of the best completed trials, best first."""
        return [trial.hyperparameters for trial in self._get_best_trials(num_trials)]

    @property
    def project_dir(self) -> str:
        """The study's folder; before the search, KerasTuner's own, which is deleted at the end."""
        return str(self.study.folder if self.study else Path(self.directory) / self.project_name)

    def _get_best_trials(self, most: int) -> list[Any]:
        if self.problem is None:
            raise UserError("there was no search yet; call search(x, y) first")
        completed = {record.trial for record in self.records if record.completed}
        trials = self.oracle.get_best_trials(len(self.records))
        return [trial for trial in trials if int(trial.trial_id) in completed][:most]

    def _describe_study(self, rows: LabelledRows, name: str | None) -> StudyRecord:
        """Split the rows, and return the description of the study."""
        split = self.settings.splitter.split(
            rows.y, classes=rows.classes, groups=rows.groups, order=rows.order
        )
        space = from_keras_tuner(
            self.oracle.get_space(), name=type(self.hypermodel).__name__, title=""
        )
        return StudyRecord(
            name=name or find_free_name(f"array-{space.name}", self.root),
            space=space.name,
            title=space.title,
            definition=space.to_dict(),
            data=rows.to_dict(),
            settings=self.settings,
            split=split,
            versions=list_versions(),
        )

    def _start_clock(
        self, problem: Problem, started: float | None, export_seconds: float, final_networks: int
    ) -> Clock:
        return Clock(
            self.settings.max_seconds,
            started=time.monotonic() if started is None else started,
            export_seconds=export_seconds,
            final_rounds=partial(self.trainer.estimate_final_rounds, final_networks),
            share=len(problem.rows) / sum(len(fold.train) for fold in problem.folds),
            objective=self.settings.plan.objective,
        )

    def _refuse_second_search(self) -> None:
        if self.study is not None:
            raise UserError(
                f"this tuner has searched study {self.study.record.name} already; make a new "
                "KFoldTuner for another search"
            )


def _choose_oracle(
    oracle: keras_tuner.Oracle | None,
    settings: SearchSettings,
    hypermodel: keras_tuner.HyperModel,
) -> SearchOracle:
    """Return the user's oracle, or the one that the settings name."""
    if isinstance(oracle, StudyOracle):
        return oracle
    if oracle is not None:
        return KerasTunerOracle(oracle)
    space = getattr(hypermodel, "space", None)  # of a custom hypermodel it may be anything
    return ORACLES[settings.oracle](
        space if isinstance(space, Space) else None,
        settings.plan.objective,
        max_trials=settings.max_trials,
        epochs=settings.epochs,
        seed=settings.seed,
    )
