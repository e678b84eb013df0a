"""`SearchedStudy`: what a search has found, whether it has ended or not."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuner.api.boundary import Caller, call_from_python
from tuner.api.exports import export_networks
from tuner.api.importance import rank_columns
from tuner.api.notebook_display import Figures, Report
from tuner.api.overview import describe_study, render_study
from tuner.api.reports import refresh_report
from tuner.api.search import Search
from tuner.api.study_results import StudyResults
from tuner.api.sync import write_to_mlflow
from tuner.argument_types import check_type, read_path
from tuner.model.hypermodel_object import HypermodelObject
from tuner.run.exporting import ExportOptions
from tuner.serving.formats import choose_formats
from tuner.study import Study
from tuner.tracking import choose_tracking_uri
from tuner.training.remote import Engine

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from tuner.api.predictions import StudyModel

__all__ = ["SearchedStudy", "open_study"]


def open_study(
    name: str, root: str | Path = "mlruns", *, hypermodel: Any = None, verbose: int = 1
) -> SearchedStudy:
    """Open a study that was searched, from Python or from the command line.

    Args:
        name: The study's name; `studies` lists them.
        root: The folder that holds all that searches write.
        hypermodel: The hypermodel or function that was given to `tune` as its space. Only `resume`
            and `export` need it.
        verbose: 1 for a study that shows what it does, 0 for one that prints nothing at all.

    Raises:
        StudyError: There is no such study, it is damaged, or its space is another one.
    """
    given = None if hypermodel is None else HypermodelObject.from_object(hypermodel)
    check_type("name", name, "text")
    return SearchedStudy(Study.open(name, read_path("--root", root)), given, verbose=verbose)


class SearchedStudy(StudyResults):
    """What a search has found: answers, networks, tables, report and model.

    `tune` and `open_study` make it. All that it says is read from the study's folder when it is
    asked for; while a search goes on, it says what is known so far.

    Args:
        study: The study on the disk.
        hypermodel: That which is its space, if a Python program gave one.
        verbose: 1 to show what it does, 0 to print nothing at all.

    Attributes:
        verbose: The same, of all methods that are not told otherwise.
        name: The study's name.
        folder: Its folder.
        question: What its space asks.
        settings: The settings of its search.
    """

    def __init__(
        self, study: Study, hypermodel: HypermodelObject | None = None, *, verbose: int = 1
    ) -> None:
        super().__init__(study, hypermodel)
        self.verbose = verbose

    @property
    def report(self) -> Report:
        """The report, which a notebook shows; it is written first if there is none."""
        path = self._study.report_path
        if not path.exists():
            with self._call() as caller:
                refresh_report(self._setup, self._study, caller.import_heavy)
        return Report(path)

    @property
    def figures(self) -> Figures:
        """The report's figures by name; a notebook shows each of them."""
        return Figures(self.report.path.parent / "figures")

    @property
    def model(self) -> keras.Model:
        """The exported model: a Keras model that takes raw columns, a tensor by column name.

        Raises:
            StudyError: No model is exported yet.
            UserError: The model is damaged.
        """
        with self._call() as caller:
            return self._exported.load_network(caller)

    def predict(self, rows: Any, *, on_error: str = "refuse") -> pd.Series:
        """Return the class of each row, as the exported model sees it.

        Classes have the type of the labels that were given: texts, whole numbers or truth values.
        Where that is not known, as of a CSV file or of categories, names that are whole numbers, or
        numbers as Python writes them, are given as numbers. A class that pools others is a text.

        Args:
            rows: Rows as `tune` takes them: a frame, an array, a file, a folder of images. Labels
                and columns that the model does not know are left out.
            on_error: What becomes of a cell that is no number or date where the model reads one:
                "refuse" to raise an error, "missing" to take it as missing, with a warning.

        Returns:
            A Series with the index of a frame.

        Raises:
            UserError: A column is missing, a cell is refused, or there is no model.
        """
        with self._call() as caller:
            return self._exported.predict_classes(rows, on_error, caller)

    def predict_proba(self, rows: Any, *, on_error: str = "refuse") -> pd.DataFrame:
        """Return the probability of each class of each row: a column for each class, by its name.

        Args:
            rows: As `predict` takes them.
            on_error: As `predict` takes it.

        Returns:
            A frame with the index of a frame.

        Raises:
            UserError: A column is missing, a cell is refused, or there is no model.
        """
        with self._call() as caller:
            return self._exported.predict_probabilities(rows, on_error, caller)

    def export(
        self,
        pick: str | int | None = None,
        *,
        threshold: str | None = None,
        formats: str | Sequence[str] | None = None,
        output: str | Path | None = None,
        verbose: int | None = None,
    ) -> Path:
        """Train a pick on all training rows, and export it as a model to serve.

        Args:
            pick: `best`, `smallest`, `ensemble`, the number of a completed trial, or `pareto` for
                every trial on a front of score against cost. None for what the search exported.
            threshold: Of two classes: what to choose the decision threshold for, such as
                `cost=good:1,bad:5` or `f1=bad`. None for the study's own rule.
            formats: Of `keras` (which is always written), `saved_model`, `mlflow`, `onnx` and
                `litert`. None for the first three.
            output: The folder to write. None for one in the study's folder.
            verbose: 1 to show progress, 0 to print nothing at all. None for that of the study.

        Returns:
            The folder of the model; with `pareto`, the folder of the models' folders.

        Raises:
            UserError: There is no such pick, the data have changed, or the folder cannot be
                written.
            SearchFailed: No trial was completed.
            ExportMismatch: The exported model answers differently from the network in memory.
        """
        chosen = None if pick is None else str(pick)
        folder = None if output is None else read_path("--output", output)
        with self._call(verbose) as caller:
            options = ExportOptions(threshold, choose_formats(formats))
            exports = export_networks(
                self._setup, self._study, chosen, folder, caller, options=options
            )
            folders = list(exports)
        return folders[0].parent if chosen == "pareto" else folders[0]

    def importance(
        self, pick: str | int | None = None, *, repeats: int = 5, verbose: int | None = None
    ) -> pd.DataFrame:
        """Rank the columns by how much a pick needs them: permutation importance, out of fold.

        The networks are trained again on each fold's training rows. A column's values are shuffled
        among the validation rows, and the table says by how much the objective gets worse.

        Args:
            pick: As `export` takes it, without `pareto`.
            repeats: How often each column is shuffled.
            verbose: 1 to show progress, 0 to print nothing at all. None for that of the study.

        Returns:
            Columns `column`, `importance` and `standard_error`, the most important column first.

        Raises:
            UserError: There is no such pick, or the rows are arrays.
        """
        import pandas as pd

        chosen = None if pick is None else str(pick)
        with self._call(verbose) as caller:
            ranked = rank_columns(self._setup, self._study, chosen, repeats, caller)
        return pd.DataFrame([each.to_dict() for each in ranked])

    # Over 40 lines: most of them are arguments, and describe them.
    def resume(  # noqa: PLR0913  (one argument per option of the command)
        self,
        max_trials: int | None = None,
        max_seconds: float | None = None,
        *,
        patience_trials: int | None = None,
        tracking_uri: str | None = None,
        verbose: int | None = None,
        engine: str = "local",
        ray_address: str | None = None,
        ray_workers: int | None = None,
    ) -> SearchedStudy:
        """Resume the search after an interrupt, or give it more trials or time.

        Args:
            max_trials: The most trials in all. None for as many as before, or as many as fit in
                `max_seconds` if the search chose the number by its time limit.
            max_seconds: The time limit of this run in seconds. None for that of the last one.
            patience_trials: The search ends when so many trials have not improved the ensemble.
                None for the last run's, or for any number if `max_trials` is given.
            tracking_uri: MLflow's tracking URI. Defaults to `MLFLOW_TRACKING_URI`, else a database
                under the root.
            verbose: 1 to show progress, 0 to print nothing at all. None for that of the study.
            engine: Where the trials train, as of `tune`.
            ray_address: As of `tune`.
            ray_workers: As of `tune`.

        Returns:
            This study.

        Raises:
            UserError: The data have changed, or another process searches the study.
            SearchFailed: No trial was completed.
            ExportMismatch: The exported model answers differently from the network in memory.
        """
        with self._call(verbose) as caller:
            on = Engine(engine, ray_address, ray_workers)
            search = Search(caller, self._study.root, tracking_uri, on)
            finished = search.resume(
                self.name,
                max_trials,
                max_seconds,
                self._hypermodel,
                patience_trials=patience_trials,
            )
        if finished.fault is not None:
            raise finished.fault
        return self

    def sync(self, *, tracking_uri: str | None = None) -> None:
        """Write to MLflow all of the study that it lacks, as `tuner sync` does.

        Args:
            tracking_uri: MLflow's tracking URI. Defaults to `MLFLOW_TRACKING_URI`, else a database
                under the root.

        Raises:
            StudyError: Another process writes the study to MLflow.
            TrackingError: MLflow cannot be written.
        """
        root = self._study.root
        uri = choose_tracking_uri(tracking_uri, root)
        with self._call() as caller:
            write_to_mlflow(self._study, uri, root, caller.messages)

    def __repr__(self) -> str:
        return "\n".join(describe_study(self._study))

    def _repr_html_(self) -> str:
        return render_study(self._study)

    def _call(self, verbose: int | None = None) -> AbstractContextManager[Caller]:
        return call_from_python(self.verbose if verbose is None else verbose)

    @cached_property
    def _exported(self) -> StudyModel:
        from tuner.api.predictions import StudyModel

        return StudyModel(self._study)
