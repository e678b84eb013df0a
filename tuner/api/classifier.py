"""`KFoldClassifier`: a scikit-learn estimator whose `fit` is a whole search."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from tuner.api.boundary import call_from_python
from tuner.api.estimator_rows import (
    choose_folds,
    convert_rows_to_predict,
    describe_left_out,
    is_frame,
    name_classes,
    name_labels,
    number_classes,
    raise_as_value_errors,
    read_rows,
    read_rows_and_labels,
)
from tuner.api.fitting import search_and_train
from tuner.api.requests import make_request
from tuner.api.searched_study import SearchedStudy
from tuner.argument_types import read_path
from tuner.files.temporary_folders import ScratchFolder
from tuner.model.hypermodel_object import HypermodelObject
from tuner.phrasing import shorten_names
from tuner.run.preparing import prepare
from tuner.run.request import Destination, make_settings
from tuner.study import SearchSettings
from tuner.training.remote import Engine

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.utils import Tags

    from tuner.serving.trained_network import TrainedNetwork
    from tuner.study import Study

__all__ = ["KFoldClassifier"]


class KFoldClassifier(ClassifierMixin, BaseEstimator):
    """A classifier that searches a space of networks, and predicts with the best one.

    `fit` searches by cross-validation within the rows that it is given, and trains the best
    network, or the best ensemble, on all of them. So `cross_val_score` is nested cross-validation:
    the score of the whole procedure, choices included.

    `X` is a data frame, whose columns may be of any type that `tune` takes, or an array of numbers,
    images included. Missing numbers are allowed. `y` may be of any type that has an order.

    A fit writes no report, no exported model and nothing to MLflow; the study makes what it is
    asked for: `study_.report`, `study_.export()`. Unlike `tune` a fit cannot begin with trials of
    another study, which may have been chosen on the very rows that `cross_val_score` holds out.

    Args:
        space: What to search, as for `tune`.
        max_trials: The most trials. None for as many as `tune` takes, which depends on the space.
        max_seconds: Time limit in seconds of a fit; None for no limit.
        patience_trials: The search ends when so many trials have not improved the ensemble.
        folds: The folds. A class of fewer rows lowers their number to two at least, and warns.
        repeats: How many times the rows are cut into folds.
        epochs: The most epochs of a trial. None for 50, or as many as the rows need in a space of
            networks for tables.
        patience: A trial stops after this many epochs without a better mean over folds. None for
            10, or all epochs in such a space.
        oracle: Proposes the trials. None for what suits the space.
        objective: The score to optimise.
        racing: Whether trials that are clearly beaten end early.
        trainer: `lanes`, or `fit`, which is slower.
        class_weight: `balanced` to give all classes the same weight in the training loss; or the
            weight of each class by its label; None to give the same weight to all rows.
        test_size: The share of the rows that is held back; none, since others score the network.
        seed: Decides folds, proposals, initial weights and batches.
        max_parameters: The most parameters of a network; None for any number.
        max_row_microseconds: The most microseconds that a network may take for a row; None for any.
            Each fit measures how fast its machine is, so two fits may exclude other networks.
        categorical: The columns of a data frame to read as categorical.
        ignore: The columns of a data frame to leave out.
        missing: Texts that mean a missing value in a data frame.
        rare_classes: What to do about classes that have too few rows even for two folds:
            `leave-out`, with a warning, or `refuse`. A class that is left out stays in `classes_`,
            with the probability 0, and is never predicted.
        root: The folder to keep studies in. None for one that is deleted with `study_`.
        engine: `local` or `ray`; this, `ray_address` and `ray_workers` are as for `tune`.
        verbose: 1 to show progress, 0 to print nothing.

    Attributes:
        classes_: The labels, in the order of the columns of `predict_proba`, shape `(classes,)`.
        n_features_in_: The number of columns.
        feature_names_in_: The names of the columns, if all of them are texts.
        folds_: The folds that were used.
        study_: The study: its answer, trials and scores, as `tune` returns it. A copy that was
            pickled does not have it, unless there is a `root`.

    Example:
        >>> from sklearn.model_selection import cross_val_score  # doctest: +SKIP
        >>> cross_val_score(KFoldClassifier("mlp", max_trials=20), x, y)  # doctest: +SKIP
    """

    # Over 40 lines: each parameter is assigned, which scikit-learn asks for.
    def __init__(  # noqa: PLR0913  (scikit-learn reads the parameters from here)
        self,
        space: Any = "mlp",
        *,
        max_trials: int | None = None,
        max_seconds: float | None = None,
        patience_trials: int | None = None,
        folds: int = 5,
        repeats: int = 1,
        epochs: int | None = None,
        patience: int | None = None,
        oracle: str | None = None,
        objective: str = "cross_entropy",
        racing: bool = True,
        trainer: str = "lanes",
        class_weight: str | Mapping[Any, float] | None = None,
        test_size: float = 0.0,
        seed: int = 0,
        max_parameters: int | None = None,
        max_row_microseconds: float | None = None,
        categorical: Sequence[str] = (),
        ignore: Sequence[str] = (),
        missing: Sequence[str] = (),
        rare_classes: str = "leave-out",
        root: str | Path | None = None,
        engine: str = "local",
        ray_address: str | None = None,
        ray_workers: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.space = space
        self.max_trials = max_trials
        self.max_seconds = max_seconds
        self.patience_trials = patience_trials
        self.folds = folds
        self.repeats = repeats
        self.epochs = epochs
        self.patience = patience
        self.oracle = oracle
        self.objective = objective
        self.racing = racing
        self.trainer = trainer
        self.class_weight = class_weight
        self.test_size = test_size
        self.seed = seed
        self.max_parameters = max_parameters
        self.max_row_microseconds = max_row_microseconds
        self.categorical = categorical
        self.ignore = ignore
        self.missing = missing
        self.rare_classes = rare_classes
        self.root = root
        self.engine = engine
        self.ray_address = ray_address
        self.ray_workers = ray_workers
        self.verbose = verbose

    def fit(self, X: Any, y: Any) -> KFoldClassifier:  # noqa: N803  (scikit-learn's name)
        """Search, and train what is best on all rows.

        Args:
            X: The rows, shape `(rows, columns)`; images have more dimensions.
            y: The class of each row, shape `(rows,)`.

        Raises:
            ValueError: The rows, the labels, the space or a setting is wrong.
            SearchFailed: No trial was completed.
        """
        for name in ("_network", "_known", "study_"):  # of an earlier fit, if this one fails
            self.__dict__.pop(name, None)
        rows, y = read_rows_and_labels(self, X, y)
        self.classes_, numbers = number_classes(y)
        counts = np.bincount(numbers)
        if self.rare_classes not in ("refuse", "leave-out"):  # a pooled class has no label in y
            raise ValueError(
                f"rare_classes: there is no choice {self.rare_classes}; give refuse or leave-out"
            )
        self.folds_ = self._choose_folds(counts)
        with raise_as_value_errors():
            self._search(rows, name_classes(self.classes_, numbers))
        left_out = np.setdiff1d(np.arange(len(counts)), self._known)
        if len(left_out):
            warnings.warn(
                describe_left_out(self.classes_[left_out], counts[left_out]), stacklevel=2
            )
        self._took_frame = is_frame(X)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the probability of each class, shape `(rows, classes)`, as `classes_` has them.

        Args:
            X: Rows as `fit` takes them, with the same columns.
        """
        check_is_fitted(self)
        took_numbers = self._network.schema.array_shape is not None
        rows = read_rows(self, X, as_frame=self._took_frame, as_numbers=took_numbers)
        with raise_as_value_errors():
            raw = convert_rows_to_predict(rows, self._network.schema)
        probabilities = np.zeros((len(next(iter(raw.values()))), len(self.classes_)))
        probabilities[:, self._known] = self._network.predict_proba(raw)
        return probabilities / probabilities.sum(axis=1, keepdims=True)

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the likeliest class of each row, shape `(rows,)`.

        Args:
            X: Rows as `fit` takes them, with the same columns.
        """
        probabilities = self.predict_proba(X)  # says so, if nothing is fitted
        return self.classes_[probabilities.argmax(axis=1)]

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_network")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Leave out a study in a temporary folder, which another process does not have."""
        state: dict[str, Any] = super().__getstate__()
        if self.root is None:
            state = {name: value for name, value in state.items() if name != "study_"}
        return state

    def _choose_folds(self, counts: np.ndarray) -> int:
        """Return how many folds the rarest class allows, and warn if these are fewer."""
        rarest, folds = choose_folds(counts, self.folds)
        if folds < self.folds:
            warnings.warn(
                f"class {shorten_names(str(self.classes_[rarest]))} has {folds} rows, so that "
                f"there are {folds} folds instead of {self.folds}",
                stacklevel=3,
            )
        return folds

    def _search(self, rows: Any, labels: pd.Categorical[str]) -> None:
        """Search, and keep the study and the trained network."""
        named = isinstance(self.space, str | Path)
        hypermodel = None if named else HypermodelObject.from_object(self.space)
        temporary = ScratchFolder() if self.root is None else None
        root = temporary.path if temporary else read_path("--root", self.root)
        try:
            study, self._network = self._run(hypermodel, rows, labels, root)
        except BaseException:
            if temporary is not None:
                temporary.remove()
            raise
        self.study_ = SearchedStudy(study, hypermodel, verbose=self.verbose)
        if temporary is not None:
            weakref.finalize(self.study_, temporary.remove)

    def _run(
        self,
        hypermodel: HypermodelObject | None,
        rows: Any,
        labels: pd.Categorical[str],
        root: Path,
    ) -> tuple[Study, TrainedNetwork]:
        with call_from_python(self.verbose) as caller:
            engine = Engine(self.engine, self.ray_address, self.ray_workers)
            engine.check()
            destination = Destination(root)
            destination.check()
            request = make_request(
                rows,
                name_labels(rows, labels),
                root=root,
                categorical=self.categorical,
                ignore=self.ignore,
                missing=self.missing,
                rare_classes=self.rare_classes,  # type: ignore[arg-type]  # checked
            )
            names = dict(zip(self.classes_.tolist(), labels.categories, strict=True))
            settings = self._make_settings(names)
            setup = prepare(hypermodel or str(self.space), request, settings)
            self._known = np.flatnonzero(np.isin(labels.categories, setup.dataset.schema.classes))
            return search_and_train(caller, setup, destination, engine)

    def _make_settings(self, names: Mapping[Any, str]) -> SearchSettings:
        own = self.get_params(deep=False)
        arguments = {f.name: own[f.name] for f in fields(SearchSettings) if f.name in own}
        weights = self.class_weight
        if isinstance(weights, Mapping):
            weights = {names.get(label, label): weight for label, weight in weights.items()}
        space = str(self.space) if isinstance(self.space, str | Path) else None
        return make_settings(space, {**arguments, "folds": self.folds_, "class_weight": weights})
