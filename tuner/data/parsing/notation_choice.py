"""The notation of the numbers or dates in a text column, chosen from all its texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.parsing.characters import VOCABULARY
from tuner.data.parsing.date_notations import DATE_NOTATIONS, DAY_FIRST
from tuner.data.parsing.number_notations import NUMBER_NOTATIONS, get_decimal_separator
from tuner.data.parsing.parse_by_notation import NUMBER, parse_texts
from tuner.data.parsing.text_column import TextColumn

__all__ = ["ParsedTexts", "choose_notation"]

_SAMPLE = 4096  # texts, from which the notations are chosen that are tried on all texts

_Features: TypeAlias = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class ParsedTexts:
    """The texts of a column, parsed in one notation.

    Attributes:
        column: The text column.
        notation: How its numbers or dates are written; "" for plain numbers.
        features: The features of each distinct text by name, shape `(texts,)`, float64; NaN if the
            text is not in the notation.
        ambiguous: A text that another notation reads differently; "" if there is none.
        short_date: A date whose year has two digits and might come first; "" if there is none.
    """

    column: TextColumn
    notation: str
    features: _Features
    ambiguous: str = ""
    short_date: str = ""

    @classmethod
    def from_numbers(cls, column: TextColumn, notation: str) -> "ParsedTexts":
        """Parse a column as numbers; the notation "" means plain numbers."""
        if not notation:
            return cls(column, notation, {NUMBER: column.parse_plain_numbers()})
        return cls(column, notation, parse_texts(column.stripped, notation))

    @property
    def kind(self) -> Literal["numeric", "date"]:
        """Whether the texts are numbers or dates."""
        return "date" if self.notation in DATE_NOTATIONS else "numeric"

    @property
    def values(self) -> np.ndarray:
        """The number or day of each text, shape `(texts,)`, float64; NaN if it has none."""
        return _get_values(self.features)

    @property
    def readable(self) -> np.ndarray:
        """Which texts are numbers or dates, shape `(texts,)`, bool."""
        return ~np.isnan(self.values)

    @property
    def unreadable(self) -> np.ndarray:
        """Which texts are neither numbers or dates nor missing, shape `(texts,)`, bool."""
        return ~(self.readable | self.column.empty | self.column.placeholder)

    def warn_about_ambiguity(self, name: str) -> str:
        """Return a warning if the cells of a column allow another notation, else ""."""
        if not self.ambiguous:
            return self.short_date and (
                f"column {name}: the year of {self.short_date} and similar cells is read as the "
                "last of the three numbers; write 2024-12-31 if that is wrong"
            )
        cells = f"column {name}: {self.ambiguous} and similar cells"
        if self.kind == "date":
            first = "day" if self.notation == DAY_FIRST else "month"
            return (
                f"{cells} do not show whether the day or the month comes first; they are read "
                f"{first} first, write 2024-12-31 if that is wrong"
            )
        separator = (
            "decimal" if get_decimal_separator(self.notation) in self.ambiguous else "thousands"
        )
        return (
            f"{cells} do not show whether {'a comma' if ',' in self.ambiguous else 'a dot'} "
            f"separates thousands or decimals; it is read as the {separator} separator, write "
            "1234.5 if that is wrong"
        )


def choose_notation(column: TextColumn) -> ParsedTexts:
    """Return a column's texts, parsed in the notation that reads most of its rows.

    If several read as many rows, plain numbers come first, then other numbers, then dates, each in
    the order of its notations.
    """
    counts = column.count_rows()
    parsed = [ParsedTexts.from_numbers(column, ""), *_parse_in_notations(column)]
    return max(parsed, key=lambda texts: int(counts[texts.readable].sum()))


def _parse_in_notations(column: TextColumn) -> Iterator[ParsedTexts]:
    """Yield the texts parsed in the best notation of numbers, and in the best one of dates."""
    candidate = ~column.empty & ~column.placeholder & _match_vocabulary(column.stripped)
    if not candidate.any():
        return
    texts = column.stripped[candidate]
    for notations in (NUMBER_NOTATIONS, DATE_NOTATIONS):
        best = _parse_in_best(texts, notations)
        if best:
            notation, ambiguous = _choose(texts, best)
            short_date = _find_short_date(texts) if notation == DAY_FIRST else ""
            features = {
                name: _scatter(values, candidate) for name, values in best[notation].items()
            }
            yield ParsedTexts(column, notation, features, ambiguous, short_date)


def _match_vocabulary(texts: np.ndarray) -> np.ndarray:
    """Return which texts have a digit and only characters of numbers and dates, `(texts,)` bool."""
    allowed = "".join(rf"\x{{{ord(character):X}}}" for character in VOCABULARY)
    return _match(texts, f"^[{allowed}]*[0-9][{allowed}]*$")


def _parse_in_best(texts: np.ndarray, notations: Sequence[str]) -> dict[str, _Features]:
    """Return the features in the notations that read most texts; empty if none reads any.

    A sample shows which notations to try. If one reads all texts, the others are tried only if they
    read some text of the sample differently.
    """
    sample = texts[:: max(1, len(texts) // _SAMPLE)]
    sampled = {name: _get_values(parse_texts(sample, name)) for name in notations}
    best = _keep_most_readable(sampled)
    if not best:
        return {}
    first = best[0]
    features = {first: parse_texts(texts, first)}
    complete = bool(np.isfinite(_get_values(features[first])).all())
    for name in best[1:]:
        # few dates may show the order of day and month, so that a sample can miss all of them
        dates = notations is DATE_NOTATIONS
        if dates or not complete or _find_differences(sampled[name], sampled[first]).any():
            features[name] = parse_texts(texts, name)
    values = {name: _get_values(found) for name, found in features.items()}
    return {name: features[name] for name in _keep_most_readable(values)}


def _keep_most_readable(values: Mapping[str, np.ndarray]) -> list[str]:
    """Return the notations that read most texts; empty if none reads any."""
    counts = {name: int(np.isfinite(numbers).sum()) for name, numbers in values.items()}
    most = max(counts.values())
    return [name for name, count in counts.items() if count == most and count]


def _choose(texts: np.ndarray, best: Mapping[str, _Features]) -> tuple[str, str]:
    """Choose among notations that read equally many texts.

    A separator of numbers that may be a decimal comma or separate thousands separates thousands,
    unless a number of four digits or more has none.

    Returns:
        The notation; a text that another one reads differently, "" if there is none.
    """
    chosen = next(iter(best))
    differences = (
        _find_differences(_get_values(other), _get_values(best[chosen])) for other in best.values()
    )
    different = next((mask for mask in differences if mask.any()), None)
    if different is None:
        return chosen, ""
    text = str(texts[int(np.argmax(different))])
    if chosen in NUMBER_NOTATIONS and _match_four_digits(texts).any():
        chosen = next((name for name in best if get_decimal_separator(name) in text), chosen)
    return chosen, text


def _find_short_date(texts: np.ndarray) -> str:
    """Return the first text without four digits in a row; "" if there is none."""
    short = np.flatnonzero(~_match_four_digits(texts))
    return str(texts[short[0]]) if len(short) else ""


def _get_values(features: _Features) -> np.ndarray:
    return next(iter(features.values()))


def _scatter(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return values where a mask is true, and NaN elsewhere, in the shape of the mask."""
    scattered = np.full(len(mask), np.nan)
    scattered[mask] = values
    return scattered


def _find_differences(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray((one != other) & ~(np.isnan(one) & np.isnan(other)))


def _match_four_digits(texts: np.ndarray) -> np.ndarray:
    return _match(texts, "[0-9]{4}")


def _match(texts: np.ndarray, pattern: str) -> np.ndarray:
    matches = pc.match_substring_regex(pa.array(texts, pa.string()), pattern)
    return np.asarray(matches.to_numpy(zero_copy_only=False), bool)
