"""The shape of a multilayer perceptron: what the lanes of one call have in common."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from tuner.model.recipe import Recipe
from tuner.training.lanes.data import LaneData, align
from tuner.training.lanes.interfaces import LaneShape
from tuner.training.lanes.stacked_mlps.program import MLPProgram
from tuner.training.lanes.stacked_mlps.regularizer import StackedRegularizer
from tuner.training.lanes.stacked_mlps.sgd import StackedSGD
from tuner.training.lanes.stacked_mlps.structure import MLPStructure

__all__ = ["MLPShape"]


@dataclass(frozen=True)
class MLPShape(LaneShape):
    """The shape of a multilayer perceptron.

    Attributes:
        widths: Features, the units of each hidden layer, classes.
        activation: The activation function of the hidden layers, by Keras's name.
        batch_size: Rows of a batch.
        optimizer: The optimizer and its fixed settings.
        regularizer: Which penalties and constraints there are; their strengths may differ from
            lane to lane.
        dropout: Whether there is dropout after the hidden layers; its rate may differ.
        input_dropout: Whether there is dropout of the features; its rate may differ.
    """

    widths: tuple[int, ...]
    activation: str
    batch_size: int
    optimizer: StackedSGD
    regularizer: StackedRegularizer
    dropout: bool
    input_dropout: bool

    @classmethod
    def from_recipe(cls, recipe: Recipe) -> "MLPShape":
        """Return the shape of a trial's networks."""
        return cls(
            widths=recipe.widths,
            activation=recipe.activation,
            batch_size=recipe.batch_size,
            optimizer=StackedSGD.from_optimizer(recipe.optimizer),
            regularizer=StackedRegularizer.from_penalty(recipe.penalty),
            dropout=recipe.dropout > 0,
            input_dropout=recipe.input_dropout > 0,
        )

    @property
    def stored_rows(self) -> int:
        """Rows of a batch, padded so that each lane is aligned."""
        return align(self.batch_size)

    @property
    def weight_shapes(self) -> list[tuple[int, ...]]:
        """The shape of each layer's kernel, and that of all biases together."""
        return [*pairwise(self.widths), (1, sum(self.widths[1:]))]

    @property
    def variable_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the weights and of the optimizer's state."""
        return [*self.weight_shapes, *self.optimizer.list_state_shapes(self.weight_shapes)]

    @property
    def row_elements(self) -> int:
        """Number of features, units and classes."""
        return sum(self.widths)

    def find_structure(self, data: LaneData) -> MLPStructure:
        """Return the shape without its sizes."""
        _, *hidden, classes = self.widths
        steps = data.count_steps(self.batch_size)
        return MLPStructure(
            depth=len(hidden),
            classes=classes,
            whole_vectors=all(units == align(units) for units in hidden),
            activation=self.activation if hidden else "linear",
            optimizer=self.optimizer,
            regularizer=self.regularizer,
            dropout=self.dropout and bool(hidden),
            input_dropout=self.input_dropout,
            extra_steps=int(steps.min()) < int(steps.max()),
            inputs=data.input_names,
            row_type=data.row_specs["x"].dtype.name,
        )

    def list_sizes(self, data: LaneData) -> dict[str, Any]:
        """Return the rows of a batch, the steps that every fold takes, and the layers' outputs."""
        return {
            "common_steps": np.int32(data.count_steps(self.batch_size).min()),
            "batch_size": np.int32(self.batch_size),
            "outputs": np.array(self.widths[1:], np.int32),
        }

    def make_program(self, data: LaneData, *, alone: bool, compiled: bool = False) -> MLPProgram:
        """Return a program for networks of this structure."""
        return MLPProgram(self.find_structure(data), alone=alone, compiled=compiled)
