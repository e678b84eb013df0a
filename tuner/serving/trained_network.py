"""A trained network, in memory, with its preprocessing."""

from dataclasses import dataclass

import keras
import numpy as np

from tuner.data import RawColumns, Scaler, Schema, choose_chunk_rows

__all__ = ["TrainedNetwork"]

_MAX_CHUNK_ROWS = 10_000  # rows that are predicted at once


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network that was trained on all training rows, or those of folds, and its preprocessing.

    Attributes:
        network: Takes scaled rows, shape `(rows, features)`.
        schema: Encodes raw columns as features.
        scaler: Fitted on the same training rows. None if the network scales rows itself.
        notes: Warnings about its training, for the users of the model.
    """

    network: keras.Model
    schema: Schema
    scaler: Scaler | None
    notes: tuple[str, ...] = ()

    def predict_proba(self, raw: RawColumns) -> np.ndarray:
        """Return the probabilities of raw rows, shape `(rows, classes)`."""
        x = self.schema.encode(raw)
        x = x if self.scaler is None else self.scaler.apply(x)
        rows = choose_chunk_rows(x.shape[1], most=_MAX_CHUNK_ROWS)
        chunks = (x[start : start + rows] for start in range(0, max(1, len(x)), rows))
        return np.concatenate([self.network(chunk, training=False).numpy() for chunk in chunks])
