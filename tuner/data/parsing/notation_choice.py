"""How the numbers and dates of a text column are written, found from all of its cells."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.columns.feature_encoding import read_dates, read_numbers
from tuner.data.parsing.characters import VOCABULARY
from tuner.data.parsing.date_notations import DATE_NOTATIONS, DAY_FIRST
from tuner.data.parsing.number_notations import NOTATIONS
from tuner.data.parsing.text_column import Cells

__all__ = ["Written", "find_written"]

_SAMPLE = 4096  # texts that choose the notations to be tried on all

_Features: TypeAlias = dict[str, np.ndarray]
_Read: TypeAlias = Callable[[np.ndarray, str], _Features]


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """One way to read the cells of a text column.

    Args:
        kind: Whether they are numbers or dates.
        notation: How they are written; "" for plain numbers.
        features: What each distinct text means, by name, (texts,) float64, NaN where it has no
            meaning: a number, or the parts of a date.
        rival: A text that another notation reads as well, but otherwise; "" if there is none.
        short: A date whose year has two digits, and may stand first; "" if there is none.
    """

    kind: Literal["numeric", "date"]
    notation: str
    features: _Features
    rival: str = ""
    short: str = ""

    @classmethod
    def of_numbers(cls, cells: Cells, notation: str) -> "Written":
        """Read all cells as numbers; those of the notation "" are plain."""
        if not notation:
            return cls("numeric", notation, {"number": cells.numbers()})
        return cls("numeric", notation, _read_numbers(cells.stripped, notation))

    @property
    def values(self) -> np.ndarray:
        """The number or day of each text, (texts,) float64, NaN for none."""
        return _values(self.features)

    @property
    def readable(self) -> np.ndarray:
        """(texts,) bool, which texts are numbers or dates."""
        return ~np.isnan(self.values)

    def doubt(self, name: str) -> str:
        """Return a sentence about what a column's cells do not tell, "" if they tell all."""
        if not self.rival:
            return self.short and (
                f"column {name}: the year of {self.short} and the like is read as the last of the "
                "three numbers; write 2024-12-31 if that is wrong"
            )
        place = f"column {name}: {self.rival} and the like"
        if self.kind == "date":
            order = "day" if self.notation == DAY_FIRST else "month"
            return (
                f"{place} do not tell whether the day or the month comes first; they are read "
                f"{order} first, write 2024-12-31 if that is wrong"
            )
        separator = "decimal" if self.notation[5] in self.rival else "thousands"
        return (
            f"{place} do not tell whether {'a comma' if ',' in self.rival else 'a dot'} separates "
            f"thousands or the decimals; it is read as {separator}, write 1234.5 if that is wrong"
        )


def find_written(cells: Cells) -> Written:
    """Return the way to read a column that gives most of its rows a meaning.

    Plain numbers come first where ways read as many rows, then numbers in other notations, then
    dates, each in the order of its notations.
    """
    plain = Written.of_numbers(cells, "")
    counts = cells.count()
    return max([plain, *_others(cells)], key=lambda written: int(counts[written.readable].sum()))


def _others(cells: Cells) -> Iterator[Written]:
    looks = ~cells.empty & ~cells.placeholder & _look_alike(cells.stripped)
    if not looks.any():
        return
    texts = cells.stripped[looks]
    ways: Mapping[Literal["numeric", "date"], tuple[Sequence[str], _Read]] = {
        "numeric": (NOTATIONS, _read_numbers),
        "date": (DATE_NOTATIONS, read_dates),
    }
    for kind, (notations, read) in ways.items():
        found = _readings(texts, notations, read)
        if found:
            notation, rival = _decide(texts, found)
            features = {name: np.full(len(looks), np.nan) for name in found[notation]}
            for name, meant in found[notation].items():
                features[name][looks] = meant
            short = _short_year(texts) if notation == DAY_FIRST else ""
            yield Written(kind, notation, features, rival, short)


def _look_alike(texts: np.ndarray) -> np.ndarray:
    """Return which texts have a digit and nothing that no number or date has, (texts,) bool."""
    allowed = "".join(rf"\x{{{ord(character):X}}}" for character in VOCABULARY)
    pattern = f"^[{allowed}]*[0-9][{allowed}]*$"
    found = pc.match_substring_regex(pa.array(texts, pa.string()), pattern)
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)


def _readings(texts: np.ndarray, notations: Sequence[str], read: _Read) -> dict[str, _Features]:
    """Return what texts mean in the notations that read most of them, none where none reads any.

    A notation that reads all texts leaves no other to try but those that read some otherwise.
    """
    evenly = texts[:: max(1, len(texts) // _SAMPLE)]
    sample = {name: _values(read(evenly, name)) for name in notations}
    counts = {name: int(np.isfinite(values).sum()) for name, values in sample.items()}
    best = [name for name in notations if counts[name] == max(counts.values())]
    if not counts[best[0]]:
        return {}
    found = {best[0]: read(texts, best[0])}
    complete = bool(np.isfinite(_values(found[best[0]])).all())
    for name in best[1:]:
        dates = notations is DATE_NOTATIONS  # some few may differ in the order of day and month
        if dates or not complete or _differ(sample[name], sample[best[0]]).any():
            found[name] = read(texts, name)
    counts = {name: int(np.isfinite(_values(features)).sum()) for name, features in found.items()}
    return {name: found[name] for name in found if counts[name] == max(counts.values())}


def _decide(texts: np.ndarray, found: dict[str, _Features]) -> tuple[str, str]:
    """Choose among notations that read as many texts; return also a text that another reads so.

    Numbers that may have a decimal comma or separated thousands have separated ones, unless some
    number of four digits or more has none.
    """
    chosen = next(iter(found))
    differ = (_differ(_values(other), _values(found[chosen])) for other in found.values())
    different = next((mask for mask in differ if mask.any()), None)
    if different is None:
        return chosen, ""
    text = str(texts[int(np.argmax(different))])
    if chosen in NOTATIONS and _have_long_run(texts).any():
        chosen = next((name for name in found if name[5] in text), chosen)
    return chosen, text


def _short_year(texts: np.ndarray) -> str:
    """Return the first text without a run of four digits, "" if there is none."""
    short = np.flatnonzero(~_have_long_run(texts))
    return str(texts[short[0]]) if len(short) else ""


def _values(features: _Features) -> np.ndarray:
    return next(iter(features.values()))


def _differ(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray((one != other) & ~(np.isnan(one) & np.isnan(other)))


def _have_long_run(texts: np.ndarray) -> np.ndarray:
    """Return which texts have four digits or more in a row, (texts,) bool."""
    found = pc.match_substring_regex(pa.array(texts, pa.string()), "[0-9]{4}")
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)


def _read_numbers(texts: np.ndarray, notation: str) -> _Features:
    return {"number": read_numbers(texts, notation)}
