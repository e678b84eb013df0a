"""A network that was trained on all training rows, with its preprocessing, in memory."""

from dataclasses import dataclass

import keras
import numpy as np

from tuner.data import RawColumns, Scaler, Schema, choose_chunk_rows

__all__ = ["TrainedNetwork"]

_AT_ONCE = 10_000  # rows that are predicted in memory at once, at most


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network on all training rows, and what rows go through before it.

    Attributes:
        network: Takes scaled rows, shape `(rows, features)`.
        schema: How raw columns become features.
        scaler: Fitted on the same training rows.
        notes: Sentences on what went wrong with it, for those who use it.
    """

    network: keras.Model
    schema: Schema
    scaler: Scaler
    notes: tuple[str, ...] = ()

    def predict_proba(self, raw: RawColumns) -> np.ndarray:
        """Return what the search would predict for raw rows, shape `(rows, classes)`."""
        x = self.scaler.apply(self.schema.encode(raw))
        few = choose_chunk_rows(x.shape[1], most=_AT_ONCE)
        parts = (x[start : start + few] for start in range(0, max(1, len(x)), few))
        answers = [self.network(part, training=False).numpy() for part in parts]
        return np.concatenate(answers)
