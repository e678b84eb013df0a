"""The report of `coverage.py`: coverage, bias and width of the intervals of many draws."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Summary", "make_report", "summarise"]

_NORMAL = 1.959964
_LEAST = 8  # draws of a line

Line = dict[str, Any]
Luck = Callable[[str, int, int, str], float]
"""Takes table, rows, draw and objective to how much the drawn rows are above the mean."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What the intervals of some draws come to.

    The true scores come from fresh rows, which are many, not all: the interval is widened by their
    error. Everything is counted in standard errors, half the width over 1.96, so that draws of
    several tables can be taken together. Draws of many of a table's rows overlap, which
    `bias_error` does not know: it is a little too small there.

    Attributes:
        draws: How many there are.
        coverage: The share of intervals that cover the true score.
        bias: The mean of score less true score. If it is known how easy the drawn rows are, what
            a line fitted to that explains is taken off, which leaves less chance in it.
        bias_error: The standard error of `bias`.
        width: The width, in times of the least multiple of these intervals that covers 95 %.
        spread: The standard deviation of score less true score.
    """

    draws: int
    coverage: float
    bias: float
    bias_error: float
    width: float
    spread: float


def summarise(claims: Sequence[Line], luck: Sequence[float] | None = None) -> Summary:
    """Return the summary of some claims.

    Args:
        claims: Claims about scores of one direction.
        luck: How much the rows of each draw are above the mean of all rows.
    """
    score, low, high, true, true_error = (
        np.array([claim[name] for claim in claims])
        for name in ("score", "low", "high", "true", "true_error")
    )
    # the end of an interval that is cut off at 0 or 1 does not tell its width
    half = np.maximum(high - score, score - low)
    error = np.hypot(half / _NORMAL, true_error)
    stated = error > 0  # a plain score of 1 states none, and covers nothing but itself
    differences = (score - true)[stated] / error[stated]
    design = np.ones((len(differences), 1))
    if luck is not None:
        design = np.column_stack([design, np.array(luck)[stated] / error[stated]])
    effects, *_ = np.linalg.lstsq(design, differences, rcond=None)
    rest = differences - design @ effects
    variance = rest @ rest / (len(differences) - design.shape[1])
    inverse = np.linalg.pinv(design.T @ design)
    beyond = np.where(score == true, 0.0, np.finfo(np.float64).max)
    beyond[stated] = np.abs(differences) / _NORMAL
    return Summary(
        draws=len(claims),
        coverage=float(np.mean(beyond <= 1)),
        bias=float(effects[0]),
        bias_error=float(np.sqrt(variance * inverse[0, 0])),
        width=float(1 / np.quantile(beyond, 0.95)),
        spread=float(differences.std(ddof=1)),
    )


def make_report(lines: Iterable[Line], luck: Luck | None = None) -> list[str]:
    """Return Markdown tables: of all tables together, of each, and of each objective.

    Args:
        lines: The draws.
        luck: How easy the rows of a draw are; None if unknown.
    """
    lines = list(lines)
    loss = [(line, claim) for line, claim in _list_claims(lines) if _is_loss(claim)]
    others = [(line, claim) for line, claim in _list_claims(lines) if not _is_loss(claim)]
    return [
        *_tabulate(loss, ("rows", "variant", "kind"), luck),
        "",
        *_tabulate(loss, ("table", "rows", "variant", "kind"), luck),
        "",
        *_tabulate(others, ("objective", "rows", "kind"), luck),
    ]


def _list_claims(lines: Sequence[Line]) -> Iterable[tuple[Line, Line]]:
    return ((line, claim) for line in lines for claim in line["claims"])


def _is_loss(claim: Line) -> bool:
    return claim["objective"] == "cross_entropy"


def _tabulate(
    pairs: Iterable[tuple[Line, Line]], names: Sequence[str], luck: Luck | None
) -> list[str]:
    """Return a table with a line for each combination of some fields."""
    cells = defaultdict(list)
    for line, claim in pairs:
        cells[tuple({**line, **claim}[name] for name in names)].append((line, claim))
    head = [*names, "draws", "covered", "bias", "width", "spread"]
    report = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for key, own in sorted(cells.items()):
        if len(own) < _LEAST:
            continue
        known = luck and [
            luck(line["table"], line["rows"], line["draw"], claim["objective"])
            for line, claim in own
        ]
        cell = summarise([claim for _, claim in own], known)
        figures = [
            str(cell.draws),
            f"{cell.coverage:.0%}",
            f"{cell.bias:+.2f} ± {cell.bias_error:.2f}",
            f"{cell.width:.2f}",
            f"{cell.spread:.2f}",
        ]
        report.append(f"| {' | '.join([*map(str, key), *figures])} |")
    return report
