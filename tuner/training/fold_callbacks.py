"""Callbacks that are called in each fold, by the `fit` trainer."""

import copy
from collections.abc import Sequence
from typing import Any

import keras

from tuner.errors import UserError, one_line

__all__ = ["FoldCallbacks", "copy_callbacks"]


def copy_callbacks(callbacks: Sequence[Any]) -> list[Any]:
    """Return copies of callbacks, since each fold has its own.

    Raises:
        UserError: A callback cannot be copied.
    """
    try:
        return [copy.deepcopy(callback) for callback in callbacks]
    except Exception as error:  # whatever a callback holds
        raise UserError(
            f"callbacks: each fold gets copies, but one cannot be copied ({one_line(error)}); "
            "leave out of it what cannot, such as an open file"
        ) from error


class FoldCallbacks(keras.callbacks.Callback):
    """Calls the callbacks of a fold through many calls of `fit`, as if these were one.

    Args:
        shared: Callbacks that all folds are given; each fold has copies of them.
        epochs: The most epochs of all these calls.

    Attributes:
        callbacks: The callbacks; none until `begin`.
        has_stopped: Whether one of them has asked to stop, in any epoch.
    """

    def __init__(self, shared: Sequence[keras.callbacks.Callback], epochs: int) -> None:
        super().__init__()
        self._shared = shared
        self._epochs = epochs
        self.callbacks: list[Any] = []
        self.has_stopped = False
        self._begun = False

    def begin(self, callbacks: Sequence[keras.callbacks.Callback]) -> None:
        """Take the callbacks of a fold's first call of `fit`; later calls have these, too.

        Those that it makes anew are the fold's own, and may hold its rows.

        Raises:
            UserError: A callback of all folds cannot be copied.
        """
        self.callbacks = [
            copy_callbacks([callback])[0] if self._is_shared(callback) else callback
            for callback in callbacks
        ]

    def _is_shared(self, callback: keras.callbacks.Callback) -> bool:
        return any(callback is shared for shared in self._shared)

    def set_model(self, model: Any) -> None:
        """Give each the model."""
        super().set_model(model)
        self._call("set_model", model)

    def set_params(self, params: Any) -> None:
        """Give each the parameters of `fit`."""
        super().set_params(params)
        self._call("set_params", {**params, "epochs": self._epochs})

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin training, in the first call alone."""
        if not self._begun:
            self._call("on_train_begin", logs)
        self._begun = True

    def end(self) -> None:
        """End training, after the last call."""
        if self._begun:
            self._call("on_train_end", None)

    def _call(self, event: str, *arguments: Any) -> None:
        for callback in self.callbacks:
            getattr(callback, event)(*arguments)


def _pass_on(event: str) -> Any:
    def method(self: FoldCallbacks, *arguments: Any, **logs: Any) -> None:
        self._call(event, *arguments, *logs.values())

    return method


for _event in (
    "on_epoch_begin",
    "on_epoch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_begin",
    "on_test_end",
    "on_test_batch_begin",
    "on_test_batch_end",
):
    setattr(FoldCallbacks, _event, _pass_on(_event))
