"""Optimizers of networks for tables, all of whose numbers are variables.

Trials that differ in their numbers only then share a traced program: the learning rate and its
schedule, weight decay, momenta, and factors of the learning rate of some weights.
"""

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.model.schedules import look_up, tabulate_schedule
from tuner.model.tables.recipe import SGD, AdamW, Optimizer
from tuner.model.tables.weight_groups import UNRATED, find_rate_name, group_weights, is_decayed

__all__ = ["TableAdamW", "TableOptimizer", "TableSGD", "make_optimizer"]

_EPSILON = 1e-8


class TableOptimizer(keras.optimizers.Optimizer):
    """Base of optimizers whose update is a function of tensors, for `fit` and for lanes.

    The learning rate of a step is its peak, times its schedule's factor after the share of the
    planned steps that are done, times the factor of a weight.

    Args:
        settings: The settings, which are the initial values of variables.

    Attributes:
        planned_steps: The variable with the steps over which schedules run.
    """

    def __init__(self, settings: Optimizer) -> None:
        super().__init__(learning_rate=settings.learning_rate, name=type(self).__name__)
        self.settings = settings

    def build(self, variables: Sequence[Any]) -> None:
        """Make the variables of the numbers, and those of each group of weights."""
        if self.built:
            return
        weights = list(variables)
        super().build(weights)
        self.planned_steps = self._add_number("planned_steps", 1.0)
        schedule = tabulate_schedule(self.settings.schedule, self.settings.warm_up)
        self._schedule = self._add_number("schedule", schedule)
        names = [find_rate_name(weight.path) for weight in weights]
        known = sorted(set(names))
        self._rates = self._add_number("rates", [self._get_rate(name) for name in known])
        self._groups = group_weights(
            weights, [known.index(name) for name in names], [is_decayed(w.path) for w in weights]
        )
        self._build_slots()

    def _add_number(self, name: str, value: Any) -> Any:
        value = np.asarray(value, np.float32)
        return self.add_variable(
            value.shape, lambda shape, dtype=None: tf.constant(value), dtype="float32", name=name
        )

    def _add_slots(self, name: str) -> list[Any]:
        """Make a variable of zeros for each group of weights."""
        return [self.add_variable(group.shape, name=name) for group in self._groups]

    def _get_rate(self, name: str) -> float:
        """Return the factor of a rate's name."""
        if name == UNRATED:
            return 1.0
        if name == "frequencies":
            return self.settings.embedding_rate
        return float(getattr(self.settings, f"{name}_rate"))

    @abstractmethod
    def _build_slots(self) -> None:
        """Make the variables of each group, and those of further numbers."""

    @abstractmethod
    def _update(self, state: "_State", gradients: Sequence[Any], weights: Sequence[Any]) -> Any:
        """Return the groups' weights after a step, and write new values of variables to a state."""

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
        groups = self._update(
            state,
            [group.join(grads) for group in self._groups],
            [group.join(trainable_variables) for group in self._groups],
        )
        weights = [
            weight if owner.constraint is None else owner.constraint(weight)
            for owner, weight in zip(self._trainable_variables, self._split(groups), strict=True)
        ]
        self._update_averages(state, weights)
        state[self._iterations] = state[self._iterations] + 1
        return weights, state.list_values()

    def _split(self, groups: Sequence[Any]) -> list[Any]:
        """Return the tensor of each weight, from those of the groups."""
        weights: list[Any] = [None] * len(self._trainable_variables)
        for group, joined in zip(self._groups, groups, strict=True):
            for place, weight in zip(group.places, group.split(joined), strict=True):
                weights[place] = weight
        return weights

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
        """Return the learning rate of each group."""
        rates = rate * state[self._rates]
        return [group.spread_rates(rates) for group in self._groups]

    def get_config(self) -> dict[str, Any]:
        """Return what no variable has."""
        return {"learning_rate": "a variable"}


