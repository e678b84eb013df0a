"""A trained perceptron of `coverage.py`, without what Keras takes to build one."""

from collections.abc import Sequence

import numpy as np

__all__ = ["Network"]


class Network:
    """A trained perceptron, called as a Keras network is, but made of kept weights at once.

    Args:
        weights: A kernel and a bias per layer, as Keras orders them.
    """

    def __init__(self, weights: Sequence[np.ndarray]) -> None:
        self.weights = list(weights)

    def __call__(self, x: np.ndarray, training: bool = False) -> "Network._Answer":
        """Return the probabilities of scaled rows, shape `(rows, classes)`."""
        *hidden, (kernel, bias) = zip(self.weights[::2], self.weights[1::2], strict=True)
        for weights, biases in hidden:
            x = np.maximum(x @ weights + biases, 0)
        logits = x @ kernel + bias
        logits = np.exp(logits - logits.max(axis=1, keepdims=True))
        return Network._Answer(logits / logits.sum(axis=1, keepdims=True))

    class _Answer:
        def __init__(self, probabilities: np.ndarray) -> None:
            self._probabilities = probabilities

        def numpy(self) -> np.ndarray:
            return self._probabilities
