"""A network that was trained on all training rows, in memory, with its preprocessing."""

from dataclasses import dataclass

import keras
import numpy as np

from tuner.data import RawColumns, Scaler, Schema, choose_chunk_rows

__all__ = ["TrainedNetwork"]

_MAX_CHUNK_ROWS = 10_000  # rows that are predicted at once


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network that was trained on all training rows, and its preprocessing.

    Attributes:
        network: Takes scaled rows, shape `(rows, features)`.
        schema: Encodes raw columns as features.
        scaler: Fitted on the same training rows.
        notes: Warnings about its training, for the users of the model.
    """

    network: keras.Model
    schema: Schema
    scaler: Scaler
    notes: tuple[str, ...] = ()

    def predict_proba(self, raw: RawColumns) -> np.ndarray:
        """Return the probabilities of raw rows, shape `(rows, classes)`."""
        x = self.scaler.apply(self.schema.encode(raw))
        rows = choose_chunk_rows(x.shape[1], most=_MAX_CHUNK_ROWS)
        chunks = (x[start : start + rows] for start in range(0, max(1, len(x)), rows))
        return np.concatenate([self.network(chunk, training=False).numpy() for chunk in chunks])