class TableSGD(TableOptimizer):
    """Stochastic gradient descent with momentum, as `keras.optimizers.SGD` computes it."""

    settings: SGD

    def _build_slots(self) -> None:
        self._momentum = self._add_number("momentum", self.settings.momentum)
        self._moments = self._add_slots("moment")

    def _update(self, state: "_State", gradients: Sequence[Any], weights: Sequence[Any]) -> Any:
        momentum = state[self._momentum]
        after = []
        for place, rate in enumerate(self._list_rates(state, self._find_rate(state))):
            moment, step = self._moments[place], rate * gradients[place]
            state[moment] = momentum * state[moment] - step
            moved = momentum * state[moment] - step if self.settings.nesterov else state[moment]
            after.append(weights[place] + moved)
        return after

    def get_config(self) -> dict[str, Any]:
        """Return what no variable has."""
        return {**super().get_config(), "nesterov": self.settings.nesterov}


class TableAdamW(TableOptimizer):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2).

    Kernels decay, but not biases, normalizations, slopes, or factors of inputs and of heads.
    """

    settings: AdamW

    def _get_rate(self, name: str) -> float:
        # a step is as long as the rate, whatever the gradient is; the layer holds radians
        unit = 2 * math.pi if name == "frequencies" else 1.0
        return unit * super()._get_rate(name)

    def _build_slots(self) -> None:
        settings = self.settings
        self._beta_1 = self._add_number("beta_1", settings.beta_1)
        self._beta_2 = self._add_number("beta_2", settings.beta_2)
        self._decay = self._add_number("weight_decay", settings.weight_decay)
        falling = tabulate_schedule(settings.decay_schedule)
        self._decay_schedule = self._add_number("decay_schedule", falling)
        self._means, self._squares = self._add_slots("mean"), self._add_slots("square")
        self._averaging, self._averages = None, []
        if settings.averaging:
            self._averaging = self._add_number("averaging", settings.averaging)
            self._averages = self._add_slots("average")

    def _update(self, state: "_State", gradients: Sequence[Any], weights: Sequence[Any]) -> Any:
        beta_1, beta_2 = state[self._beta_1], state[self._beta_2]
        step = tf.cast(state[self._iterations] + 1, tf.float32)
        rate = self._find_rate(state)
        corrected = rate * tf.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        falling = look_up(state[self._decay_schedule], self._find_share(state))
        decay = rate * state[self._decay] * falling
        after = []
        for place, rate in enumerate(self._list_rates(state, corrected)):
            gradient, weight = gradients[place], weights[place]
            mean, square = self._means[place], self._squares[place]
            state[mean] = beta_1 * state[mean] + (1 - beta_1) * gradient
            state[square] = beta_2 * state[square] + (1 - beta_2) * tf.square(gradient)
            kept = 1 - decay * self._groups[place].spread_decays()
            moved = rate * state[mean] / (tf.sqrt(state[square]) + _EPSILON)
            after.append(kept * weight - moved)
        return after

    def _update_averages(self, state: "_State", weights: Sequence[Any]) -> None:
        if self._averaging is None:
            return
        later = tf.cast(state[self._iterations] > 0, tf.float32)  # the first is the weight itself
        kept = later * state[self._averaging]
        for group, average in zip(self._groups, self._averages, strict=True):
            state[average] = kept * state[average] + (1 - kept) * group.join(weights)

    def stateless_finalize(self, slots: Sequence[Any], weights: Sequence[Any]) -> Sequence[Any]:
        """Return the moving averages of the weights, if they are kept."""
        if self._averaging is None:
            return weights
        state = _State(self.variables, slots)
        return self._split([tf.convert_to_tensor(state[average]) for average in self._averages])

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


def make_optimizer(settings: Optimizer) -> TableOptimizer:
    """Return the optimizer with these settings."""
    if isinstance(settings, AdamW):
        return TableAdamW(settings)
    assert isinstance(settings, SGD)  # the only other one
    return TableSGD(settings)
