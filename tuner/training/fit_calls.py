"""What a hypermodel's own `fit` does with a network, found by a call that trains nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras
import keras_tuner
import numpy as np
import tensorflow as tf

__all__ = [
    "WATCHED_ROWS",
    "FitCall",
    "batch_rows",
    "has_own_fit",
    "have_changed",
    "make_fit_arguments",
    "order_rows",
    "read_settings",
    "read_weights",
    "replace_fit",
    "watch_fit",
]

_KERAS_DEFAULT = 32  # rows of a batch

WATCHED_ROWS = 8
"""Rows of the first call of `fit` that trains nothing."""


@dataclass(frozen=True, slots=True)
class FitCall:
    """The one call of `keras.Model.fit` in a hypermodel's `fit`.

    Attributes:
        batch_size: Rows of a batch.
        shuffle: Whether rows are in another order in each epoch.
        epochs: The epochs that it asks for; None if it leaves them to the search.
        callbacks: The callbacks that it gives.
        changes_rows: Whether it trains on other rows than those that `fit` was given.
        changes_settings: Whether `fit` sets the optimizer's settings, or which layers train.
        others: Further arguments, which only Keras itself can follow.
    """

    batch_size: int = _KERAS_DEFAULT
    shuffle: bool = True
    epochs: int | None = None
    callbacks: tuple[Any, ...] = ()
    changes_rows: bool = False
    changes_settings: bool = False
    others: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def replace_fit(model: Any, fit: Callable[[dict[str, Any]], Any]) -> Iterator[None]:
    """Replace a network's `fit` while the context is open.

    Args:
        model: The network.
        fit: Called with all arguments of a call by name, defaults left out.
    """
    signature = inspect.signature(keras.Model.fit)

    def replaced(*args: Any, **kwargs: Any) -> Any:
        return fit(dict(list(signature.bind(model, *args, **kwargs).arguments.items())[1:]))

    model.fit = replaced
    try:
        yield
    finally:
        del model.fit


def make_fit_arguments(
    hypermodel: keras_tuner.HyperModel,
    arguments: Mapping[str, Any],
    take_validation: Callable[[], tuple[Any, Any]],
) -> dict[str, Any]:
    """Return the arguments with which a search calls a hypermodel's `fit`, without the rows.

    As in KerasTuner these are the arguments that the person gave `search`. A `fit` that names
    `validation_data` or `callbacks` gets them in any case.

    Args:
        hypermodel: The hypermodel.
        arguments: What the person gave `search`.
        take_validation: Returns the rows and classes that are not trained on, if `fit` gets them.
    """
    given = dict(arguments)
    named = inspect.signature(hypermodel.fit).parameters
    if "validation_data" in named or "validation_data" in given:
        given["validation_data"] = take_validation()
    if "callbacks" in named:
        given.setdefault("callbacks", [])
    return given


def order_rows(arguments: Mapping[str, Any], order: np.ndarray) -> dict[str, Any]:
    """Return the arguments of `keras.Model.fit` with their rows in another order.

    Args:
        arguments: The arguments by name. What is no array of so many rows stays as it is.
        order: The row numbers, shape `(rows,)`.
    """

    def take(values: Any) -> Any:
        has_rows = hasattr(values, "shape") and tuple(values.shape[:1]) == order.shape
        return np.asarray(values)[order] if has_rows else values

    names = [name for name in ("x", "y", "sample_weight") if name in arguments]
    ordered = {name: keras.tree.map_structure(take, arguments[name]) for name in names}
    return {**arguments, **ordered}


def batch_rows(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `keras.Model.fit` with a dataset of the same batches for arrays.

    In each call Keras builds three programs that cut arrays into batches. Where each epoch is a
    call, that is half the time of a small network.

    Args:
        arguments: The arguments by name; rows stay in their order. With class weights, or with
            rows that are not an array of numbers each, they stay as they are.
    """
    names = ("x", "y", "sample_weight")
    rows = [arguments[name] for name in names if arguments.get(name) is not None]
    if len(rows) < 2 or not _have_rows(rows) or arguments.get("class_weight") is not None:
        return dict(arguments)
    batch_size = arguments.get("batch_size") or _KERAS_DEFAULT
    batches = tf.data.Dataset.from_tensor_slices(tuple(map(_cast, rows))).batch(batch_size)
    rest = {name: each for name, each in arguments.items() if name not in (*names, "batch_size")}
    return {**rest, "x": batches}


def _have_rows(values: list[Any]) -> bool:
    """Return whether all are arrays of numbers, with as many rows."""
    return all(map(_is_numeric, values)) and len(set(map(len, values))) == 1


def _is_numeric(values: Any) -> bool:
    return isinstance(values, np.ndarray) and values.ndim > 0 and values.dtype.kind in "biuf"


def _cast(numbers: np.ndarray) -> np.ndarray:
    """Return fractions in the type in which Keras computes."""
    return numbers.astype(keras.config.floatx()) if numbers.dtype.kind == "f" else numbers


