"""The operations of `encoding` and of the parsers, as layers and operations of a Keras model."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from tuner.data.parsing.characters import VOCABULARY, WIDTH

__all__ = ["KerasOperations"]

_PARSED = "column.parsed"
"""The layer with the first feature of each column of numbers or dates in texts, in their order.

A value is NaN where the text could not be read. `served_model.py` looks for the layer by this name.
"""


class KerasOperations:
    """The functions of `keras.ops`, and those of texts, for which Keras has layers."""

    def __getattr__(self, name: str) -> Any:
        """Return a function of `keras.ops`."""
        return getattr(ops, name)

    def read_codes(self, texts: keras.KerasTensor) -> keras.KerasTensor:
        """Return the character codes of texts, as `convert_to_codes` of the parsers does.

        **Shape**: `(texts,)` → `(texts, characters)`.
        """
        characters = keras.layers.TextVectorization(
            standardize=None, split="character", vocabulary=list(VOCABULARY)
        )
        codes = ops.cast(characters(texts), "uint8")
        return ops.pad(codes, ((0, 0), (0, 1)))[:, :WIDTH]  # 0 ends the longest

    def look_up(
        self, texts: keras.KerasTensor, indices: Mapping[str, int], *, other: int
    ) -> keras.KerasTensor:
        """Return the index of each text, and `other` for one that is not known."""
        unseen = "[UNK]"
        while unseen in indices:  # Keras would drop a text of this name
            unseen = f"[{unseen}]"
        lookup = keras.layers.StringLookup(
            vocabulary=list(indices), num_oov_indices=1, oov_token=unseen
        )
        return ops.take(np.array([other, *indices.values()]), lookup(texts))  # 0 is unseen

    def mark_parsed(self, values: keras.KerasTensor) -> keras.KerasTensor:
        """Return the first feature of each column of texts, as the layer that has their name."""
        return keras.layers.Identity(name=_PARSED, dtype="float32")(values)
