"""Keras networks in lanes, through `stateless_call`: convolutional ones, and a person's own.

Their train step is the one of `keras.Model`: the loss that the model was compiled with, what its
layers add to it, the gradient from a tape, and the optimizer's own `update_step`. Batches are
never filled up, since batch normalisation would see the rows that fill them.
"""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import keras
import keras_tuner
import numpy as np
import tensorflow as tf

from tuner.training.lanes.data import LaneData
from tuner.training.lanes.fit_arguments import fit_arguments
from tuner.training.lanes.network import LaneShape, LaneTrial
from tuner.training.lanes.one_by_one import LaneNetwork, OneByOneProgram, Variables
from tuner.training.lanes.unfit import Unfit
from tuner.training.network_building import build_network
from tuner.training.plan import Job, Plan
from tuner.training.streams import stream_seed

__all__ = ["keras_trial"]

# Those whose update reads of a weight nothing but its gradient and its own slots.
_OPTIMIZERS = (
    keras.optimizers.SGD,
    keras.optimizers.Adadelta,
    keras.optimizers.Adagrad,
    keras.optimizers.Adam,
    keras.optimizers.Adamax,
    keras.optimizers.Lion,
    keras.optimizers.RMSprop,
)
_NOT_FOLLOWED = (
    "weight_decay",
    "use_ema",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)
_BUILDING = threading.RLock()  # Keras draws initial weights from a generator that all share