# Over 40 lines: half of them describe the arguments and what is returned.
def watch_fit(
    hypermodel: keras_tuner.HyperModel,
    hp: keras_tuner.HyperParameters,
    model: Any,
    arguments: Mapping[str, Any],
    rows: tuple[Any, Any] | None = None,
    take_validation: Callable[[], tuple[Any, Any]] | None = None,
) -> FitCall | None:
    """Call a hypermodel's `fit` with rows, while the network's own notes.

    It is called once, or again if it changes settings.

    Args:
        hypermodel: The hypermodel that built the network.
        hp: Gets the hyperparameters that `fit` declares.
        model: The network; it changes if `fit` trains in another way than by `model.fit`.
        arguments: What the person gave `search`.
        rows: Rows as the network takes them, and their labels as its loss takes them. None for a
            few rows of zeros.
        take_validation: Returns those that are not trained on; None for the same.

    Returns:
        None if `fit` trains in its own way: it does not call `model.fit` once, compiles again, sets
        weights, or changes settings from what they are, so that a call in each epoch would differ
        from one call for all.

    Raises:
        Exception: `fit` raised it; it may be anything.
    """
    if not has_own_fit(hypermodel):
        return _describe(dict(arguments), None, None)
    x, y = rows or _make_rows(model)
    given = make_fit_arguments(hypermodel, arguments, take_validation or (lambda: (x, y)))
    calls: list[dict[str, Any]] = []
    optimizer = model.optimizer

    def note(arguments: dict[str, Any]) -> keras.callbacks.History:
        calls.append(arguments)
        return _make_history(model)

    def call() -> None:
        with replace_fit(model, note):
            hypermodel.fit(hp, model, x, y, **given)

    weights, settings = read_weights(model), read_settings(model)
    call()
    if len(calls) != 1 or model.optimizer is not optimizer or have_changed(weights):
        return None
    changed = read_settings(model)
    if changed != settings:
        call()
        if read_settings(model) != changed:
            return None
    return _describe(calls[0], x, y, changes_settings=changed != settings)


def has_own_fit(hypermodel: keras_tuner.HyperModel) -> bool:
    """Return whether a hypermodel has another `fit` than KerasTuner's.

    One that compiles the networks of another hypermodel anew trains them as that does.
    """
    recompiled = getattr(hypermodel, "recompiled", None)
    given = recompiled if isinstance(recompiled, keras_tuner.HyperModel) else hypermodel
    return type(given).fit is not keras_tuner.HyperModel.fit


def read_weights(model: Any) -> list[tuple[Any, np.ndarray]]:
    """Return the variables of a network, each with its value, without counters of random draws."""
    values = [(variable, np.asarray(variable)) for variable in model.variables]
    return [(variable, value) for variable, value in values if value.dtype.kind not in "iu"]


def have_changed(weights: list[tuple[Any, np.ndarray]]) -> bool:
    """Return whether a variable has another value than it had."""
    return any(not np.array_equal(np.asarray(variable), value) for variable, value in weights)


def read_settings(model: Any) -> tuple[Any, ...]:
    """Return the settings of an optimizer, and which variables train."""
    trained = tuple(variable.trainable for variable in model.variables)
    return None if model.optimizer is None else _read_optimizer(model.optimizer), trained


def _read_optimizer(optimizer: Any) -> Any:
    """Return the settings of an optimizer, or its numbers if a schedule of its own has no words."""
    try:
        return optimizer.get_config()
    except Exception:  # whatever a schedule raises
        return [np.asarray(variable).tolist() for variable in optimizer.variables]


def _describe(
    arguments: dict[str, Any], x: Any, y: Any, *, changes_settings: bool = False
) -> FitCall:
    changed = arguments.pop("x", None) is not x or arguments.pop("y", None) is not y
    for name in ("verbose", "validation_data", "initial_epoch"):
        arguments.pop(name, None)
    return FitCall(
        batch_size=int(arguments.pop("batch_size", None) or _KERAS_DEFAULT),
        shuffle=bool(arguments.pop("shuffle", True)),
        epochs=arguments.pop("epochs", None),
        callbacks=tuple(arguments.pop("callbacks", None) or ()),
        changes_rows=changed,
        changes_settings=changes_settings,
        others=arguments,
    )


def _make_history(model: Any) -> keras.callbacks.History:
    """Return a history of one epoch, for a `fit` that reads what it trained."""
    history = keras.callbacks.History()
    names = ("loss", *model.metrics_names, "accuracy")
    history.history = {key: [1.0] for name in names for key in (name, f"val_{name}")}
    history.epoch = [0]
    return history


def _make_rows(model: Any) -> tuple[Any, np.ndarray]:
    """Return rows that a network takes, and their classes."""
    inputs = [
        np.zeros(
            (WATCHED_ROWS, *(size or 1 for size in tensor.shape[1:])), _name_type(tensor.dtype)
        )
        for tensor in getattr(model, "inputs", None) or ()
    ]
    x = inputs[0] if len(inputs) == 1 else inputs or np.zeros((WATCHED_ROWS, 1), np.float32)
    return x, np.zeros(WATCHED_ROWS, np.int64)


def _name_type(dtype: str) -> str:
    return "object" if dtype == "string" else dtype
