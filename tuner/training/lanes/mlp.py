"""Multilayer perceptrons in lanes: the networks that the space files describe.

What their program computes is in `stacked_mlps.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.model.mlp import MLPHyperModel
from tuner.model.recipe import Recipe, draw_weights
from tuner.training.lanes.data import LaneData, aligned
from tuner.training.lanes.network import LaneTrial
from tuner.training.lanes.stacked import StackedShape
from tuner.training.lanes.stacked_mlps import MLPStructure
from tuner.training.network_building import build_network
from tuner.training.plan import Job, Plan

__all__ = ["MLPShape", "is_mlp", "mlp_trial"]


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
            nesterov=recipe.optimizer.nesterov,
            penalised=recipe.penalty.l1 > 0 or recipe.penalty.l2 > 0,
            bounded=recipe.penalty.radius is not None,
            dropout=recipe.dropout > 0,
            input_dropout=recipe.input_dropout > 0,
        )

    @property
    def stored_rows(self) -> int:
        """Rows that a batch takes, filled up so that lanes are aligned."""
        return aligned(self.batch_size)

    @property
    def variable_shapes(self) -> list[tuple[int, ...]]:
        """The kernel of each layer, the biases of all of them, and the momenta of both."""
        weights = [*pairwise(self.widths), (1, sum(self.widths[1:]))]
        return [*weights, *weights]

    @property
    def row_elements(self) -> int:
        """Features, units and classes."""
        return sum(self.widths)

    def structure(self, data: LaneData) -> MLPStructure:
        """Return what is left of a shape without its sizes."""
        _, *hidden, classes = self.widths
        steps = data.steps(self.batch_size)
        return MLPStructure(
            depth=len(hidden),
            classes=classes,
            whole_vectors=all(units == aligned(units) for units in hidden),
            activation=self.activation if hidden else "linear",
            nesterov=self.nesterov,
            penalised=self.penalised,
            bounded=self.bounded,
            dropout=self.dropout and bool(hidden),
            input_dropout=self.input_dropout,
            steps_apart=int(steps.min()) < int(steps.max()),
        )

    def sizes(self, data: LaneData) -> dict[str, Any]:
        """Return the rows of a batch, the steps that every fold takes, and the layers' outputs."""
        return {
            **super().sizes(data),
            "batch_size": np.int32(self.batch_size),
            "outputs": np.array(self.widths[1:], np.int32),
        }


def is_mlp(job: Job, hypermodel: keras_tuner.HyperModel) -> bool:
    """Return whether the networks of a trial are multilayer perceptrons of a space file."""
    if not isinstance(hypermodel, MLPHyperModel):
        return False
    return hypermodel.make_recipe(job.hyperparameters).convolutions is None


def mlp_trial(job: Job, hypermodel: MLPHyperModel, plan: Plan) -> LaneTrial:
    """Return a trial whose networks are multilayer perceptrons.

    Args:
        job: The trial.
        hypermodel: Describes its network.
        plan: Its epochs are those over which a cosine schedule decays.
    """
    recipe = hypermodel.make_recipe(job.hyperparameters)
    shape, penalty = MLPShape.of(recipe), recipe.penalty

    def network(variables: Sequence[np.ndarray]) -> keras.Model:
        # the optimizer's variables too are made, since Keras warns where a saved one has others
        model = build_network(hypermodel, job.hyperparameters, seed=0)
        model.set_weights(_keras_weights(variables, recipe))
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
        common={"momentum": recipe.optimizer.momentum},  # the fused update takes one for all lanes
        parameters=recipe.parameters,
        initial_variables=lambda seed: _initial_variables(recipe, seed),
        network=network,
        learning_rate_at=lambda epoch: recipe.optimizer.find_learning_rate(epoch, plan.epochs),
        epochs=job.epochs,
    )


def _initial_variables(recipe: Recipe, seed: int) -> list[np.ndarray]:
    """Return kernels and biases as every trainer begins with them."""
    begun = draw_weights(recipe, seed)
    return [*begun[::2], np.concatenate(begun[1::2])[None]]


def _keras_weights(variables: Sequence[np.ndarray], recipe: Recipe) -> list[np.ndarray]:
    """Return a lane's kernels and biases as `Model.set_weights` takes them."""
    *kernels, biases = variables[: len(variables) // 2]
    by_layer = np.split(biases[0], np.cumsum(recipe.widths[1:-1]))
    return [each for layer in zip(kernels, by_layer, strict=True) for each in layer]
