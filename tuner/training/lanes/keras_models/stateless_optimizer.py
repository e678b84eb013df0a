"""Keras's optimizers as functions of weights and gradients.

Keras has `stateless_apply`, but its TensorFlow optimizers refuse it: their methods write into
TensorFlow variables, past `keras.StatelessScope`. `make_stateless` puts a class between an
optimizer's own and Keras's `Optimizer` in which those methods are again the ones that other
backends use, and choices are made without assignments inside of `tf.cond`. All else is Keras's own
code: clipping, weight decay, gradient accumulation, moving averages, loss scaling, constraints.

`tests/training/lanes/keras_models` compares each optimizer and setting with Keras's own `apply`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from tuner.model.tables.optimizer import TableOptimizer
from tuner.training.lanes.interfaces import NeedsOwnFit

__all__ = ["OPTIMIZERS", "check_optimizer", "find_decayed", "make_stateless"]

# What Keras's optimizers have on every backend, before TensorFlow's overrides it. It has no public
# name, but every optimizer descends from it.
_BASE: Any = next(
    kind for kind in keras.optimizers.Optimizer.__mro__ if kind.__name__ == "BaseOptimizer"
)

# Keras's optimizers. Those that wrap others are left out, and ScheduleFreeAdamW: on TensorFlow it
# reads a momentum after changing it, but means the one before.
OPTIMIZERS = (
    keras.optimizers.SGD,
    keras.optimizers.Adadelta,
    keras.optimizers.Adafactor,
    keras.optimizers.Adagrad,
    keras.optimizers.Adam,
    keras.optimizers.AdamW,
    keras.optimizers.Adamax,
    keras.optimizers.Ftrl,
    keras.optimizers.Lamb,
    keras.optimizers.Lion,
    keras.optimizers.Muon,
    keras.optimizers.Nadam,
    keras.optimizers.RMSprop,
)


def check_optimizer(optimizer: keras.optimizers.Optimizer) -> None:
    """Check that `make_stateless` supports an optimizer.

    Raises:
        NeedsOwnFit: It does not.
    """
    if type(optimizer) not in OPTIMIZERS and not isinstance(optimizer, TableOptimizer):
        known = ", ".join(kind.__name__ for kind in OPTIMIZERS)
        raise NeedsOwnFit(f"its optimizer is {type(optimizer).__name__}; lanes know {known}")


def find_decayed(optimizer: Any, weights: Sequence[Any]) -> list[bool]:
    """Return of each weight whether weight decay, if there is any, acts on it.

    Keras finds names to exclude in those of the TensorFlow variables, unless an optimizer has a
    weight decay of its own.
    """
    shared = type(optimizer)._apply_weight_decay is keras.optimizers.Optimizer._apply_weight_decay
    return [optimizer._use_weight_decay(v.value if shared else v) for v in weights]


def make_stateless(optimizer: Any) -> None:
    """Make an optimizer's `stateless_apply` and `stateless_finalize` work.

    Its other methods no longer change variables.

    Args:
        optimizer: One that `check_optimizer` accepts, built for Keras variables; changed in place.
    """
    kind = type(optimizer)
    if issubclass(kind, _Stateless | TableOptimizer):  # these have such methods
        return
    weights = optimizer._trainable_variables
    decayed = find_decayed(optimizer, weights)
    stateless = type(f"Stateless{kind.__name__}", (kind, _Stateless), {})
    object.__setattr__(optimizer, "__class__", stateless)
    keys = [optimizer._var_key(variable) for variable in weights]
    optimizer._trainable_variables_indices = {key: number for number, key in enumerate(keys)}
    optimizer._exclude_from_weight_decay_cache = dict(zip(keys, decayed, strict=True))


class _Stateless(keras.optimizers.Optimizer):
    """The methods that stand between an optimizer's own and those of Keras's `Optimizer`."""

    stateless_apply = _BASE.stateless_apply
    assign = _BASE.assign
    assign_add = _BASE.assign_add
    assign_sub = _BASE.assign_sub
    _var_key = _BASE._var_key
    _apply_weight_decay = _BASE._apply_weight_decay
    _backend_update_step = _BASE._backend_update_step
    _backend_increment_gradient_accumulators = _BASE._backend_increment_gradient_accumulators

    def stateless_finalize(
        self, slots: Sequence[tf.Tensor], weights: Sequence[tf.Tensor]
    ) -> list[tf.Tensor]:
        """Return the weights that `fit` leaves when it ends: their moving averages, if kept.

        Args:
            slots: The value of each of the optimizer's variables.
            weights: The value of each weight.
        """
        owners = self._trainable_variables
        mapping = [
            *zip(owners, weights, strict=True),
            *zip(self.variables, slots, strict=True),
        ]
        with keras.StatelessScope(state_mapping=mapping) as scope:
            self.finalize_variable_values(owners)
            return [scope.get_current_value(owner) for owner in owners]

    def _backend_apply_gradients(self, grads: Sequence[Any], trainable_variables: Any) -> None:
        """Do what Keras's method of this name does, with choices that work in a stateless scope."""

        def update(gradients: Sequence[Any]) -> None:
            clipped = self._clip_gradients(gradients)
            self._apply_weight_decay(trainable_variables)
            self._backend_update_step(clipped, trainable_variables, self.learning_rate)

        steps = self.gradient_accumulation_steps
        if steps:
            places = map(self._get_variable_index, trainable_variables)
            sums = [self._accumulated_gradients[place] for place in places]

            def update_by_mean() -> None:
                update([(g + total) / steps for g, total in zip(grads, sums, strict=True)])
                self._backend_reset_gradient_accumulators()

            self._choose(
                (self._iterations + 1) % steps == 0,
                update_by_mean,
                lambda: self._backend_increment_gradient_accumulators(grads, sums),
            )
        else:
            update(grads)
        if self.use_ema:
            weights = self._trainable_variables
            self._update_model_variables_moving_average(weights)
            if self.ema_overwrite_frequency:
                self._choose(
                    (self.iterations + 1) % self.ema_overwrite_frequency == 0,
                    lambda: self._overwrite_model_variables_with_average_value(weights),
                    lambda: None,
                )

    def _overwrite_model_variables_with_average_value(self, trainable_variables: Any) -> None:
        averages = self._model_variables_moving_average
        for variable, average in zip(trainable_variables, averages, strict=True):
            if average is not None:
                variable.assign(average.value)  # Keras's method would note the variable itself

    def _choose(
        self, condition: Any, then: Callable[[], None], otherwise: Callable[[], None]
    ) -> None:
        """Make one of two changes of variables; values leave `tf.cond` only as what it returns."""
        variables = [*self._trainable_variables, *self.variables]
        before = [(variable, variable.value) for variable in variables]

        def make(change: Callable[[], None]) -> list[tf.Tensor]:
            with keras.StatelessScope(state_mapping=before) as scope:
                change()
            return [scope.get_current_value(variable) for variable in variables]

        after = tf.cond(condition, lambda: make(then), lambda: make(otherwise))
        for variable, value in zip(variables, after, strict=True):
            variable.assign(value)
