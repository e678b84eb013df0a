"""What a hypermodel's own `fit` does with the rows of folds, found by calls that train nothing."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any, TypeAlias

import keras_tuner
import numpy as np

from tuner.problem import take_rows
from tuner.space import find_space
from tuner.training.fit_calls import (
    WATCHED_ROWS,
    FitCall,
    has_own_fit,
    have_changed,
    read_settings,
    read_weights,
    watch_fit,
)
from tuner.training.fold_data import FoldData
from tuner.training.output_form import OutputForm

__all__ = ["watch_folds"]

_Watch: TypeAlias = Callable[..., FitCall | None]  # `watch_fit` of rows, all else given

_WATCHING = threading.Lock()  # so that the rows of one fold are copied at a time


# Over 40 lines: half of them describe the arguments.
def watch_folds(
    hypermodel: keras_tuner.HyperModel,
    hp: keras_tuner.HyperParameters,
    model: Any,
    arguments: Mapping[str, Any],
    folds: Iterable[FoldData],
    form: OutputForm,
) -> list[FitCall] | None:
    """Call a hypermodel's `fit` with the rows of folds, while the network's own notes.

    A batch size, or a callback, may depend on the rows. A few rows come first: a `fit` that trains
    in its own way is found at little cost. With a `fit` that depends on no rows, KerasTuner's or
    this package's, they are enough.

    Args:
        hypermodel: The hypermodel that built the network.
        hp: Gets the hyperparameters that `fit` declares.
        model: The network; it changes if `fit` trains in another way than by `model.fit`.
        arguments: What the person gave `search`.
        folds: The folds, at least one; each is let go before the rows of the next are scaled.
        form: Encodes the labels.

    Returns:
        The call in each fold, or one for all if `fit` depends on no rows; None if `fit` trains in
        its own way, as `watch_fit` finds it.

    Raises:
        Exception: `fit` raised it; it may be anything.
    """
    watch = partial(watch_fit, hypermodel, hp, model, arguments)
    waiting = iter(folds)
    fold = next(waiting)
    first = _watch_few(watch, model, fold, form, may_raise=_depends_on_rows(hypermodel))
    if first is None or not _depends_on_rows(hypermodel):
        return None if first is None else [first]
    calls, every = [], chain([fold], waiting)
    for fold in every:
        call = _watch_fold(watch, fold, form)
        if call is None:
            return None
        changes = first.changes_settings or call.changes_settings  # it has changed them already
        calls.append(replace(call, changes_settings=changes))
    return calls


def _depends_on_rows(hypermodel: keras_tuner.HyperModel) -> bool:
    """Return whether a hypermodel has a `fit` of a person's own, which may depend on the rows."""
    return has_own_fit(hypermodel) and find_space(hypermodel) is None


def _watch_few(
    watch: _Watch, model: Any, fold: FoldData, form: OutputForm, *, may_raise: bool
) -> FitCall | None:
    """Return the call with a few rows; they may be too few for a `fit`, which then raises.

    What it has changed before that is not seen in a later call, which changes it to the same.
    """
    problem, few = fold.problem, fold.train[:WATCHED_ROWS]
    optimizer, weights, settings = model.optimizer, read_weights(model), read_settings(model)
    try:
        return watch((take_rows(problem.x, few), form.encode_array(problem.y[few])))
    except Exception:
        if not may_raise:
            raise
    if model.optimizer is not optimizer or have_changed(weights):
        return None
    return FitCall(changes_settings=read_settings(model) != settings)


def _watch_fold(watch: _Watch, fold: FoldData, form: OutputForm) -> FitCall | None:
    """Return the call with all rows of a fold."""

    def take(rows: np.ndarray) -> tuple[Any, Any]:
        return fold.take(rows), form.encode_array(fold.problem.y[rows])

    with _WATCHING:
        return watch(take(fold.train), partial(take, fold.validation))
