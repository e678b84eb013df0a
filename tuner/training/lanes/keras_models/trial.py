"""Trials whose networks are any Keras models that a hypermodel builds."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.problem import Problem
from tuner.training.adapting import (
    adapt_network,
    adapts,
    find_unstackable,
    list_normalizations,
)
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.interfaces import LaneShape, LaneTrial, NeedsOwnFit
from tuner.training.lanes.keras_models.architecture import describe_architecture
from tuner.training.lanes.keras_models.followed_fit import FollowedFit, follow_fit
from tuner.training.lanes.keras_models.network import KerasNetwork, list_variables
from tuner.training.lanes.keras_models.program import KerasProgram
from tuner.training.lanes.keras_models.stateless_optimizer import check_optimizer
from tuner.training.lanes.keras_models.tuned_numbers import make_numbers_variables
from tuner.training.network_building import build_network, build_scored_network
from tuner.training.output_form import OutputForm
from tuner.training.plan import Job, Plan
from tuner.training.random_streams import derive_seed

__all__ = ["make_keras_trial"]

_OTHER_PRECISIONS = {"float64", "float16", "bfloat16"}


@dataclass(frozen=True)
class KerasShape(LaneShape):
    """Networks of one architecture, loss and optimizer.

    Attributes:
        key: Identifies architecture, loss and optimizer: two shapes of one key are the same.
        batch_size: Rows of a batch.
        scheduled: Whether the learning rate is set at the beginning of each epoch.
        model: One such network; its own weights are not used.
        form: Its output form.
        shared: Whether other trials can have the same key.
    """

    key: str
    batch_size: int
    scheduled: bool
    form: OutputForm
    model: Any = field(compare=False)
    shared: bool = field(compare=False, default=True)

    @property
    def variable_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of all variables that training changes."""
        return [tuple(variable.shape) for variable in list_variables(self.model)]

    @property
    def row_elements(self) -> int:
        """How many numbers all layers compute of one row."""
        shapes = [layer.output.shape[1:] for layer in self.model.layers if hasattr(layer, "output")]
        return int(sum(np.prod([n or 1 for n in shape]) for shape in shapes)) or 1

    def find_structure(self, data: LaneData) -> Hashable:
        """Return the shape with the inputs that are of rows and folds."""
        names = ()
        if isinstance(data.problem.x, dict):  # a network finds its inputs by their names
            names = tuple(tensor.name for tensor in self.model.inputs)
        return self, data.input_names, repr(data.row_specs), names

    def make_program(self, data: LaneData, *, alone: bool, compiled: bool = False) -> KerasProgram:
        """Return a program for networks of this shape, which XLA does not compile."""
        network = KerasNetwork(self.model, self.form, scheduled=self.scheduled)
        return KerasProgram(network, self.batch_size, data.row_specs, alone=alone)


class _Networks:
    """The networks that have the initial and the final values of a trial's variables.

    Building one takes as long as some epochs. So one network has the initial values of each fold in
    turn, if they can be drawn again, and another one the final values, if it is served as another.
    """

    def __init__(
        self,
        hypermodel: keras_tuner.HyperModel,
        hp: keras_tuner.HyperParameters,
        problem: Problem,
    ) -> None:
        self._hypermodel = hypermodel
        self._hp = hp
        self._problem = problem
        self._draw_weights = getattr(hypermodel, "draw_weights", None)
        self._make_served_network = getattr(hypermodel, "make_served_network", None)
        # `cached_property` of Python 3.11 has one lock for all trials
        self._build_initial, self._build_served = cache(self._build), cache(self._build)

    def _build(self, seed: int = 0) -> Any:
        return build_network(self._hypermodel, self._hp, seed=seed, problem=self._problem)

    def make_initial_variables(self, seed: int, rows: np.ndarray) -> list[np.ndarray]:
        """Return the initial values of a fold's variables, as `LaneTrial` asks for them."""
        if self._draw_weights is None:
            network = self._build(seed)
        else:
            network = self._build_initial()
            self._draw_weights(self._hp, network, seed)
        adapt_network(self._hypermodel, self._hp, network, self._problem, rows)
        make_numbers_variables(network.optimizer)
        return [variable.numpy() for variable in list_variables(network)]

    def make_network(self, variables: Sequence[np.ndarray]) -> Any:
        """Return the network of a fold's final values, as `LaneTrial` asks for it."""
        trained = self._build() if self._make_served_network is None else self._build_served()
        # the tuned numbers, which come last, are no variables of it
        for variable, value in zip(list_variables(trained), variables, strict=False):
            variable.assign(value)
        trained.optimizer.finalize_variable_values(trained.trainable_variables)  # as fit ends
        for layer in list_normalizations(trained):
            layer.finalize_state()
        if self._make_served_network is None:
            return trained
        return self._make_served_network(self._hp, trained)


