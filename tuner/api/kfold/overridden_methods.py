"""Refuses subclasses of `KFoldTuner` with methods that only KerasTuner would call."""

import keras_tuner

from tuner.errors import UserError

__all__ = ["refuse_overridden"]

_TRAINING = ("run_trial", "_build_and_fit_model")
_EVENTS = (
    "on_search_begin",
    "on_search_end",
    "on_trial_begin",
    "on_trial_end",
    "on_epoch_begin",
    "on_epoch_end",
    "on_batch_begin",
    "on_batch_end",
)


def refuse_overridden(kind: type[keras_tuner.Tuner]) -> None:
    """Check that a tuner's class overrides nothing that is not called.

    Raises:
        UserError: It does.
    """
    for name in (*_TRAINING, *_EVENTS):
        if getattr(kind, name) is getattr(keras_tuner.Tuner, name):
            continue
        advice = "train in HyperModel.fit, which is"
        if name in _EVENTS:
            advice = "give KFoldTuner listeners=[…], or search callbacks=[…]"
        raise UserError(
            f"{kind.__name__}.{name} is not called, since folds of many trials train side by side; "
            f"{advice}"
        )