@dataclass(frozen=True)
class KerasShape(LaneShape):
    """Networks of one architecture, loss and optimizer.

    Attributes:
        key: Says all of that; two shapes are one where their keys are.
        batch_size: Rows of a batch.
        scheduled: Whether each epoch has a learning rate of its own, which is given to it.
        model: One such network; its own weights are not used.
        shared: Whether other trials may have the same key.
    """

    key: str
    batch_size: int
    scheduled: bool
    model: Any = field(compare=False)
    shared: bool = field(compare=False, default=True)

    @property
    def variable_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of all that training changes."""
        return [tuple(variable.shape) for variable in _variables(self.model)]

    @property
    def row_elements(self) -> int:
        """The numbers that a row is, through all layers."""
        shapes = [layer.output.shape[1:] for layer in self.model.layers if hasattr(layer, "output")]
        return int(sum(np.prod([n or 1 for n in shape]) for shape in shapes)) or 1

    def program(self, data: LaneData, *, alone: bool) -> OneByOneProgram:
        """Return the program of networks of this shape."""
        network = KerasNetwork(self.model, scheduled=self.scheduled)
        return OneByOneProgram(network, data, self.batch_size, alone=alone)


def keras_trial(job: Job, hypermodel: keras_tuner.HyperModel, plan: Plan) -> LaneTrial:
    """Return a trial whose networks a hypermodel builds.

    Raises:
        Unfit: They cannot be trained in lanes.
        SpaceError: What `build` returns is not a compiled softmax classifier.
    """

    def build(seed: int) -> Any:
        with _BUILDING:
            return build_network(hypermodel, job.hyperparameters, seed=seed)

    def initial_variables(seed: int) -> list[np.ndarray]:
        return [variable.numpy() for variable in _variables(build(seed))]

    def network(variables: Sequence[np.ndarray]) -> Any:
        trained = build(seed=0)
        for variable, value in zip(_variables(trained), variables, strict=True):
            variable.assign(value)
        return trained

    model = build(stream_seed(plan.seed, job.trial, 0))
    _refuse_unfit(model)
    arguments = fit_arguments(hypermodel, job.hyperparameters, model, epochs=plan.epochs)
    rates = arguments.learning_rate_at
    architecture = _architecture(model)
    key = architecture or f"the network of trial {job.trial}"
    return LaneTrial(
        job.trial,
        KerasShape(
            key,
            arguments.batch_size,
            scheduled=rates is not None,
            model=model,
            shared=architecture is not None,
        ),
        values={},
        common={},
        parameters=int(sum(np.prod(v.shape) for v in model.trainable_variables)),
        initial_variables=initial_variables,
        network=network,
        learning_rate_at=rates or (lambda epoch: 0.0),  # else the optimizer has its own
        epochs=job.epochs,
    )


def _variables(model: Any) -> list[Any]:
    optimizer = model.optimizer.variables
    return [*model.trainable_variables, *model.non_trainable_variables, *optimizer]


def _refuse_unfit(model: Any) -> None:
    for method in ("train_step", "compute_loss", "make_train_function"):
        if getattr(type(model), method) is not getattr(keras.Model, method):
            raise Unfit(f"its network has a {method} of its own")
    optimizer = model.optimizer
    if type(optimizer) not in _OPTIMIZERS:
        known = ", ".join(kind.__name__ for kind in _OPTIMIZERS)
        raise Unfit(f"its optimizer is {type(optimizer).__name__}; lanes know {known}")
    for name in _NOT_FOLLOWED:
        if getattr(optimizer, name):
            raise Unfit(f"its optimizer has {name}={getattr(optimizer, name)}")


def _architecture(model: Any) -> str | None:
    """Return all that a network computes, as text; None where its configuration may not say so.

    The names of its layers, which Keras counts on, and the learning rate, which is a variable,
    are left out. Only Keras's own classes are trusted to tell all of themselves.
    """
    if not type(model).__module__.startswith("keras."):
        return None
    config = json.loads(model.to_json())
    config.pop("compile_config", None)
    optimizer = model.optimizer.get_config()
    optimizer.pop("name", None)
    if isinstance(optimizer.get("learning_rate"), float):
        optimizer.pop("learning_rate")
    loss = keras.saving.serialize_keras_object(model.loss)
    config = [config, type(model.optimizer).__name__, optimizer, loss]
    if any(not _is_keras(part) for part in _parts(config)):
        return None
    text = json.dumps(config, sort_keys=True, default=repr)
    names = [model.name, *[layer.name for layer in model.layers]]
    for number, name in enumerate(sorted(names, key=names.index)):
        text = re.sub(f'"{re.escape(name)}"', f'"#{number}"', text)
    return text


def _parts(config: Any) -> Iterator[dict[str, Any]]:
    """Yield every object within a configuration."""
    if isinstance(config, dict):
        yield config
    if isinstance(config, dict | list | tuple):
        for value in config.values() if isinstance(config, dict) else config:
            yield from _parts(value)


def _is_keras(part: dict[str, Any]) -> bool:
    module = part.get("module", "keras")
    known = module is None or str(module).partition(".")[0] in ("keras", "builtins")
    return known and part.get("class_name") not in ("Lambda", "__lambda__", "function")


class KerasNetwork(LaneNetwork):
    """What a Keras model computes.

    Args:
        model: One such network; its own weights are not used.
        scheduled: Whether each epoch has a learning rate of its own.
    """

    def __init__(self, model: Any, *, scheduled: bool) -> None:
        self.model = model
        self.scheduled = scheduled

    @cached_property
    def _loss(self) -> keras.losses.Loss:
        """As `compile` makes it of a name."""
        if isinstance(self.model.loss, keras.losses.Loss):
            return self.model.loss
        return keras.losses.SparseCategoricalCrossentropy()

    def _split(self, variables: Variables) -> tuple[Variables, Variables, Variables]:
        """Return weights, what else the layers keep, what the optimizer keeps."""
        first = len(self.model.trainable_variables)
        second = first + len(self.model.non_trainable_variables)
        return variables[:first], variables[first:second], variables[second:]

    def begin_epoch(self, variables: Variables, rate: tf.Tensor) -> Variables:
        """Return the variables with the learning rate of an epoch, where there is a schedule."""
        if not self.scheduled:
            return variables
        weights, kept, slots = self._split(variables)
        optimizer = self.model.optimizer
        slots = [
            rate if variable is optimizer.learning_rate else value
            for variable, value in zip(optimizer.variables, slots, strict=True)
        ]
        return [*weights, *kept, *slots]

    def step(
        self, variables: Variables, x: tf.Tensor, y: tf.Tensor, weights: tf.Tensor | None
    ) -> tuple[Variables, tf.Tensor, tf.Tensor]:
        """Train on a batch."""
        trained, kept, slots = self._split(variables)
        with tf.GradientTape() as tape:
            tape.watch(trained)
            probabilities, kept, added = self.model.stateless_call(
                trained, kept, x, training=True, return_losses=True
            )
            total = tf.add_n([self._loss(y, probabilities, sample_weight=weights), *added])
        gradients = tape.gradient(total, trained)
        trained, slots = self._updated(trained, slots, gradients)
        losses = keras.losses.sparse_categorical_crossentropy(y, probabilities)
        right = tf.equal(tf.argmax(probabilities, -1, tf.int32), y)
        right = tf.reduce_sum(tf.cast(right, tf.float32))
        return [*trained, *kept, *slots], tf.reduce_sum(losses), right

    def _updated(
        self, weights: Variables, slots: Variables, gradients: Sequence[tf.Tensor | None]
    ) -> tuple[Variables, Variables]:
        """Return weights and the optimizer's variables after its update.

        Keras's `stateless_apply` is not for TensorFlow, so that each weight is updated here, by
        the optimizer's own `update_step`. Its assignments are taken down instead of made.
        """
        optimizer, owners = self.model.optimizer, self.model.trainable_variables
        handles = [owner.value for owner in owners]  # outside of the scope: the variables
        after = {handle.ref(): w for handle, w in zip(handles, weights, strict=True)}

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
        mapping = list(zip(optimizer.variables, slots, strict=True))
        with keras.StatelessScope(state_mapping=mapping) as scope:
            rate = tf.convert_to_tensor(optimizer.learning_rate)
            for handle, gradient in zip(handles, self._clipped(gradients), strict=True):
                if gradient is not None:
                    optimizer.update_step(gradient, handle, rate)
            optimizer.iterations.assign(optimizer.iterations + 1)
            slots = [scope.get_current_value(variable) for variable in optimizer.variables]
        weights = [after[handle.ref()] for handle in handles]
        return [
            weight if owner.constraint is None else owner.constraint(weight)
            for owner, weight in zip(owners, weights, strict=True)
        ], slots

    def _clipped(self, gradients: Sequence[tf.Tensor | None]) -> Sequence[tf.Tensor | None]:
        optimizer = self.model.optimizer
        if optimizer.global_clipnorm is not None:
            return tf.clip_by_global_norm(gradients, optimizer.global_clipnorm)[0]
        return [None if gradient is None else self._clip(gradient) for gradient in gradients]

    def _clip(self, gradient: tf.Tensor) -> tf.Tensor:
        norm, most = self.model.optimizer.clipnorm, self.model.optimizer.clipvalue
        if norm is not None:
            return tf.clip_by_norm(gradient, norm)
        return gradient if most is None else tf.clip_by_value(gradient, -most, most)

    def penalty(self, variables: Variables) -> tf.Tensor:
        """Return what the regularizers of the weights add to the loss."""
        weights, _, _ = self._split(variables)
        penalty = tf.constant(0.0)
        for owner, weight in zip(self.model.trainable_variables, weights, strict=True):
            if owner.regularizer is not None:
                penalty += owner.regularizer(weight)
        return penalty

    def predict(self, variables: Variables, x: tf.Tensor) -> tf.Tensor:
        """Return the probabilities of rows."""
        weights, kept, _ = self._split(variables)
        probabilities, _ = self.model.stateless_call(weights, kept, x, training=False)
        return probabilities
