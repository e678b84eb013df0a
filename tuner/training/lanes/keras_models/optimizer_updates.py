"""The update of a Keras optimizer, as a function of weights and gradients.

Keras's `Optimizer.stateless_apply` does not work with TensorFlow: its optimizers' `assign` methods
write into TensorFlow variables, past `keras.StatelessScope`. So each weight is updated here by the
optimizer's own `update_step`, while `assign`, `assign_add` and `assign_sub` of the optimizer are
replaced by functions that note the new values instead of writing them.

This relies on `update_step` changing variables through these three methods alone, and on it reading
of a weight nothing but its gradient and its slots. `tests/training/lanes/keras_models` compares
each optimizer with Keras's own `apply`.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tuner.training.lanes.interfaces import NeedsOwnFit

__all__ = ["OPTIMIZERS", "apply_update", "check_optimizer"]

# The optimizers whose update reads of a weight nothing but its gradient and its slots.
OPTIMIZERS = (
    keras.optimizers.SGD,
    keras.optimizers.Adadelta,
    keras.optimizers.Adagrad,
    keras.optimizers.Adam,
    keras.optimizers.Adamax,
    keras.optimizers.Lion,
    keras.optimizers.RMSprop,
)
# Settings that Keras implements outside of `update_step`.
_UNSUPPORTED = (
    "weight_decay",
    "use_ema",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)


def check_optimizer(optimizer: keras.optimizers.Optimizer) -> None:
    """Check that `apply_update` supports an optimizer and its settings.

    Raises:
        NeedsOwnFit: It does not.
    """
    if type(optimizer) not in OPTIMIZERS:
        known = ", ".join(kind.__name__ for kind in OPTIMIZERS)
        raise NeedsOwnFit(f"its optimizer is {type(optimizer).__name__}; lanes know {known}")
    for name in _UNSUPPORTED:
        if getattr(optimizer, name):
            raise NeedsOwnFit(f"its optimizer has {name}={getattr(optimizer, name)}")


def apply_update(
    optimizer: Any,
    owners: Sequence[Any],
    weights: Sequence[tf.Tensor],
    slots: Sequence[tf.Tensor],
    gradients: Sequence[tf.Tensor | None],
) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
    """Return the weights and the optimizer's variables after an update; no variable is changed.

    Args:
        optimizer: Built for `owners`.
        owners: The Keras variables of the weights. Their values are not read; their constraints
            are applied.
        weights: The value of each weight.
        slots: The value of each of the optimizer's variables.
        gradients: The gradient of each weight, None if the loss does not depend on it.
    """
    handles = [owner.value for owner in owners]  # outside of the scope: the TensorFlow variables
    after = {handle.ref(): weight for handle, weight in zip(handles, weights, strict=True)}
    _note_assignments(optimizer, after)
    mapping = list(zip(optimizer.variables, slots, strict=True))
    with keras.StatelessScope(state_mapping=mapping) as scope:
        rate = tf.convert_to_tensor(optimizer.learning_rate)
        for handle, gradient in zip(handles, _clip(optimizer, gradients), strict=True):
            if gradient is not None:
                optimizer.update_step(gradient, handle, rate)
        optimizer.iterations.assign(optimizer.iterations + 1)
        new_slots = [scope.get_current_value(variable) for variable in optimizer.variables]
    new_weights = [after[handle.ref()] for handle in handles]
    return [
        weight if owner.constraint is None else owner.constraint(weight)
        for owner, weight in zip(owners, new_weights, strict=True)
    ], new_slots


def _note_assignments(optimizer: Any, after: dict[Any, tf.Tensor]) -> None:
    """Replace the optimizer's `assign` methods by functions that note the new values of weights.

    The optimizer's own variables are Keras variables, whose `assign` the stateless scope catches.

    Args:
        optimizer: Its methods are replaced.
        after: The value of each weight by its variable's reference; changed by assignments.
    """

    def assign(variable: Any, value: Any) -> None:
        if isinstance(variable, tf.Variable):
            after[variable.ref()] = tf.cast(value, variable.dtype)
        else:
            variable.assign(value)

    def current(variable: Any) -> Any:
        return after[variable.ref()] if isinstance(variable, tf.Variable) else variable.value

    optimizer.assign = assign
    optimizer.assign_add = lambda v, value: assign(v, current(v) + tf.cast(value, v.dtype))
    optimizer.assign_sub = lambda v, value: assign(v, current(v) - tf.cast(value, v.dtype))


def _clip(optimizer: Any, gradients: Sequence[tf.Tensor | None]) -> Sequence[tf.Tensor | None]:
    """Clip gradients as the optimizer's settings say."""
    if optimizer.global_clipnorm is not None:
        return tf.clip_by_global_norm(gradients, optimizer.global_clipnorm)[0]
    return [None if gradient is None else _clip_one(optimizer, gradient) for gradient in gradients]


def _clip_one(optimizer: Any, gradient: tf.Tensor) -> tf.Tensor:
    norm, largest = optimizer.clipnorm, optimizer.clipvalue
    if norm is not None:
        return tf.clip_by_norm(gradient, norm)
    return gradient if largest is None else tf.clip_by_value(gradient, -largest, largest)
