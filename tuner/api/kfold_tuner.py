"""`KFoldTuner` as a Python program uses it: with the arguments of KerasTuner's tuners."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import keras_tuner
import numpy as np

from tuner.api.boundary import call_from_python
from tuner.api.ended_search import record_end
from tuner.api.kfold.failure_limit import FailureLimit
from tuner.api.kfold.function_hypermodel import Recompiled, read_hypermodel
from tuner.api.kfold.held_out_rows import read_and_split
from tuner.api.kfold.overridden_methods import refuse_overridden
from tuner.api.kfold.search_arguments import SearchArguments
from tuner.api.kfold.tuner_arguments import TunerArguments
from tuner.api.lost_numbers import warn_about_lost_numbers
from tuner.data.in_memory.row_indexes import check_indexes
from tuner.folds import Split
from tuner.model.fingerprints import describe_value
from tuner.problem import Problem, take_rows
from tuner.search import FoldTuner
from tuner.search.exploring import ExploredHyperModel
from tuner.search.labelled_rows import LabelledRows
from tuner.search.oracle_choice import choose_oracle
from tuner.search.oracles import StudyOracle, count_bracket_trials
from tuner.space import find_space
from tuner.study import Listener, SearchEnd, SearchSettings, Study
from tuner.terminal.messages import Messages
from tuner.terminal.progress import Progress, Shown
from tuner.training.fit_calls import WATCHED_ROWS, has_own_fit
from tuner.training.remote import Engine
from tuner.words import count_noun

__all__ = ["KFoldTuner"]

_MOST_POINTS = 1_000_000  # of a grid that is searched to its end


class KFoldTuner(FoldTuner):
    """A `keras_tuner.Tuner` that scores each trial by k-fold cross-validation.

    It takes the place of `keras_tuner.RandomSearch`, `BayesianOptimization`, `Hyperband` and
    `GridSearch`, and has their arguments.

    Args:
        hypermodel: A `keras_tuner.HyperModel` whose `build` returns a compiled classifier, or a
            function `build(hp)`.
        objective: `"val_loss"`, `"val_accuracy"`, `"val_auc"` or another score, or a
            `keras_tuner.Objective` of that name: the mean over all rows, each scored by the network
            of the fold that holds it out. Defaults to the cross-entropy. `SearchSettings` may take
            its place here.
        max_trials: The most trials. Defaults to 20.
        settings: Settings of the search. An argument of the same name is stronger.
        oracle: `"random"`, `"grid"`, `"bayesian"`, `"tpe"` or `"hyperband"`; or a
            `keras_tuner.Oracle`. Defaults to the one that other arguments mean, such as `factor`.
        directory: The folder that holds all that searches write.
        project_name: The name of the study, in `directory/studies`. A study of this name is
            resumed. Defaults to a new name.
        overwrite: Delete a study of this name first.
        listeners: Receive the search's events, in this order.
        engine: Where the trials train, as of `tune`: `local`, or `ray`. On a cluster, what the
            hypermodel and callbacks change of themselves stays where it happens.
        ray_address: As of `tune`, likewise `ray_workers`.
        **arguments: The other arguments of KerasTuner's tuners (`seed`, `hyperparameters`,
            `tune_new_entries`, `allow_new_entries`, `executions_per_trial`, `max_epochs`, `factor`,
            `hyperband_iterations`, `num_initial_points`, `alpha`, `beta`, `optimizer`, `loss`,
            `metrics`, `max_model_size`, `max_consecutive_failed_trials`), and the fields of
            `SearchSettings` (`folds`, `repeats`, `epochs`, `patience`, `test_size`, …).

    Raises:
        UserError: An argument is unknown, wrong, or without a meaning in a k-fold search.

    Example:
        >>> tuner = KFoldTuner(build_model, "val_accuracy", max_trials=8)  # doctest: +SKIP
        >>> tuner.search(x, y, epochs=20)  # doctest: +SKIP
        >>> model = tuner.get_best_models()[0]  # doctest: +SKIP
    """

    def __init__(  # noqa: PLR0913  (as many as KerasTuner's)
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int | None = None,
        *,
        settings: SearchSettings | None = None,
        oracle: str | keras_tuner.Oracle | None = None,
        directory: str | Path | None = None,
        project_name: str | None = None,
        overwrite: bool = False,
        listeners: Sequence[Listener] = (),
        engine: str = "local",
        ray_address: str | None = None,
        ray_workers: int | None = None,
        **arguments: Any,
    ) -> None:
        refuse_overridden(type(self))
        self._engine = Engine(engine, ray_address, ray_workers)
        self._study_name, self._overwrite = project_name, overwrite
        self._directory, self._listeners = directory or "mlruns", tuple(listeners)
        if isinstance(objective, SearchSettings):
            settings, objective = objective, None
        oracle_name = oracle if isinstance(oracle, str) else None
        self._own_oracle = None if isinstance(oracle, str) else oracle
        if self._own_oracle is not None:
            objective = objective or self._own_oracle.objective
            max_trials = max_trials or self._own_oracle.max_trials
        # as in KerasTuner, a grid without max_trials is searched to its end
        self._whole_grid = oracle_name == "grid" and max_trials is None and settings is None
        self._epochs_fixed = arguments.get("max_epochs") is not None
        arguments |= {"objective": objective, "max_trials": max_trials}
        self._tuner_arguments = TunerArguments.read(
            settings or SearchSettings(), oracle_name, arguments
        )
        self._given_hypermodel = hypermodel
        self._begin()

    def _begin(self) -> None:
        """Make what a search changes: the oracle, which learns from trials, and the settings."""
        read = self._tuner_arguments
        hypermodel = read_hypermodel(self._given_hypermodel)
        if read.compiled:
            hypermodel = Recompiled(hypermodel, read.compiled)
        oracle = choose_oracle(self._own_oracle, read.settings, hypermodel, read.declared)
        limits = [] if read.most_failures is None else [FailureLimit(read.most_failures)]
        super().__init__(
            hypermodel,
            read.settings,
            oracle=oracle.keras_tuner_oracle,
            directory=self._directory,
            listeners=(*self._listeners, *limits),
        )
        self.resumable = None if self._overwrite else self._study_name
        self._search_arguments = SearchArguments()
        self._limit_trials()

    # Over 40 lines: most of them describe the arguments.
    def search(
        self,
        x: Any,
        y: Any = None,
        *,
        groups: Any = None,
        order: Any = None,
        study: str | None = None,
        verbose: int | str = 1,
        **arguments: Any,
    ) -> None:
        """Search on rows that a network can take unchanged. Another call resumes the study.

        Args:
            x: Features, shape `(rows, …)`, numbers or texts; a tuple or a dict of such arrays for a
                network of several inputs; a frame of numbers; or a finite `tf.data.Dataset` of
                `(x, y)` or `(x, y, sample_weight)`. They are not scaled, because the model may
                scale them.
            y: The class of each row, shape `(rows,)` or `(rows, 1)`, numbers or text; or one-hot
                rows, shape `(rows, classes)`. None for a dataset.
            groups: The group of each row, shape `(rows,)`: no group is on both sides of a split.
            order: Sort key of each row, shape `(rows,)`: each fold is predicted from earlier rows.
            study: The study's name. Defaults to `project_name`.
            verbose: 1 to show progress, 0 to print nothing at all.
            **arguments: Those of `keras.Model.fit`: `epochs`, `batch_size`, `shuffle`, `callbacks`,
                `class_weight` (a dictionary or `balanced`), `sample_weight`, and `validation_data`,
                whose rows become the test part. A hypermodel with a `fit` of its own gets any
                others.

        Raises:
            UserError: An argument is unknown, or has no meaning in a k-fold search.
            DataError: The shapes of the arrays differ, or values are missing or not finite.
            StudyError: The study of this name differs, or another process searches it.
            SearchFailed: No trial was completed.
        """
        if self.study is not None:  # its oracle learns what the journal has
            self._study_name, self._overwrite = study or self.study.record.name, False
            self._begin()
        self._engine.check()
        read = SearchArguments.read(
            arguments,
            objective=self.settings.objective,
            own_fit=has_own_fit(self.hypermodel),
        )
        self._take(read)
        check_indexes("", x, y=y, groups=groups, order=order, sample_weight=read.sample_weight)
        if isinstance(read.validation, tuple | list) and len(read.validation) > 1:
            check_indexes("validation_data, ", read.validation[0], y=read.validation[1])
        splitter = self.settings.splitter
        rows, split = read_and_split(x, y, read, splitter, groups=groups, order=order)
        self._explore(rows)
        shown = call_from_python(0 if verbose in (0, False) else 1)
        with shown as caller, self._show(caller.messages, split):
            self._say_test_part(split)
            warn_about_lost_numbers(x, caller.messages.warn)
            name = study or self._study_name
            with self._engine.open(self.settings.trainer, on_note=self.note) as crew:
                self.search_rows(rows, split, study=name, overwrite=self._overwrite, crew=crew)

    def run(self, problem: Problem, study: Study, **options: Any) -> SearchEnd:
        """Search as `FoldTuner.run` does, and write to the journal how the search ended."""
        with record_end(study):
            return super().run(problem, study, **options)

    def describe_arguments(self) -> dict[str, Any]:
        """Return what else changes trials, as JSON values; a resumed search must have the same."""
        deciding = {
            "hypermodel": self._given_hypermodel,
            **self._tuner_arguments.compiled,
            **self._tuner_arguments.declared.options,
            **self._search_arguments.deciding,
        }
        return {name: describe_value(value) for name, value in deciding.items()}

    def _take(self, read: SearchArguments) -> None:
        """Take the arguments of a search into the settings and the oracle."""
        epochs, class_weight = read.epochs, read.class_weight
        given = self._tuner_arguments.settings  # those of a search that was refused may be others
        if epochs is None or self._epochs_fixed:
            epochs = given.epochs
        if class_weight is None:
            class_weight = given.class_weight
        self.settings = replace(self.settings, epochs=epochs, class_weight=class_weight)
        self._search_arguments = read
        self.arguments = dict(read.fit)
        if "epochs" in self.arguments:
            self.arguments["epochs"] = self.settings.epochs
        if isinstance(self.oracle, StudyOracle):
            self.oracle.most_epochs = self.settings.epochs
        self._limit_trials()  # brackets are as many as the epochs allow

    def _explore(self, rows: LabelledRows) -> None:
        """Find the hyperparameters that `fit` declares with these rows and arguments alone."""
        if self._explored.complete:
            return
        hp = self.oracle.get_space()
        few = rows.y[:WATCHED_ROWS]
        labels = np.eye(len(rows.classes))[few] if rows.targets.one_hot else few
        sample = take_rows(rows.x, slice(WATCHED_ROWS)), labels
        ExploredHyperModel(self.hypermodel, self.arguments, sample).build(hp)
        self.oracle.update_space(hp)
        self._limit_trials()

    def _limit_trials(self) -> None:
        """Set the most trials of a search that ends with its space or its brackets."""
        if not isinstance(self.oracle, StudyOracle):
            return
        trials = None
        iterations = self._tuner_arguments.iterations
        if iterations is not None:
            factor = self._tuner_arguments.declared.options.get("factor", 3)
            brackets = count_bracket_trials(self.settings.epochs, factor)
            trials = iterations * brackets
        elif self._whole_grid:
            points = self.oracle.space.list_configurations(grid=True)
            trials = sum(1 for _ in islice(points, _MOST_POINTS))
        if trials is not None:
            self.settings = replace(self.settings, max_trials=trials)
            self.oracle.plan_trials(trials)

    def _say_test_part(self, split: Split) -> None:
        """Say which rows no trial sees."""
        count = count_noun(len(split.test), "row")
        if self._search_arguments.validation is not None:
            self.note(f"validation_data is the test part: no trial sees its {count}")
        elif len(split.test):
            rows = len(split.train) + len(split.test)
            self.note(
                f"{count} of {rows} are the test part, which no trial sees; to train on them too: "
                "KFoldTuner(…, test_size=0)"
            )

    @contextmanager
    def _show(self, messages: Messages, split: Split) -> Iterator[None]:
        """Show the progress of the search while the context is open."""
        space = find_space(self.hypermodel)
        compare = None if space is None else space.compare
        shown = Shown(self.settings, len(split.folds), compare)
        progress = Progress(messages, shown, time.monotonic())
        listeners, self.listeners = self.listeners, (progress, *self.listeners)
        try:
            with progress.show():
                yield
                progress.on_study_end("finished", {})
        except KeyboardInterrupt:
            if self.study is not None:
                name = self.study.record.name
                progress.report_interrupt(f"To resume, search again with project_name={name!r}")
            raise
        finally:
            self.listeners = listeners
