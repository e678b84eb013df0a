"""A made problem: how its tables are drawn, and the true answer of its space's question."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["SPACES", "Draw", "MadeProblem", "Rows"]

SPACES = Path(__file__).parents[1] / "spaces"
TARGET = "label"
Rows = tuple[np.ndarray, np.ndarray]
"""Features `(rows, features)` and labels `(rows,)`."""

Draw = Callable[[np.random.Generator, int], Rows]
"""Draws this number of rows."""


@dataclass(frozen=True)
class MadeProblem:
    """A family of made tables, a space that compares settings, and the true answer.

    A setting is worse if its best network is behind that of the best setting by at least three
    times the standard deviation, between tables, of either's score: that of the less steady one.
    Nothing is claimed about a setting that is neither worse nor as good.

    Attributes:
        name: Its name.
        space: A shipped space, or the path of a space file.
        rows: Number of rows of a table.
        draw: Draws rows of its distribution.
        why: Why the truth holds.
        worse: Settings that must be told apart from the best.
        as_good: Settings that must not be told apart from the best.
        is_noise: Whether no feature says anything of the labels.
    """

    name: str
    space: str
    rows: int
    draw: Draw
    why: str
    worse: frozenset[Any] = frozenset()
    as_good: frozenset[Any] = frozenset()
    is_noise: bool = False

    def make_table(self, seed: int) -> pd.DataFrame:
        """Return a table; another seed gives other rows of the same distribution."""
        x, labels = self.draw(self.make_generator(seed), self.rows)
        table = pd.DataFrame({f"x{n}": x[:, n].round(4) for n in range(x.shape[1])})
        table[TARGET] = [f"class {label}" for label in labels]
        return table

    def make_generator(self, seed: int) -> np.random.Generator:
        """Return the generator of a table; problems do not share one."""
        return np.random.default_rng((zlib.crc32(self.name.encode()), seed))
