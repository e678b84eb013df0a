"""The parts of networks for tables of which it is asked whether they help."""

from typing import NamedTuple

from tuner.space import Value

__all__ = ["PARTS", "Part"]


class Part(NamedTuple):
    """A part that networks may have or not.

    Attributes:
        thing: What it is called.
        nothing: The value of its hyperparameter that leaves it out.
        plural: Whether it takes `do`.
    """

    thing: str
    nothing: Value
    plural: bool = False

    @property
    def question(self) -> str:
        """The question whether it helps."""
        return f"{'Do' if self.plural else 'Does'} {self.thing} help?"


PARTS = {
    "numbers": Part("embeddings of numbers", "plain", plural=True),
    "scaling_layer": Part("a scaling layer", False),
    "learned_slope": Part("a learned slope", False),
    "normalization": Part("normalization", "none"),
    "residual": Part("residual connections", False, plural=True),
    "heads": Part("several heads", 1, plural=True),
    "weight_decay": Part("weight decay", 0.0),
    "label_smoothing": Part("label smoothing", 0.0),
    "mixing": Part("mixing rows", "none"),
}
"""By the name of their hyperparameter."""
