"""How often studies that are alike are told apart: at most 5 % of comparisons should be.

    python benchmarks/studies.py                      # made values, then trees on noise
    python benchmarks/studies.py --made 2000 --trees 0

Made values: a row is hard or easy for all trials alike, and what a trial has of its own is noise.
A study picks the best of its trials, and two studies differ by their numbers of trials alone.
Trees on noise: each study is of randomised trees whose classes have nothing to do with their
features, judged by accuracy, of which chance is 0.5 whatever is chosen; it exports the best or an
ensemble, as a search does. Beside what the package says stands what the out-of-fold scores of what
is exported say as they are.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from tuner.analysis import NORMAL, OutOfBag, compare_studies, pick_trials
from tuner.analysis.bias_correction import evaluate_out_of_bag, make_procedure
from tuner.analysis.ensemble import make_ensemble
from tuner.analysis.ensemble_selection import Library, Scoring
from tuner.analysis.picking_rules import pick_best
from tuner.folds.split import make_split
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES, Truth

TRIALS = ((1, 100), (5, 100), (5, 20), (100, 100))  # of two studies


@dataclass(frozen=True, slots=True)
class Exported:
    """What a study exports.

    Attributes:
        plain: Its out-of-fold values as they are, shape `(rows,)`.
        corrected: What choosing it comes to on rows left out.
    """

    plain: np.ndarray
    corrected: OutOfBag


Pair = tuple[Exported, Exported]


def main() -> None:
    """Print a table of made values, and one of trees on noise."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--made", type=int, default=1000, help="comparisons of made values")
    parser.add_argument("--trees", type=int, default=200, help="comparisons of trees")
    parser.add_argument("--rows", default="100,1000", help="comma-separated")
    given = parser.parse_args()
    for what, pairs, comparisons in (
        ("made values", made, given.made),
        ("trees on noise", on_noise, given.trees),
    ):
        print(f"\n| {what}, rows | trials | as they are: told apart | gain | ", end="")
        print("corrected: told apart | gain |\n|---|---|---|---|---|---|")
        for rows, trials in product(map(int, given.rows.split(",")), TRIALS):
            if comparisons:
                print(report(rows, trials, pairs(trials, rows), comparisons), flush=True)


def report(rows: int, trials: tuple[int, int], pairs: Iterator[Pair], comparisons: int) -> str:
    """Return a line of a Markdown table.

    A gain is by how much the second study seems better, in standard errors of one trial's score.
    """
    told, gains = np.zeros(2), np.zeros(2)
    for _ in range(comparisons):
        first, second = next(pairs)
        told += told_apart_as_they_are(first, second), told_apart(first, second)
        error = first.plain.std(ddof=1) / np.sqrt(rows)
        gains += (
            np.array(
                [
                    first.plain.mean() - second.plain.mean(),
                    first.corrected.score - second.corrected.score,
                ]
            )
            / error
        )
    told, gains = told / comparisons, gains / comparisons
    return (
        f"| {rows:,} | {trials[0]} and {trials[1]} | {told[0]:.1%} | {gains[0]:+.2f} "
        f"| {told[1]:.1%} | {gains[1]:+.2f} |"
    )


def told_apart_as_they_are(first: Exported, second: Exported) -> bool:
    """Return what the paired out-of-fold values say, as if nothing had been chosen."""
    by_row = first.plain - second.plain
    error = by_row.std(ddof=1) / np.sqrt(len(by_row))
    return bool(abs(by_row.mean()) > NORMAL * error)


def told_apart(first: Exported, second: Exported) -> bool:
    """Return what the package says."""
    rows = np.arange(len(first.plain))
    split = make_split(np.array([], np.int64), [rows[rows % 5 == fold] for fold in range(5)])
    studies = {"a": first.corrected, "b": second.corrected}
    (found,) = compare_studies(studies, Truth(rows % 2), split, maximise=False)
    return found.told_apart


def made(trials: tuple[int, int], rows: int) -> Iterator[Pair]:
    """Yield pairs of studies whose values are made, without end."""
    rng = np.random.default_rng([rows, *trials])
    while True:
        hard = rng.normal(size=rows)
        yield (
            _picked(hard + rng.normal(size=(trials[0], rows))),
            _picked(hard + rng.normal(size=(trials[1], rows))),
        )


def _picked(losses: np.ndarray) -> Exported:
    parameters = np.ones(len(losses))
    best = make_procedure(pick_best, losses, parameters, losses)
    (plain,) = best(np.ones((losses.shape[1], 1)))
    return Exported(plain, evaluate_out_of_bag(best, losses.shape[1], seed=0))


def on_noise(trials: tuple[int, int], rows: int) -> Iterator[Pair]:
    """Yield pairs of searches of the same rows and folds, whose classes are noise, without end."""
    from honesty import problem_of

    seed = 0
    while True:
        rng = np.random.default_rng([seed, rows])
        x, y = rng.normal(size=(rows, 10)).astype(np.float32), rng.permutation(rows) % 2
        problem = problem_of(x, y, seed)
        yield _searched(problem, trials[0], 2 * seed), _searched(problem, trials[1], 2 * seed + 1)
        seed += 1


def _searched(problem: Problem, trials: int, seed: int) -> Exported:
    """Return what a search exports; wrong rows are its values, so that less is better."""
    from honesty import by_trees

    objective, y = OBJECTIVES["accuracy"], problem.y
    records, cluster_values = by_trees(problem, objective, trials, seed)
    values_of = {"accuracy": lambda p: objective.row_values(p, y)}
    scoring = Scoring(Truth(y), values_of, "accuracy", True)
    library = Library(
        records,
        cluster_values,
        probabilities=lambda trial: records[trial].result.probabilities,
        scoring=scoring,
    )
    selection = pick_trials(records, cluster_values, objective=objective, seed=0)
    ensemble, averaged = make_ensemble(library, best=selection.out_of_bag, seed=0)
    best = cluster_values[selection.best.trial]
    whole = objective.row_values(library.average(library.choose(np.ones((len(y), 1)))[:, 0]), y)
    gain = whole - best
    is_better = gain.mean() > gain.std(ddof=1) / np.sqrt(len(y))
    corrected = averaged if ensemble.better else selection.out_of_bag
    return Exported(1 - (whole if is_better else best), OutOfBag(1 - corrected.values))


if __name__ == "__main__":
    main()
