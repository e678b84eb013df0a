"""Scores of what was chosen from many, free of the optimism of having chosen it.

Rows are drawn with replacement. What a choice by the drawn rows comes to on the rows that were left
out says what it is worth: the bootstrap bias-corrected cross-validation of Tsamardinos, Greasidou
and Borboudakis (2018, Machine Learning 107, algorithm 4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuner.analysis.picking_rules import Rule

__all__ = ["OutOfBag", "Procedure", "clip_interval", "evaluate_out_of_bag", "make_procedure"]

_SAMPLES = 200  # each row is left out of some 74 of them
_AT_ONCE = 50  # samples in one matrix product: 20 MB of counts for 50,000 rows
_PERCENTILES = (2.5, 97.5)

Procedure = Callable[[np.ndarray], np.ndarray]
"""Takes how often each row counts, `(rows, samples)`, to what it chooses by them.

The choice of each sample is told by its value of every row, `(samples, rows)`.
"""


@dataclass(frozen=True, eq=False)
class OutOfBag:
    """What a procedure chooses by drawn rows, on the rows that were left out.

    Of two procedures, or of one and of values that nothing was chosen by, the difference is as good
    a one: the samples of a seed and a number of rows are the same.

    Attributes:
        values: Of each sample's choice on each row, shape `(samples, rows)`; NaN where the sample
            drew the row.
    """

    values: np.ndarray

    @classmethod
    def from_values(cls, values: np.ndarray) -> OutOfBag:
        """Return values that nothing was chosen by, shape `(rows,)`, as they are."""
        return cls(values[np.newaxis])

    def __sub__(self, other: OutOfBag) -> OutOfBag:
        """Return the difference, paired by sample and row."""
        return OutOfBag(self.values - other.values)

    @cached_property
    def by_row(self) -> np.ndarray:
        """The mean over the samples that left a row out, shape `(rows,)`."""
        return np.asarray(np.nanmean(self.values, axis=0, dtype=np.float64))

    @property
    def score(self) -> float:
        """The mean over rows: the leave-one-out bootstrap (Efron and Tibshirani 1997, JASA 92)."""
        return float(self.by_row.mean())

    @cached_property
    def standard_error(self) -> float:
        """Of the score, over rows, by the variance of one choice's values.

        The means by row vary less than the values of any one choice, and rows share the choices
        that they are means of: by the variance of the means the error would be too small. Let
        trials be alike, with independent normal values of variance 1, and write a choice in
        Hermite polynomials of the trials' drawn means, those of degree d with the weight c_d,
        Σ c_d = 1. By Stein's identity the score's variance times the rows is Σ (1 + d) 2⁻ᵈ c_d.
        The variance of the means by row is Σ 2⁻ᵈ c_d; that of one choice's values, Σ c_d, is never
        too small (benchmarks/README.md).
        """
        within = np.nanvar(self.values, axis=0, dtype=np.float64).mean()
        return float(np.sqrt((self.by_row.var(ddof=1) + within) / len(self.by_row)))

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the score (Tsamardinos et al. 2018, section 4.2).

        The percentiles of the samples' scores. It is wide: left out are 37 % of the rows only.
        """
        scores = np.nanmean(self.values, axis=1, dtype=np.float64)
        low, high = np.percentile(scores, _PERCENTILES)
        return float(low), float(high)


def evaluate_out_of_bag(choose: Procedure, rows: int, *, seed: int) -> OutOfBag:
    """Let a procedure choose by drawn rows, and keep what it chose on the others.

    Args:
        choose: The procedure.
        rows: How many there are; two at least.
        seed: With it and the number of rows, the samples are the same, whatever chooses by them.
    """
    values = np.empty((_SAMPLES, rows), np.float32)
    for first, counts in zip(range(0, _SAMPLES, _AT_ONCE), _samples(rows, seed), strict=True):
        chosen = choose(counts)
        values[first : first + _AT_ONCE] = np.where(counts.T == 0, chosen, np.nan)
    return OutOfBag(values)


def make_procedure(
    rule: Rule, losses: np.ndarray, parameters: np.ndarray, values: np.ndarray
) -> Procedure:
    """Return what picks a trial by a rule.

    Args:
        rule: Picks a trial.
        losses: By which it picks, out of fold, shape `(trials, rows)`.
        parameters: Shape `(trials,)`.
        values: What the picked trial is judged by, shape `(trials, rows)`.
    """
    return lambda weights: values[rule(losses, weights, parameters)]


def clip_interval(low: float, high: float, *, maximise: bool) -> tuple[float, float]:
    """Return the part of an objective's interval that the objective can have.

    None is below 0, and those of which more is better are shares.

    >>> possible(0.93, 1.01, maximise=True), possible(-0.1, 1.2, maximise=False)
    ((0.93, 1.0), (0.0, 1.2))
    """
    return max(low, 0.0), min(high, 1.0) if maximise else high


def _samples(rows: int, seed: int) -> Iterator[np.ndarray]:
    """Yield how often each row was drawn in some bootstrap samples, shape `(rows, samples)`."""
    rng = np.random.default_rng([seed, rows])
    for _ in range(_SAMPLES // _AT_ONCE):
        counts = np.empty((rows, _AT_ONCE))
        for sample in range(_AT_ONCE):
            counts[:, sample] = _sample(rows, rng)
        yield counts


def _sample(rows: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each row was drawn, shape `(rows,)`; some row was not."""
    while True:
        drawn = np.bincount(rng.integers(rows, size=rows), minlength=rows)
        if not drawn.all():
            return drawn
        # of very few rows, all may be drawn: none is left to score
