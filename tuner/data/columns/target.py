"""The classes to predict, read from a column of labels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tuner.data.column_names import quote_names
from tuner.data.columns.text_forms import say_merged, unify_forms
from tuner.data.parsing.plain_numbers import MISSING_TEXTS, convert_to_texts
from tuner.data.parsing.text_column import TextColumn
from tuner.errors import DataError
from tuner.words import fold_look, list_counts, list_first, show_alike

__all__ = ["Target", "read_target"]

_EXACT = 2.0**53  # from which float64 makes different whole numbers equal


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The class of each row.

    Attributes:
        y: The class of each row that has a label, shape `(labelled rows,)`, int64.
        classes: The labels, in the order that is asked for; otherwise numbers in numeric order,
            other texts in alphabetical order.
        present: Which rows have a label that is used, shape `(rows,)`, bool.
        merged: The groups of labels that differ by their form in Unicode alone and are one class.
        left_out: The rows of each class that is left out, because it has too few.
        pooled: The rows of each class that is one with others in the last of `classes`.
    """

    y: np.ndarray
    classes: tuple[str, ...]
    present: np.ndarray
    merged: tuple[tuple[str, ...], ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    pooled: Mapping[str, int] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about rows without a label, and about labels that may mean something else."""
        missing = int((~self.present).sum()) - sum(self.left_out.values())
        left_out = (
            f"{missing:,} {'row has' if missing == 1 else 'rows have'} no target and "
            f"{'is' if missing == 1 else 'are'} left out",
        )
        return (
            *(left_out if missing else ()),
            *_warn_about_rare_classes(self),
            *self._warn_about_forms(),
            *_warn_about_labels((*self.classes, *self.left_out, *self.pooled)),
        )

    def _warn_about_forms(self) -> Iterator[str]:
        if self.merged:
            yield f"labels {say_merged(self.merged)} only, and count as one class"


def read_target(
    labels: Any, place: str, order: Sequence[str] = (), *, merge_forms: bool = True
) -> Target:
    """Read a pyarrow column of texts or numbers as classes, without surrounding blanks.

    Args:
        labels: The label of each row.
        place: The column's name in errors: "data file my.csv, target class".
        order: Classes that come before all others, in this order.
        merge_forms: Whether labels that differ by their form in Unicode alone are one class.

    Raises:
        DataError: There are fewer than two classes, or more than one for every two rows.
    """
    texts = TextColumn.from_arrow(convert_to_texts(labels))
    present = texts.expand(~texts.missing)
    stripped, indices = texts.index_stripped()
    unified, merged = unify_forms(stripped) if merge_forms else (stripped, ())
    if merged:
        unified, places = np.unique(unified, return_inverse=True)
        indices = places[indices]
    names: list[str] = unified.tolist()
    numeric = bool(texts.plain[~texts.missing].all())
    used = np.unique(indices[present]).tolist()
    ranks = {name: rank for rank, name in enumerate(order)}
    ordered = sorted(
        used,
        key=lambda index: (
            ranks.get(names[index], len(ranks)),
            *_make_sort_key(names[index], numeric),
        ),
    )
    classes = tuple(names[index] for index in ordered)
    _check_classes(classes, int(present.sum()), place)
    class_of_name = np.full(len(names), -1, np.int64)
    class_of_name[ordered] = np.arange(len(ordered))
    return Target(
        y=class_of_name[indices[present]], classes=classes, present=present, merged=merged
    )


def _make_sort_key(name: str, numeric: bool) -> tuple[float, str]:
    return (float(name) if numeric else 0.0, name)


def _warn_about_labels(classes: Sequence[str]) -> Iterator[str]:
    alike: dict[str | float, list[str]] = {}
    for name in classes:
        alike.setdefault(_fold_label(name), []).append(name)
    similar = [" and ".join(show_alike(names)) for names in alike.values() if len(names) > 1]
    if similar:
        yield (
            f"{list_first(similar)} are different classes; write labels alike that mean the same"
        )
    placeholders = [name for name in classes if name in MISSING_TEXTS]
    if placeholders:
        which = "is a class" if len(placeholders) == 1 else "are classes"
        remedy = f"or give --missing {quote_names(*placeholders)}"
        yield (
            f"{list_first(placeholders)} {which}; leave cells empty that have no label, {remedy}"
        )


def _warn_about_rare_classes(target: Target) -> Iterator[str]:
    """Warn if rare classes were left out or pooled."""
    rare = target.left_out or target.pooled
    if not rare:
        return
    one, listed = len(rare) == 1, list_counts(rare)
    subject = f"{len(rare):,} {'class has' if one else 'classes have'} too few rows for the folds"
    if target.pooled:
        yield f"{subject} and count as the class {target.classes[-1]}: {listed}"
        return
    it = "it" if one else "them"
    fewer = ", give fewer --folds" if max(rare.values()) > 2 else ""
    more = "" if one else ", or make one class of them with --rare-classes pool"
    yield (
        f"{subject} and {'is' if one else 'are'} left out, so that the model does not know {it}: "
        f"{listed}; gather more rows of {it}{fewer}{more}"
    )


def _fold_label(label: str) -> str | float:
    try:
        number = float(label)
    except ValueError:
        return fold_look(label)
    return number if abs(number) < _EXACT else label


def _check_classes(classes: tuple[str, ...], rows: int, place: str) -> None:
    if not rows:
        raise DataError(f"{place}: every label is missing; choose another column with --target")
    if len(classes) == 1:
        raise DataError(
            f"{place}: every row has the class {classes[0]}; choose another column with "
            "--target, or add rows of other classes"
        )
    if len(classes) > rows / 2:
        raise DataError(
            f"{place}: {len(classes):,} different labels in {rows:,} rows look like a measurement "
            "or an identifier, not like classes; choose another column with --target, or gather "
            "more rows of each class"
        )
