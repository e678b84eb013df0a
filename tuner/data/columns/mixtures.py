"""Columns of numbers or dates of which some cells are something else."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuner.data.column_names import LONGEST_SHOWN, advise_missing, quote_names
from tuner.data.parsing.notation_choice import ParsedTexts
from tuner.data.readers.table import Table
from tuner.errors import DataError
from tuner.words import count_noun, list_first

__all__ = ["Mixture", "find_mixture", "make_mixture_error"]

_ADVISED = 5  # texts of a column that the advice has


@dataclass(frozen=True, slots=True)
class Mixture:
    """A column that holds numbers or dates, and other texts.

    Attributes:
        name: The column.
        fault: What is wrong with it, such as "it holds numbers such as 3, but 'x' in line 7".
        texts: The other texts, the most frequent first.
    """

    name: str
    fault: str
    texts: tuple[str, ...]


def find_mixture(table: Table, name: str, parsed: ParsedTexts) -> Mixture | None:
    """Return a column of measurements or dates some of whose cells are something else.

    A few numbers that repeat (2, 3, 4, 5more) are no measurements, but levels; None for them, and
    for a column most of whose cells are something else.
    """
    texts, readable, unreadable = parsed.column, parsed.readable, parsed.unreadable
    counts = texts.count_rows()
    count, others = int(counts[readable].sum()), int(counts[unreadable].sum())
    if count < others or not count:
        return None
    distinct = len(np.unique(parsed.values[readable]))
    if distinct <= 10 and not (count >= 4 and distinct > count / 2):
        return None
    met: Counter[str] = Counter()
    for text, rows in zip(texts.stripped[unreadable], counts[unreadable], strict=True):
        met[text] += int(rows)
    example, other = int(np.argmax(readable)), int(np.argmax(unreadable))
    more = f" and {count_noun(others - 1, 'more cell')}" if others > 1 else ""
    fault = (
        f"it holds {'numbers' if parsed.kind == 'numeric' else 'dates'} such as "
        f"{texts.stripped[example]}, but {_show(texts.texts[other])} in "
        f"{table.locate_row(texts.find_row(other))}{more}"
    )
    return Mixture(name, fault, tuple(text for text, _ in met.most_common()))


def make_mixture_error(
    table: Table, mixtures: Sequence[Mixture], missing_texts: Sequence[str]
) -> DataError:
    """Return the error that refuses all mixtures of a table at once.

    Args:
        table: The table.
        mixtures: At least one.
        missing_texts: The texts that mean a missing value already, which the advice has, too.
    """
    first, *others = mixtures
    also = (
        f"; likewise {'column' if len(others) == 1 else 'columns'} "
        f"{list_first([f'{each.name} ({_show(each.texts[0])})' for each in others])}"
        if others
        else ""
    )
    names = quote_names(*(each.name for each in mixtures))
    cells = "the cells" if others or len(first.texts) > 1 else "the cell"
    return table.make_error(
        first.name,
        f"{first.fault}{also}; {_advise_missing(mixtures, missing_texts)}fix {cells}, or give "
        f"--categorical {names} or --ignore {names}",
    )


def _advise_missing(mixtures: Sequence[Mixture], missing_texts: Sequence[str]) -> str:
    """Return how to say that the texts of mixtures mean a missing value, if few do."""
    met = dict.fromkeys(text for each in mixtures for text in each.texts)
    first = [
        text for each in mixtures for text in each.texts[:_ADVISED] if len(text) <= LONGEST_SHOWN
    ]
    advised = dict.fromkeys(first)
    if not advised:
        return ""
    which = "that means" if len(met) == 1 else "these mean"
    rest = len(met) - len(advised)
    more = f" and {count_noun(rest, 'more text')}" if rest else ""
    advice = advise_missing(*dict.fromkeys([*missing_texts, *advised]))
    return f"if {which} a missing value, give {advice}{more}; otherwise " if advice else ""


def _show(text: str) -> str:
    return repr(text) if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]!r}…"
