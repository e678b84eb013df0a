"""Levels in rows to predict that a model has not seen."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from tuner.data import RawColumns, Schema
from tuner.data.columns.feature_encoding import index_levels
from tuner.words import count_noun, fold_look, show_alike

__all__ = ["UnseenLevels"]


class UnseenLevels:
    """Counts the cells whose level a model has not seen.

    In a column with pooled levels an unseen one counts as these. There only those are counted that
    look like a known level, and would be it but for their spelling.

    Args:
        schema: The columns that the model takes.
    """

    def __init__(self, schema: Schema) -> None:
        self._known = {
            column.name: index_levels(column)[0]
            for column in schema.used
            if column.kind in {"categorical", "boolean"}
        }
        self._pooled = {column.name for column in schema.used if column.other}
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, str] = {}
        self._alike: dict[str, tuple[str, str]] = {}

    def count(self, raw: RawColumns) -> None:
        """Count those of some rows."""
        for name, levels in self._known.items():
            unseen = raw[name][~pd.Series(raw[name]).isin(levels).to_numpy()]
            if name in self._pooled:
                unseen = _keep_alike(unseen, levels)
            if len(unseen):
                self._counts[name] += len(unseen)
                self._examples.setdefault(name, unseen[0])
                if name not in self._alike and (pair := _find_alike(unseen, levels)):
                    self._alike[name] = pair

    def list_warnings(self) -> list[str]:
        """Return a warning for each column with such levels."""
        return [
            f"column {name}: {count_noun(count, 'cell')} of levels that the model has not seen, "
            f"such as {self._examples[name]!r}; each counts as "
            f"{'other' if name in self._pooled else 'none of the known levels'}"
            f"{self._say_alike(name)}"
            for name, count in self._counts.items()
        ]

    def _say_alike(self, name: str) -> str:
        """Return which unseen level of a column looks like a known one; "" if none does."""
        shown = show_alike(self._alike[name]) if name in self._alike else ()
        return f"; {' looks like the known level '.join(shown)}" if shown else ""


def _keep_alike(unseen: np.ndarray, levels: Iterable[str]) -> np.ndarray:
    """Return the cells of unseen levels that look like a known one."""
    known = {fold_look(level) for level in levels if level}
    alike = [text for text in pd.unique(unseen) if fold_look(text) in known]
    return unseen[pd.Series(unseen).isin(alike).to_numpy()]


def _find_alike(unseen: np.ndarray, levels: Iterable[str]) -> tuple[str, str] | None:
    """Return an unseen level and the known one that it looks like; None if there is none."""
    known = {fold_look(level): level for level in levels if level}
    pairs = ((text, known.get(fold_look(text))) for text in pd.unique(unseen))
    return next(((text, level) for text, level in pairs if level is not None), None)
