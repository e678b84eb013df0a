"""The structure of stacked networks: the settings that are fixed when a program is traced."""

from dataclasses import dataclass

from tuner.training.lanes.stacked_mlps.regularizer import StackedRegularizer
from tuner.training.lanes.stacked_mlps.sgd import StackedSGD

__all__ = ["MLPStructure"]


@dataclass(frozen=True, slots=True)
class MLPStructure:
    """The settings that are fixed when a program is traced; a different value needs a new trace.

    Attributes:
        depth: Number of hidden layers, which all have the same width.
        classes: Number of classes.
        whole_vectors: Whether the width of the hidden layers is a multiple of the processor's
            vectors.
        activation: The activation function of the hidden layers, by Keras's name.
        optimizer: The optimizer and its fixed settings.
        regularizer: Which penalties and constraints there are.
        dropout: Whether there is dropout after the hidden layers.
        input_dropout: Whether there is dropout of the features.
        extra_steps: Whether some folds take more steps per epoch than others.
        inputs: The names of the inputs that are of rows and folds.
        row_type: The type of the features.
    """

    depth: int
    classes: int
    whole_vectors: bool
    activation: str
    optimizer: StackedSGD
    regularizer: StackedRegularizer
    dropout: bool
    input_dropout: bool
    extra_steps: bool
    inputs: tuple[str, ...]
    row_type: str

    @property
    def layers(self) -> int:
        """Number of layers: the hidden ones and the last one."""
        return self.depth + 1
