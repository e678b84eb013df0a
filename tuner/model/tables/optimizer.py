"""Optimizers of networks for tables, all of whose numbers are variables.

Trials that differ in their numbers only then share a traced program: the learning rate and its
schedule, weight decay, momenta, and factors of the learning rate of some weights.
"""

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tuner.model.optimizers import SGD
from tuner.model.schedules import look_up, tabulate_schedule
from tuner.model.tables.recipe import AdamW

__all__ = ["TableAdamW", "TableOptimizer", "TableSGD", "make_optimizer"]

_EPSILON = 1e-8
# Layers, by name or without their number, and the weight whose learning rate has a factor.
_RATED = (
    ("frequencies", "kernel", "frequencies"),
    ("frequencies", "bias", "embedding"),
    ("number_embedding", "kernel", "embedding"),
    ("number_embedding", "bias", "embedding"),
    ("word_embedding", "kernel", "embedding"),
    ("scaling_layer", "kernel", "scaling"),
    ("slope", "kernel", "slope"),
    ("hidden", "bias", "bias"),
    ("output", "bias", "bias"),
    ("hidden_0", "kernel", "first_layer"),
    ("output_factors", "bias", "bias"),
)
_DECAYED = ("frequencies", "number_embedding", "word_embedding", "hidden", "output")  # kernels


class TableOptimizer(keras.optimizers.Optimizer):
    """Base of optimizers whose update is a function of tensors, for `fit` and for lanes.

    The learning rate of a step is its peak, times its schedule's factor after the share of the
    planned steps that are done, times the factor of a weight.

    Args:
        settings: The settings, which are the initial values of variables.

    Attributes:
        planned_steps: The variable with the steps over which schedules run.
    """

    def __init__(self, settings: AdamW | SGD) -> None:
        super().__init__(learning_rate=settings.learning_rate, name=type(self).__name__)
        self.settings = settings

    def build(self, variables: Sequence[Any]) -> None:
        """Make the variables of the numbers, and those of each weight."""
        if self.built:
            return
        weights = list(variables)
        super().build(weights)
        schedule = tabulate_schedule(*self._name_schedule())
        self.planned_steps = self._add_number("planned_steps", 1.0)
        self._schedule = self._add_number("schedule", schedule)
        self._names = [_find_rate_name(weight.path) for weight in weights]
        self._rates = {
            name: self._add_number(f"{name}_rate", self._get_rate(name))
            for name in sorted(set(filter(None, self._names)))
        }
        self._build_slots(weights)

    def _add_number(self, name: str, value: Any) -> Any:
        value = tf.constant(value, tf.float32)
        return self.add_variable(
            tuple(value.shape), lambda shape, dtype=None: value, dtype="float32", name=name
        )

    def _name_schedule(self) -> tuple[str, float]:
        """Return the name of the learning rate's schedule, and the share of its warm-up."""
        return "constant", 0.0

    def _get_rate(self, name: str) -> float:
        """Return the factor of a rate's name."""
        return 1.0

    @abstractmethod
    def _build_slots(self, weights: Sequence[Any]) -> None:
        """Make the variables of each weight."""

    @abstractmethod
    def _update(self, state: "_State", gradients: Sequence[Any], weights: Sequence[Any]) -> Any:
        """Return the weights after a step, and write the new values of variables to the state."""

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """Update the weights, as `keras.Model.fit` asks for."""
        weights = self._trainable_variables
        values = [tf.convert_to_tensor(v.value) for v in (*weights, *self.variables)]
        after = self.stateless_apply(values[len(weights) :], grads, values[: len(weights)])
        for part, owners in zip(after, (weights, self.variables), strict=True):
            for owner, value in zip(owners, part, strict=True):
                owner.assign(value)

    def stateless_apply(
        self,
        optimizer_variables: Sequence[Any],
        grads: Sequence[Any],
        trainable_variables: Sequence[Any],
    ) -> tuple[list[Any], list[Any]]:
        """Return the weights, and the values of the optimizer's variables, after a step."""
        state = _State(self.variables, optimizer_variables)
        weights = self._update(state, grads, trainable_variables)
        weights = [
            weight if owner.constraint is None else owner.constraint(weight)
            for owner, weight in zip(self._trainable_variables, weights, strict=True)
        ]
        self._update_averages(state, weights)
        state[self._iterations] = state[self._iterations] + 1
        return weights, state.list_values()

    def _update_averages(self, state: "_State", weights: Sequence[Any]) -> None:
        """Update the moving averages of weights, if they are kept."""

    def stateless_finalize(self, slots: Sequence[Any], weights: Sequence[Any]) -> Sequence[Any]:
        """Return the weights that training leaves."""
        return weights

    def finalize_variable_values(self, var_list: Sequence[Any]) -> None:
        """Give the weights the values that training leaves."""
        values = self.stateless_finalize([v.value for v in self.variables], list(var_list))
        for weight, value in zip(var_list, values, strict=True):
            if value is not weight:
                weight.assign(value)

    def _find_rate(self, state: "_State") -> Any:
        """Return the learning rate of a step."""
        return state[self._learning_rate] * look_up(state[self._schedule], self._find_share(state))

    def _find_share(self, state: "_State") -> Any:
        """Return which share of the planned steps is done."""
        return tf.cast(state[self._iterations], tf.float32) / state[self.planned_steps]

    def _list_rates(self, state: "_State", rate: Any) -> list[Any]:
        """Return the learning rate of each weight."""
        rates: dict[str | None, Any] = {
            name: rate * state[factor] for name, factor in self._rates.items()
        }
        return [rates.get(name, rate) for name in self._names]

    def get_config(self) -> dict[str, Any]:
        """Return what no variable has."""
        return {"learning_rate": "a variable"}


