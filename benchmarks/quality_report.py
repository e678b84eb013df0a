"""Tables of `quality.py`, in Markdown, from its runs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["report"]

Run = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A way on a table after a budget, over all seeds.

    Attributes:
        runs: One a seed.
        losses: Log loss of every held-out row, the seeds one after another. A row that two seeds
            hold out counts as two, so that with several seeds errors are somewhat too small.
    """

    runs: tuple[Run, ...]
    losses: np.ndarray

    def mean(self, name: str) -> float:
        return float(np.mean([run[name] for run in self.runs]))

    def total(self, name: str) -> int:
        return sum(run[name] for run in self.runs)

    @property
    def accuracy(self) -> tuple[float, float]:
        means, errors = np.array([run["accuracy"] for run in self.runs]).T
        return float(means.mean()), float(np.sqrt((errors**2).sum()) / len(errors))

    def behind(self, best: "_Cell") -> tuple[float, float]:
        """Return the mean difference to the best way by rows, and its standard error."""
        return _mean_and_error(self.losses - best.losses)


@dataclass(frozen=True, slots=True)
class _Group:
    """The ways on a table after a budget, as far as they are there for all seeds."""

    table: str
    budget: float
    cells: dict[str, _Cell]

    @property
    def best(self) -> str:
        return min(self.cells, key=lambda way: float(self.cells[way].losses.mean()))

    @property
    def close(self) -> set[str]:
        """The ways within one paired standard error of the best, the best included."""
        best, found = self.cells[self.best], {self.best}
        for way, cell in self.cells.items():
            mean, error = cell.behind(best)
            found |= {way} if mean <= error else set()
        return found


def report(runs: Sequence[Run], ways: Sequence[str], seeds: Sequence[int]) -> str:
    """Return log losses by table and budget, how often each way is close to the best, and details.

    Args:
        runs: Those to compare.
        ways: In the order of the columns.
        seeds: A way counts on a table where it has a run for each.
    """
    groups = list(_groups(runs, ways, seeds))
    return "\n".join(
        [*_log_losses(groups, ways), "", _summary(groups, ways), "", *_details(groups)]
    )


def _groups(runs: Sequence[Run], ways: Sequence[str], seeds: Sequence[int]) -> Iterator[_Group]:
    found = {(run["table"], run["budget"], run["way"], run["seed"]): run for run in runs}
    for table, budget in dict.fromkeys(key[:2] for key in found):
        cells = {}
        for way in ways:
            of_seeds = [found.get((table, budget, way, seed)) for seed in seeds]
            there = tuple(run for run in of_seeds if run is not None)
            if len(there) == len(seeds):
                losses = np.concatenate([run["row_losses"] for run in there])
                cells[way] = _Cell(there, losses)
        if cells:
            yield _Group(table, budget, cells)


def _log_losses(groups: Sequence[_Group], ways: Sequence[str]) -> Iterator[str]:
    yield "Log loss of held-out rows; **best**, ≈ within one paired standard error of it:"
    yield ""
    yield f"| table, seconds | {' | '.join(ways)} |"
    yield "|---" * (len(ways) + 1) + "|"
    for group in groups:
        cells = (_marked(group, way) for way in ways)
        yield f"| {group.table}, {group.budget:g} | {' | '.join(cells)} |"


def _marked(group: _Group, way: str) -> str:
    if way not in group.cells:
        return "–"
    loss = f"{group.cells[way].losses.mean():.4f}"
    if way == group.best:
        return f"**{loss}**"
    return f"{loss} ≈" if way in group.close else loss


def _summary(groups: Sequence[_Group], ways: Sequence[str]) -> str:
    close = Counter(way for group in groups for way in group.close)
    there = Counter(way for group in groups for way in group.cells)
    counts = ", ".join(f"{way} {close[way]} of {there[way]}" for way in ways if there[way])
    return f"Best or within one standard error of the best: {counts}"


def _details(groups: Sequence[_Group]) -> Iterator[str]:
    yield (
        "| table | seconds | way | log loss | behind the best | accuracy | trials | completed "
        "| search, s | whole, s |"
    )
    yield "|---" * 10 + "|"
    for group in groups:
        best = group.cells[group.best]
        for way, cell in group.cells.items():
            yield (
                f"| {group.table} | {group.budget:g} | {way} "
                f"| {_shown(_mean_and_error(cell.losses))} "
                f"| {_shown(cell.behind(best))} | {_shown(cell.accuracy)} "
                f"| {cell.total('trials')} | {cell.total('completed')} "
                f"| {cell.mean('search_seconds'):.1f} | {cell.mean('whole_seconds'):.1f} |"
            )


def _mean_and_error(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def _shown(mean_and_error: tuple[float, float]) -> str:
    return "{:.4f} ± {:.4f}".format(*mean_and_error)
