"""The classes to tell apart, from a column of labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tuner.data.parsing.text_column import MISSING_TEXTS, Cells, as_text, distinct
from tuner.errors import DataError
from tuner.words import list_first

__all__ = ["Target", "read_target"]


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A column of labels, read.

    Args:
        y: The class of each row that has one, (rows kept,) int64.
        classes: The labels; numbers are in numeric order, other texts in their own.
        present: Which rows have a label, (rows,) bool.
    """

    y: np.ndarray
    classes: tuple[str, ...]
    present: np.ndarray

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about rows without a label, and about labels that may be meant otherwise."""
        gone = int((~self.present).sum())
        without = (
            f"{gone:,} {'row has' if gone == 1 else 'rows have'} no target and "
            f"{'is' if gone == 1 else 'are'} left out",
        )
        return (*(without if gone else ()), *_doubts(self.classes))


def read_target(labels: Any, place: str) -> Target:
    """Read a pyarrow column of texts or numbers as classes; surrounding blanks do not count.

    Args:
        labels: One a row, as it stood.
        place: Where they stand, for an error: "data file my.csv, target class".

    Raises:
        DataError: There are fewer than two classes, or more than one for every two rows.
    """
    cells = Cells.of(as_text(labels))
    present = cells.rows(~cells.missing)
    found, places = distinct(pa.chunked_array([pa.array(cells.stripped, pa.string())]))
    codes = places[cells.codes]
    texts: list[str] = found.tolist()
    numeric = bool(cells.number[~cells.missing].all())
    order = sorted(np.unique(codes[present]).tolist(), key=lambda code: _rank(texts[code], numeric))
    classes = tuple(texts[code] for code in order)
    _check(classes, int(present.sum()), place)
    position = np.full(len(texts), -1, np.int64)
    position[order] = np.arange(len(order))
    return Target(y=position[codes[present]], classes=classes, present=present)


def _doubts(classes: Sequence[str]) -> Iterator[str]:
    alike: dict[str | float, list[str]] = {}
    for name in classes:
        alike.setdefault(_meant(name), []).append(name)
    twice = [" and ".join(names) for names in alike.values() if len(names) > 1]
    if twice:
        yield f"classes of their own are {list_first(twice)}; write labels alike that mean the same"
    gaps = [name for name in classes if name in MISSING_TEXTS]
    if gaps:
        yield f"classes of their own are {list_first(gaps)}; leave cells empty that have no label"


def _meant(label: str) -> str | float:
    try:
        return float(label)
    except ValueError:
        return label.casefold()


def _rank(text: str, numeric: bool) -> tuple[float, str]:
    return (float(text) if numeric else 0.0, text)


def _check(classes: tuple[str, ...], rows: int, place: str) -> None:
    if not rows:
        raise DataError(f"{place}: every label is missing; choose another column with --target")
    if len(classes) == 1:
        raise DataError(
            f"{place}: every row is of the one class {classes[0]}; choose another column with "
            "--target, or add rows of other classes"
        )
    if len(classes) > rows / 2:
        raise DataError(
            f"{place}: {len(classes):,} different labels in {rows:,} rows look like a measurement "
            "or an identifier, not like classes; choose another column with --target"
        )
