"""Multilayer perceptrons in lanes: the networks that the space files describe.

What their program computes is in `stacked_mlps.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.model.mlp import MLPHyperModel
from tuner.model.recipe import Recipe, initial_weights
from tuner.training.compiling import build_network
from tuner.training.lanes.data import LaneData, aligned
from tuner.training.lanes.network import LaneTrial
from tuner.training.lanes.stacked import StackedShape
from tuner.training.lanes.stacked_mlps import MLPStructure
from tuner.training.problem import Job, Plan

__all__ = ["MLPShape", "is_mlp", "mlp_trial"]

# Rows of a power of two fall on the same places of a cache: a product of 256 rows by 1024×1024
# runs at 42 GFLOP/s on one core, by 1040×1040 at 85 (512: 52, 528: 83).
_CONFLICTING_UNITS = 512
_PADDING = 16
_SILENT = frozenset({"elu", "gelu", "leaky_relu", "relu", "selu", "silu", "tanh"})  # f(0) = 0


@dataclass(frozen=True)
class MLPShape(StackedShape):
    """The shape of a multilayer perceptron.

    Attributes:
        widths: Features, the units of each hidden layer, classes.
        activation: Of the hidden layers.
        batch_size: Rows of a batch.
        nesterov: Whether the momentum is Nesterov's.
        penalised: Whether there is an L1 or L2 penalty; their factors are the lanes' own.
        bounded: Whether there is a max-norm constraint; its radius is the lane's own.
        dropout: Whether there is dropout after hidden layers; its rate is the lane's own.
        input_dropout: Whether there is dropout of the features; its rate is the lane's own.
    """

    widths: tuple[int, ...]
    activation: str
    batch_size: int
    nesterov: bool
    penalised: bool
    bounded: bool
    dropout: bool
    input_dropout: bool

    @classmethod
    def of(cls, recipe: Recipe) -> "MLPShape":
        """Return the shape of a trial's network."""
        return cls(
            widths=recipe.widths,
            activation=recipe.activation,
            batch_size=recipe.batch_size,
            nesterov=recipe.nesterov,
            penalised=recipe.penalty.l1 > 0 or recipe.penalty.l2 > 0,
            bounded=recipe.penalty.radius is not None,
            dropout=recipe.dropout > 0,
            input_dropout=recipe.input_dropout > 0,
        )

    @property
    def stored_rows(self) -> int:
        """Rows that a batch takes, filled up so that lanes are aligned."""
        return aligned(self.batch_size)

    @cached_property
    def layers(self) -> list[tuple[int, int]]:
        """Inputs and outputs of each layer as they are stored, units of padding included.

        A unit of padding has weights of zero before and after it, and an activation of zero, so
        that no gradient ever moves them: it is worth nothing but faster products.
        """
        features, *hidden, classes = self.widths
        padded = [
            units + _PADDING
            if units % _CONFLICTING_UNITS == 0 and self.activation in _SILENT
            else units
            for units in hidden
        ]
        return list(pairwise([features, *padded, classes]))

    @property
    def outputs(self) -> list[int]:
        """Outputs of each layer as they are stored, and so its biases."""
        return [outputs for _, outputs in self.layers]

    @property
    def variable_shapes(self) -> list[tuple[int, ...]]:
        """The kernel of each layer, the biases of all of them, and the momenta of both."""
        weights = [*self.layers, (1, sum(self.outputs))]
        return [*weights, *weights]

    @property
    def row_elements(self) -> int:
        """Features, units and classes."""
        return sum(self.widths)

    def structure(self, data: LaneData) -> MLPStructure:
        """Return what is left of a shape without its sizes."""
        depth, steps = len(self.layers) - 1, data.steps(self.batch_size)
        units = self.outputs[0] if depth else 0
        return MLPStructure(
            depth=depth,
            classes=self.widths[-1],
            whole_vectors=units == aligned(units),
            activation=self.activation if depth else "linear",
            nesterov=self.nesterov,
            penalised=self.penalised,
            bounded=self.bounded,
            dropout=self.dropout and depth > 0,
            input_dropout=self.input_dropout,
            steps_apart=int(steps.min()) < int(steps.max()),
        )

    def sizes(self, data: LaneData) -> dict[str, Any]:
        """Return the rows of a batch, the steps that every fold takes, and the layers' outputs."""
        return {
            **super().sizes(data),
            "batch_size": np.int32(self.batch_size),
            "outputs": np.array(self.outputs, np.int32),
        }


def is_mlp(job: Job, hypermodel: keras_tuner.HyperModel) -> bool:
    """Return whether the networks of a trial are multilayer perceptrons of a space file."""
    if not isinstance(hypermodel, MLPHyperModel):
        return False
    return hypermodel.recipe(job.hyperparameters).convolutions is None


def mlp_trial(job: Job, hypermodel: MLPHyperModel, plan: Plan) -> LaneTrial:
    """Return a trial whose networks are multilayer perceptrons.

    Args:
        job: The trial.
        hypermodel: Describes its network.
        plan: Its epochs are those over which a cosine schedule decays.
    """
    recipe = hypermodel.recipe(job.hyperparameters)
    shape, penalty = MLPShape.of(recipe), recipe.penalty

    def network(variables: Sequence[np.ndarray]) -> keras.Model:
        # the optimizer's variables too are made, since Keras warns where a saved one has others
        model = build_network(hypermodel, job.hyperparameters, seed=0)
        model.set_weights(_keras_weights(variables, recipe, shape))
        return model

    return LaneTrial(
        job.trial,
        shape,
        values={
            "l1": penalty.l1,
            "l2": penalty.l2,
            "radius": penalty.radius or 0.0,
            "dropout": recipe.dropout,
            "input_dropout": recipe.input_dropout,
        },
        common={"momentum": recipe.momentum},  # the fused update takes one for all lanes
        parameters=recipe.parameters,
        initial_variables=lambda seed: _initial_variables(recipe, shape, seed),
        network=network,
        learning_rate_at=lambda epoch: recipe.learning_rate_at(epoch, plan.epochs),
        epochs=job.epochs,
    )


def _initial_variables(recipe: Recipe, shape: MLPShape, seed: int) -> list[np.ndarray]:
    """Return kernels and biases as every trainer begins with them, and momenta of zero."""
    begun = initial_weights(recipe, seed)
    kernels = [_padded(*each) for each in zip(begun[::2], shape.layers, strict=True)]
    biases = [
        _padded(bias[None], (1, outputs))
        for bias, outputs in zip(begun[1::2], shape.outputs, strict=True)
    ]
    weights = [*kernels, np.concatenate(biases, axis=1)]
    return [*weights, *map(np.zeros_like, weights)]


def _keras_weights(
    variables: Sequence[np.ndarray], recipe: Recipe, shape: MLPShape
) -> list[np.ndarray]:
    """Return a lane's kernels and biases as `Model.set_weights` takes them, without padding."""
    layers = len(shape.layers)
    biases = np.split(variables[layers][0], np.cumsum(shape.outputs)[:-1])
    weights = []
    for (inputs, outputs), kernel, bias in zip(
        pairwise(recipe.widths), variables[:layers], biases, strict=True
    ):
        weights += [kernel[:inputs, :outputs], bias[:outputs]]
    return weights


def _padded(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Fill an array up with zeros."""
    gaps = [(0, whole - have) for whole, have in zip(shape, values.shape, strict=True)]
    return np.pad(values, gaps)
