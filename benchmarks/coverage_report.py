"""The report of `coverage.py`: coverage, bias and width of each cell."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

__all__ = ["Summary", "make_report", "summarise"]

_NORMAL = 1.959964
_TARGETS = {"cross_entropy": "loss", "accuracy": "accuracy"}


class Summary:
    """What the intervals of some draws come to.

    The true scores come from fresh rows, which are many, not all: an interval is widened by their
    error before it is asked whether it covers, and the errors of the scores are lessened by it.

    Attributes:
        draws: How many there are.
        coverage: The share of intervals that cover the true score.
        bias: The mean of score less true score, in standard deviations of that difference.
        bias_error: The standard error of `bias`.
        width: The mean width of the intervals, in times of ±1.96 standard deviations of the
            difference.
        least_width: The same for the least multiple of these intervals that covers 95 %.
        error: The mean standard error that the search states, in standard deviations of the
            difference.
    """

    def __init__(self, claims: Sequence[dict[str, Any]], truth: str = "true") -> None:
        score, error, low, high, true, true_error = (
            np.array([claim[name] for claim in claims])
            for name in ("score", "error", "low", "high", truth, "true_error")
        )
        self.draws = len(claims)
        differences = score - true
        spread = np.sqrt(max(differences.var(ddof=1) - np.mean(true_error**2), 1e-30))
        center, half = (low + high) / 2, (high - low) / 2
        widened = np.sqrt(half**2 + (_NORMAL * true_error) ** 2)
        beyond = np.abs(true - center) / widened
        self.coverage = float(np.mean(beyond <= 1))
        self.bias = float(differences.mean() / spread)
        self.bias_error = float(differences.std(ddof=1) / spread / np.sqrt(self.draws))
        self.width = float(half.mean() / (_NORMAL * spread))
        self.least_width = self.width * float(np.quantile(beyond, 0.95))
        self.error = float(error.mean() / spread)
        self.spread = float(spread)


def summarise(
    lines: Iterable[dict[str, Any]], truth: str = "true"
) -> dict[tuple[Any, ...], Summary]:
    """Return the summary of each cell, kind and objective."""
    claims = defaultdict(list)
    for line in lines:
        for claim in line["claims"]:
            key = (line["table"], line["rows"], line["variant"], claim["kind"], claim["objective"])
            claims[key].append(claim)
    return {key: Summary(own, truth) for key, own in claims.items() if len(own) > 2}


def make_report(lines: Iterable[dict[str, Any]]) -> list[str]:
    """Return the lines of a Markdown table."""
    head = "| table | rows | variant | kind | objective | draws | covered | bias | width | error |"
    report = [head, "|---" * 10 + "|"]
    for key, cell in summarise(lines).items():
        table, rows, variant, kind, objective = key
        report.append(
            f"| {table} | {rows:,} | {variant} | {kind} | {objective} | {cell.draws} "
            f"| {cell.coverage:.0%} | {cell.bias:+.2f} ± {cell.bias_error:.2f} "
            f"| {cell.width:.2f} | {cell.error:.2f} |"
        )
    return report
