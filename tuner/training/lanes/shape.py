"""Which lanes can share a program: those whose networks have the same shape."""

from dataclasses import dataclass

from tuner.model.recipe import Recipe

__all__ = ["LaneShape"]


@dataclass(frozen=True, slots=True)
class LaneShape:
    """All that is fixed in a program; everything else differs from lane to lane.

    It follows from a trial's own recipe alone, so that a trial runs in the same program, and
    gives the same bits, whatever its neighbours are.

    Attributes:
        widths: Features, the units of each hidden layer, classes.
        activation: Of the hidden layers.
        batch_size: Rows of a batch.
        momentum: Of SGD; one number for the program's fused update.
        nesterov: Whether the momentum is Nesterov's.
        penalised: Whether there is an L1 or L2 penalty; their factors are the lanes' own.
        bounded: Whether there is a max-norm constraint; its radius is the lane's own.
        dropout: Whether there is dropout after hidden layers; its rate is the lane's own.
        input_dropout: Whether there is dropout of the features; its rate is the lane's own.
    """

    widths: tuple[int, ...]
    activation: str
    batch_size: int
    momentum: float
    nesterov: bool
    penalised: bool
    bounded: bool
    dropout: bool
    input_dropout: bool

    @classmethod
    def of(cls, recipe: Recipe) -> "LaneShape":
        """Return the shape of a trial's network."""
        return cls(
            widths=recipe.widths,
            activation=recipe.activation,
            batch_size=recipe.batch_size,
            momentum=recipe.momentum,
            nesterov=recipe.nesterov,
            penalised=recipe.penalty.l1 > 0 or recipe.penalty.l2 > 0,
            bounded=recipe.penalty.radius is not None,
            dropout=recipe.dropout > 0,
            input_dropout=recipe.input_dropout > 0,
        )
