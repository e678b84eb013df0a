"""A trained network, in memory, with its preprocessing."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from tuner.data import RawColumns, Scaler, Schema, choose_chunk_rows

__all__ = ["TrainedNetwork"]

_MAX_CHUNK_ROWS = 10_000  # rows that are predicted at once
# What embeddings make of a number: where a layer takes gigabytes, most of the time goes into
# getting them. In parts of few rows it goes into calls, of which many networks have thousands.
_WIDENING, _FEW_ROWS = 16, 256


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network that was trained on all training rows, or those of folds, and its preprocessing.

    Attributes:
        network: Takes scaled rows, shape `(rows, features)`.
        schema: Encodes raw columns as features.
        scaler: Fitted on the same training rows. None if the network scales rows itself.
        notes: Warnings about its training, for the users of the model.
        alone: Predicts encoded rows by the networks of each fold alone, an array for each fold.
            None if it averages no networks of folds.
    """

    network: keras.Model
    schema: Schema
    scaler: Scaler | None
    notes: tuple[str, ...] = ()
    alone: Callable[[np.ndarray], list[np.ndarray]] | None = None

    def predict_proba(self, raw: RawColumns) -> np.ndarray:
        """Return the probabilities of raw rows, shape `(rows, classes)`."""
        x = self.schema.encode(raw)
        x = x if self.scaler is None else self.scaler.apply(x)
        return np.concatenate([self.network(part, training=False).numpy() for part in _split(x)])

    def predict_alone(self, raw: RawColumns) -> list[np.ndarray]:
        """Return the probabilities of raw rows by the networks of each fold alone.

        Returns:
            An array for each fold, of shape `(rows, classes)`; empty without networks of folds.
        """
        if self.alone is None:
            return []
        parts = [self.alone(part) for part in _split(self.schema.encode(raw))]
        return [np.concatenate(each) for each in zip(*parts, strict=True)]


def _split(x: np.ndarray) -> list[np.ndarray]:
    """Return rows in parts that fit into memory, at least one."""
    narrow = choose_chunk_rows(x.shape[1], most=_FEW_ROWS)
    rows = max(narrow, choose_chunk_rows(_WIDENING * x.shape[1], most=_MAX_CHUNK_ROWS))
    return [x[start : start + rows] for start in range(0, max(1, len(x)), rows)]
