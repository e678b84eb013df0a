"""What a Keras network computes, as functions of its variables: training step and prediction.

The training step is that of `keras.Model`: the loss that the model was compiled with, the losses
that its layers add, the gradient from a tape, and the optimizer's own update.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.training.adapting import list_normalizations
from tuner.training.lanes.interfaces import NeedsOwnFit
from tuner.training.lanes.keras_models.stateless_optimizer import make_stateless
from tuner.training.output_form import OutputForm

__all__ = ["KerasNetwork", "Variables", "list_variables"]

Variables = list[tf.Tensor]


def list_variables(model: Any) -> list[Any]:
    """Return all variables that training changes.

    These are the trainable weights, the other variables of layers, and those of the optimizer.
    """
    optimizer = model.optimizer.variables
    return [*model.trainable_variables, *model.non_trainable_variables, *optimizer]


class KerasNetwork:
    """A Keras network whose variables are arguments, in the order of `list_variables`.

    Args:
        model: A compiled network of this architecture; its own weights are not used, and its
            optimizer is made stateless.
        form: Its output form.
        scheduled: Whether the learning rate is set at the beginning of each epoch.
    """

    def __init__(self, model: Any, form: OutputForm, *, scheduled: bool) -> None:
        self.model = model
        self.form = form
        self.scheduled = scheduled
        make_stateless(model.optimizer)
        self._normalizations = list_normalizations(model)

    def count_bytes(self) -> int:
        """Return the memory of the model's variables."""
        return 4 * sum(int(np.prod(variable.shape)) for variable in list_variables(self.model))

    def _split(self, variables: Variables) -> tuple[Variables, Variables, Variables]:
        """Return the trainable weights, the layers' other variables, and the optimizer's."""
        first = len(self.model.trainable_variables)
        second = first + len(self.model.non_trainable_variables)
        return variables[:first], variables[first:second], variables[second:]

    def set_learning_rate(self, variables: Variables, learning_rate: tf.Tensor) -> Variables:
        """Return the variables with the learning rate of an epoch, if there is a schedule."""
        if not self.scheduled:
            return variables
        weights, others, slots = self._split(variables)
        optimizer = self.model.optimizer
        slots = [
            learning_rate if variable is optimizer.learning_rate else value
            for variable, value in zip(optimizer.variables, slots, strict=True)
        ]
        return [*weights, *others, *slots]

    def train_batch(
        self, variables: Variables, x: Any, y: tf.Tensor, row_weights: tf.Tensor | None
    ) -> tuple[Variables, tf.Tensor, tf.Tensor]:
        """Train one batch.

        Args:
            variables: The values before the batch.
            x: Scaled features, shape `(rows, …)`, or those of each input.
            y: Class numbers, shape `(rows,)`.
            row_weights: The weight of each row in the loss, shape `(rows,)`; None if all weigh 1.

        Returns:
            The values after the batch, the sum of the rows' cross-entropy, and the number of right
            answers. Both are from before the update.

        Raises:
            NeedsOwnFit: The network changes more in a call than its non-trainable variables.
        """
        weights, others, slots = self._split(variables)
        optimizer = self.model.optimizer
        if row_weights is not None:
            row_weights = self.form.spread_weights(row_weights)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            self._use_moments(others)
            outputs, others, added = self._call_in_training(weights, others, x)
            with self._use_values(others):  # a loss may read what a layer has drawn
                loss = self.form.loss(self.form.encode(y), outputs, sample_weight=row_weights)
            sums = (tf.reduce_sum(tf.cast(each, loss.dtype)) for each in added)
            total = optimizer.scale_loss(tf.add_n([loss, *sums]))
        gradients = tape.gradient(total, weights)
        weights, slots = optimizer.stateless_apply(slots, gradients, weights)
        probabilities = self.form.to_probabilities(outputs)
        losses = keras.losses.sparse_categorical_crossentropy(y, probabilities)
        right = tf.equal(tf.argmax(probabilities, -1), y)
        right = tf.reduce_sum(tf.cast(right, tf.float32))
        return [*weights, *others, *slots], tf.reduce_sum(losses), right

    def _call_in_training(
        self, weights: Variables, others: Variables, x: Any
    ) -> tuple[Any, Variables, list[tf.Tensor]]:
        """Return the outputs, the layers' other variables after the call, and the added losses.

        It is `stateless_call`, which would lose what a layer assigns to any other variable.
        """
        model = self.model
        mapping = [
            *zip(model.trainable_variables, weights, strict=True),
            *zip(model.non_trainable_variables, others, strict=True),
        ]
        scope = keras.StatelessScope(state_mapping=mapping, collect_losses=True)
        before = dict(scope.state_mapping)
        with scope:
            outputs, added = model.call(x, training=True), model.losses
        for weight in model.trainable_variables:
            if scope.get_current_value(weight) is not before[id(weight)]:
                raise NeedsOwnFit(f"a layer assigns {weight.path} in its call")
        metrics = {id(variable) for variable in model.metrics_variables}
        if scope.state_mapping.keys() - before.keys() - metrics:
            raise NeedsOwnFit(
                "a layer changes a variable that is none of the network's, such as that of random "
                "numbers without a SeedGenerator"
            )
        others = [scope.get_current_value(other) for other in model.non_trainable_variables]
        return outputs, others, added

    def finalize(self, variables: Variables) -> Variables:
        """Return the variables of the network that training would leave if it ended here.

        If the optimizer keeps moving averages of the weights, these take their place.
        """
        weights, others, slots = self._split(variables)
        weights = self.model.optimizer.stateless_finalize(slots, weights)
        return [*weights, *others, *slots]

    def compute_penalty(self, variables: Variables) -> tf.Tensor:
        """Return what the regularizers of the weights add to the loss."""
        weights, _, _ = self._split(variables)
        penalty = tf.constant(0.0)
        for owner, weight in zip(self.model.trainable_variables, weights, strict=True):
            if owner.regularizer is not None:
                penalty += owner.regularizer(weight)
        return penalty

    def predict(self, variables: Variables, x: Any) -> tf.Tensor:
        """Return the class probabilities of rows.

        **Shape**: `(rows, …)`, of each input, to `(rows, classes)`.
        """
        weights, others, _ = self._split(variables)
        self._use_moments(others)
        outputs, _ = self.model.stateless_call(weights, others, x, training=False)
        return self.form.to_probabilities(outputs)

    def _use_moments(self, others: Variables) -> None:
        """Let `Normalization` layers use the moments among the variables.

        `finalize_state` computes from the variables what `call` uses, which `stateless_call` does
        not see.
        """
        with self._use_values(others):
            for layer in self._normalizations:
                layer.finalize_state()

    def _use_values(self, others: Variables) -> keras.StatelessScope:
        """Return a scope in which the layers' other variables have these values."""
        mapping = zip(self.model.non_trainable_variables, others, strict=True)
        return keras.StatelessScope(state_mapping=list(mapping))
