"""Tables of `tabular.py`, in Markdown, from its results."""

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["LEAST", "report"]

LEAST = {"error": 0.002, "cross_entropy": 0.005}
"""Smaller values count as these: a table with nearly no errors should not decide a mean."""

_PARTS = {
    "realmlp": {"error": "realmlp_smoothed", "cross_entropy": "realmlp"},
}
"""Methods that are trained in one way for the error, and in another for the cross-entropy."""

Result = dict[str, Any]


def report(results: Sequence[Result], first: str) -> str:
    """Return ratios and ranks of a method beside each other one, and the values of each table.

    A ratio is of the tables that both methods have; what failed, and is not in it, is named.

    Args:
        results: One of each method, table and seed.
        first: The method that the others are compared with.
    """
    methods = sorted({result["method"] for result in results})
    shown = [name for name in methods if name != "realmlp_smoothed"]
    shown = [first] * (first in shown) + [name for name in shown if name != first]
    lines: list[str] = []
    for metric in LEAST:
        values = _values(results, metric, shown)
        lines += [f"## {metric}", "", *_ratios(values, first, shown, metric), ""]
        lines += [*_each_table(values, shown), ""]
    return "\n".join([*lines, *_costs(results, methods), *_failures(results)])


def _values(
    results: Sequence[Result], metric: str, methods: Sequence[str]
) -> dict[tuple[str, int], dict[str, float]]:
    """Return the value of each method by table and seed, as far as it is there."""
    found: dict[tuple[str, int], dict[str, float]] = {}
    for method in methods:
        source = _PARTS.get(method, {}).get(metric, method)
        for result in results:
            if result["method"] == source and result.get(metric) is not None:
                place = found.setdefault((result["table"], result["seed"]), {})
                place[method] = max(result[metric], LEAST[metric])
    return found


def _ratios(
    values: dict[tuple[str, int], dict[str, float]], first: str, methods: Sequence[str], metric: str
) -> list[str]:
    """Return lines: the geometric mean, over tables, of the first method's value over another's."""
    lines = [f"| {first} against | ratio of {metric} | tables | better on | mean ranks |"]
    lines += ["|---|---|---|---|---|"]
    for other in methods:
        logs: dict[str, list[float]] = {}
        for (table, _), row in values.items():
            if first in row and other in row:
                logs.setdefault(table, []).append(float(np.log(row[first] / row[other])))
        if other == first or not logs:
            continue
        means = np.array([np.mean(each) for each in logs.values()])
        ratio = np.exp(means.mean())
        ranks = _mean_ranks(values, first, other)
        lines.append(
            f"| {other} | {ratio:.3f} | {len(means)} | {(means < 0).sum()} "
            f"| {ranks[0]:.2f}, {ranks[1]:.2f} |"
        )
    shared = [row for row in values.values() if all(method in row for method in methods)]
    if shared:
        ranks = np.mean([_ranks([row[m] for m in methods]) for row in shared], axis=0)
        text = ", ".join(f"{m} {r:.2f}" for m, r in zip(methods, ranks, strict=True))
        lines += ["", f"Mean ranks where all are there ({len(shared)} splits): {text}"]
    return lines


def _mean_ranks(
    values: dict[tuple[str, int], dict[str, float]], first: str, other: str
) -> tuple[float, float]:
    pairs = [
        _ranks([row[first], row[other]]) for row in values.values() if {first, other} <= {*row}
    ]
    one, two = np.mean(pairs, axis=0)
    return float(one), float(two)


def _ranks(row: Sequence[float]) -> np.ndarray:
    from scipy.stats import rankdata

    return np.asarray(rankdata(row))


def _each_table(
    values: dict[tuple[str, int], dict[str, float]], methods: Sequence[str]
) -> list[str]:
    """Return lines: each method's mean over the seeds that it has, by table."""
    lines = ["| table | " + " | ".join(methods) + " |", "|---" * (len(methods) + 1) + "|"]
    for table in sorted({table for table, _ in values}):
        cells = []
        for method in methods:
            found = [row[method] for (t, _), row in values.items() if t == table and method in row]
            cells.append(f"{np.mean(found):.4f} ({len(found)})" if found else "")
        lines.append(f"| {table} | " + " | ".join(cells) + " |")
    return lines


def _costs(results: Sequence[Result], methods: Sequence[str]) -> list[str]:
    lines = ["| method | results | mean seconds | mean CPU seconds |", "|---|---|---|---|"]
    for method in methods:
        found = [r for r in results if r["method"] == method and r.get("error") is not None]
        if found:
            wall, cpu = (np.mean([r[name] for r in found]) for name in ("wall", "cpu"))
            lines.append(f"| {method} | {len(found)} | {wall:.0f} | {cpu:.0f} |")
    return lines


def _failures(results: Sequence[Result]) -> list[str]:
    """Return a line for each method, table and seed without a result."""
    latest = {(r["method"], r["table"], r["seed"]): r for r in results}
    lines = []
    for (method, table, seed), result in sorted(latest.items()):
        if result.get("error") is None:
            last = (str(result.get("failed", "")).strip().splitlines() or ["it said nothing"])[-1]
            lines.append(f"- failed: {method} on {table}, seed {seed}: {last}")
    return ["", *lines] if lines else []