class TableSGD(TableOptimizer):
    """Stochastic gradient descent with momentum, as `keras.optimizers.SGD` computes it."""

    settings: SGD

    def _name_schedule(self) -> tuple[str, float]:
        return ("cosine" if self.settings.cosine else "constant"), 0.0

    def _build_slots(self, weights: Sequence[Any]) -> None:
        self._momentum = self._add_number("momentum", self.settings.momentum)
        self._moments = self.add_optimizer_variables(weights, "momentum")

    def _update(self, state: "_State", gradients: Sequence[Any], weights: Sequence[Any]) -> Any:
        rates = self._list_rates(state, self._find_rate(state))
        momentum = state[self._momentum]
        after = []
        for moment, weight, gradient, rate in zip(
            self._moments, weights, gradients, rates, strict=True
        ):
            step = rate * gradient
            state[moment] = momentum * state[moment] - step
            moved = momentum * state[moment] - step if self.settings.nesterov else state[moment]
            after.append(weight + moved)
        return after

    def get_config(self) -> dict[str, Any]:
        """Return what no variable has."""
        return {**super().get_config(), "nesterov": self.settings.nesterov}


class TableAdamW(TableOptimizer):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2).

    Kernels decay, but not biases, normalizations, slopes, or factors of inputs and of heads.
    """

    settings: AdamW

    def _name_schedule(self) -> tuple[str, float]:
        return self.settings.schedule, self.settings.warm_up

    def _get_rate(self, name: str) -> float:
        if name == "frequencies":
            return self.settings.embedding_rate * 2 * math.pi  # the layer holds radians
        return float(getattr(self.settings, f"{name}_rate"))

    def _build_slots(self, weights: Sequence[Any]) -> None:
        settings = self.settings
        self._beta_1 = self._add_number("beta_1", settings.beta_1)
        self._beta_2 = self._add_number("beta_2", settings.beta_2)
        self._decay = self._add_number("weight_decay", settings.weight_decay)
        falling = tabulate_schedule(settings.decay_schedule)
        self._decay_schedule = self._add_number("decay_schedule", falling)
        self._decays = [_is_decayed(weight.path) for weight in weights]
        self._means, self._squares = self.add_optimizer_variables(weights, ["mean", "square"])
        self._averaging, self._averages = None, []
        if settings.averaging:
            self._averaging = self._add_number("averaging", settings.averaging)
            self._averages = self.add_optimizer_variables(weights, "average")

    def _update(self, state: "_State", gradients: Sequence[Any], weights: Sequence[Any]) -> Any:
        beta_1, beta_2 = state[self._beta_1], state[self._beta_2]
        step = tf.cast(state[self._iterations] + 1, tf.float32)
        rate = self._find_rate(state)
        corrected = rate * tf.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        falling = look_up(state[self._decay_schedule], self._find_share(state))
        kept = 1 - rate * state[self._decay] * falling
        after = []
        for place, rate in enumerate(self._list_rates(state, corrected)):
            weight, gradient = weights[place], gradients[place]
            mean, square = self._means[place], self._squares[place]
            state[mean] = beta_1 * state[mean] + (1 - beta_1) * gradient
            state[square] = beta_2 * state[square] + (1 - beta_2) * tf.square(gradient)
            weight = kept * weight if self._decays[place] else weight
            after.append(weight - rate * state[mean] / (tf.sqrt(state[square]) + _EPSILON))
        return after

    def _update_averages(self, state: "_State", weights: Sequence[Any]) -> None:
        if self._averaging is None:
            return
        later = tf.cast(state[self._iterations] > 0, tf.float32)  # the first is the weight itself
        kept = later * state[self._averaging]
        for average, weight in zip(self._averages, weights, strict=True):
            state[average] = kept * state[average] + (1 - kept) * weight

    def stateless_finalize(self, slots: Sequence[Any], weights: Sequence[Any]) -> Sequence[Any]:
        """Return the moving averages of the weights, if they are kept."""
        state = _State(self.variables, slots)
        return [state[average] for average in self._averages] or weights

    def get_config(self) -> dict[str, Any]:
        """Return what no variable has."""
        return {**super().get_config(), "averages": self.settings.averaging > 0}


class _State:
    """The values of an optimizer's variables, by variable."""

    def __init__(self, variables: Sequence[Any], values: Sequence[Any]) -> None:
        self._values = {id(v): value for v, value in zip(variables, values, strict=True)}

    def __getitem__(self, variable: Any) -> Any:
        return self._values[id(variable)]

    def __setitem__(self, variable: Any, value: Any) -> None:
        self._values[id(variable)] = value

    def list_values(self) -> list[Any]:
        """Return all values in the order of the variables."""
        return list(self._values.values())


def _find_rate_name(path: str) -> str | None:
    """Return the name of the factor of a weight's learning rate; None for 1."""
    *_, layer, weight = path.split("/")
    for begin, name, rate in _RATED:
        if name == weight and begin in (layer, _name_kind(layer)):
            return rate
    return None


def _is_decayed(path: str) -> bool:
    *_, layer, weight = path.split("/")
    return weight == "kernel" and _name_kind(layer) in _DECAYED


def _name_kind(layer: str) -> str:
    """Return a layer's name without its number."""
    return layer.rstrip("0123456789").removesuffix("_")


def make_optimizer(settings: AdamW | SGD) -> TableOptimizer:
    """Return the optimizer with these settings."""
    return TableAdamW(settings) if isinstance(settings, AdamW) else TableSGD(settings)
