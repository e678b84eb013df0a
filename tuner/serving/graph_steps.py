"""How many rows a network predicts at once, so that memory does not grow with a table.

An export copies it into the MLflow model, beside `served_model.py`. It needs nothing of the package
that it comes from.
"""

from math import prod
from typing import Any

__all__ = ["choose_step"]

_TENSOR_NUMBERS = 1 << 22  # 16 MB of the widest tensor, beside which others live
_FEWEST = 256  # rows of a step: of fewer, calls take the time


def choose_step(graph: Any, *, most: int) -> int:
    """Return how many rows a graph predicts at once, by its widest tensor.

    Embeddings, and networks that are averaged, make thousands of numbers of a row of few.

    Args:
        graph: A concrete function of TensorFlow, of any number of rows.
        most: The most rows, of a graph without wide tensors.
    """
    shapes = [tensor.shape for each in graph.graph.get_operations() for tensor in each.outputs]
    of_rows = [list(shape) for shape in shapes if shape.rank and list(shape).count(None) == 1]
    widest = max((prod(size or 1 for size in shape) for shape in of_rows), default=1)
    return min(most, max(_FEWEST, _TENSOR_NUMBERS // max(widest, 1)))