def make_keras_trial(
    job: Job, hypermodel: keras_tuner.HyperModel, problem: Problem, plan: Plan
) -> LaneTrial:
    """Return a trial whose networks a hypermodel builds.

    Args:
        job: The trial.
        hypermodel: Builds its networks.
        problem: Its folds are those that `fit` is followed in.
        plan: Has the arguments of `fit`.

    Raises:
        NeedsOwnFit: The networks cannot be trained in lanes.
        SpaceError: `build` does not return a compiled classifier.
    """
    hp = job.hyperparameters
    seed = derive_seed(plan.seed, job.trial, 0)
    built = build_scored_network(hypermodel, hp, seed=seed, problem=problem)
    model, form = built.model, built.form
    _check_methods(model)
    _check_layers(model, hypermodel)
    check_optimizer(model.optimizer)
    fit = follow_fit(hypermodel, job, built, plan, problem)
    networks = _Networks(hypermodel, hp, problem)
    return LaneTrial(
        job.trial,
        _make_shape(job, model, form, fit),
        lane_values={},
        common_values={},
        parameters=int(sum(np.prod(v.shape) for v in model.trainable_variables)),
        make_initial_variables=networks.make_initial_variables,
        make_network=networks.make_network,
        # not used without a schedule
        find_learning_rate=fit.find_learning_rate or (lambda epoch, curves: 0.0),
        epochs=job.limit_epochs(fit.epochs),
        folds=job.folds,
        shuffle=fit.shuffle,
        stopping=fit.stopping,
        metrics=built.metrics,
    )


def _make_shape(job: Job, model: Any, form: OutputForm, fit: FollowedFit) -> KerasShape:
    # what a layer has learned of rows is in no description
    architecture = None if find_unstackable(model) else describe_architecture(model, form.loss)
    make_numbers_variables(model.optimizer)
    key = f"the network of trial {job.trial}"
    if architecture is not None:  # which may have a matrix of initial values
        key = sha256(architecture.encode()).hexdigest()
    return KerasShape(
        key=key,
        batch_size=fit.batch_size,
        scheduled=fit.find_learning_rate is not None,
        model=model,
        form=form,
        shared=architecture is not None,
    )


def _check_methods(model: Any) -> None:
    """Refuse models that replace a method of `keras.Model` which the training step follows."""
    for method in ("train_step", "compute_loss", "make_train_function"):
        if getattr(type(model), method) is not getattr(keras.Model, method):
            raise NeedsOwnFit(f"its network has a {method} of its own")


def _check_layers(model: Any, hypermodel: keras_tuner.HyperModel) -> None:
    """Refuse layers that each fold adapts, if not all that they learn are variables.

    Those of another precision than float32 are refused, too, which lanes compute in.
    """
    layer = find_unstackable(model) if adapts(hypermodel) else None
    if layer is not None:
        raise NeedsOwnFit(f"each fold adapts its layer {layer.name}")
    for part in model._flatten_layers():
        policy = part.dtype_policy
        others = {policy.compute_dtype, policy.variable_dtype} & _OTHER_PRECISIONS
        if others:
            raise NeedsOwnFit(f"its layer {part.name} computes in {policy.name}")
