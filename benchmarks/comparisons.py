"""How often settings that are all alike are told apart: at most 5 % of comparisons should be.

    python benchmarks/comparisons.py                    # made scores, then small classifiers
    python benchmarks/comparisons.py --comparisons 2000

Made scores: those of two folds of a trial have the correlation that Nadeau and Bengio suppose,
since their training rows overlap, and trials differ by luck, as by a learning rate that was drawn:
by none, as much as a trial's folds say, or ten times as much. Small classifiers: randomised trees
on random folds of random tables, that differ by their seeds alone, or by their depths too, which
are drawn alike for all settings.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np

from tuner.analysis.setting_comparison import compare_settings, group_by_hyperparameter
from tuner.analysis.significance import adjust_by_holm, estimate_fold_variance, run_t_test
from tuner.folds import Split, Splitter
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES
from tuner.study import TrialRecord
from tuner.training import TrialResult
from tuner.training.result import compute_scores

# How trials differ by what was drawn for them; as losses, so that the best are the least.
LUCK: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda rng, count: rng.normal(size=count),
    "few are bad": lambda rng, count: rng.exponential(size=count),
    "a range about its best value": lambda rng, count: 3 * rng.uniform(-1, 1, size=count) ** 2,
    "most are bad": lambda rng, count: np.exp(1.5 * rng.normal(size=count)),
}
Family = tuple[list[TrialRecord], dict[int, np.ndarray], Split]


def main() -> None:
    """Print a table of made scores, and one of small classifiers."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--comparisons", type=int, default=500, help="of each kind")
    given = parser.parse_args()
    print("| trials differ by | luck | by folds alone | told apart, mean | most | of |")
    print("|---|---|---|---|---|---|")
    for shape, size in [("normal", 0.0), *product(LUCK, (1.0, 10.0))]:
        found = {
            kind: rates(made(kind, shape, size), given.comparisons)
            for kind in product((2, 3, 5), (1, 2, 4, 10), (2, 5, 10))
            if kind[1] > 1 or not size  # of one trial a setting, its luck cannot be known
        }
        worst = max(found, key=lambda kind: found[kind][0])
        settings, trials, folds = worst
        mean, by_folds = np.mean(list(found.values()), axis=0)
        print(
            f"| {shape if size else 'nothing'} | {size:g} | {by_folds:.1%} | {mean:.1%} "
            f"| {found[worst][0]:.1%} | {settings} settings × {trials} trials, {folds} folds |",
            flush=True,
        )
    print("\n| classifiers differ by | settings × trials | folds | by folds alone | told apart |")
    print("|---|---|---|---|---|")
    kinds = ((3, 1, 5), (3, 1, 2), (2, 3, 5), (4, 3, 5), (3, 5, 3), (3, 4, 2))
    for by_depth, kind in product((False, True), kinds):
        if by_depth and kind[1] == 1:
            continue
        share, by_folds = rates(trained(kind, by_depth=by_depth), given.comparisons)
        what = "depth and seed" if by_depth else "seed"
        print(
            f"| {what} | {kind[0]} × {kind[1]} | {kind[2]} | {by_folds:.1%} | {share:.1%} |",
            flush=True,
        )


def rates(families: Iterator[Family], count: int) -> tuple[float, float]:
    """Return the share of comparisons that tell any two settings apart.

    Returns:
        The package's, and that of the corrected test over folds alone.
    """
    found = by_folds = 0
    for _ in range(count):
        records, cluster_values, split = next(families)
        compared = compare_settings(
            records,
            cluster_values,
            get_setting=group_by_hyperparameter("setting"),
            split=split,
            maximise=False,
        )
        found += any(pair.told_apart for pair in compared.pairs)
        best = [records[each.trial] for each in compared.settings if each.trial is not None]
        by_folds += _told_apart_by_folds(best, split)
    return found / count, by_folds / count


def _told_apart_by_folds(best: Sequence[TrialRecord], split: Split) -> bool:
    fold = split.folds[0]
    p = []
    for first, second in combinations(best, 2):
        differences = np.subtract(first.result.fold_scores, second.result.fold_scores)
        variance = estimate_fold_variance(differences, len(fold.validation) / len(fold.train))
        p.append(run_t_test(float(differences.mean()), variance).p)
    return min(adjust_by_holm(p)) <= 0.05


def made(kind: tuple[int, int, int], shape: str, size: float, seed: int = 0) -> Iterator[Family]:
    """Yield families of made scores, without end.

    Args:
        kind: Settings, trials of each, folds.
        shape: A key of `LUCK`.
        size: How much trials differ, beside one fold's noise of 1.
        seed: Of all that is drawn.
    """
    settings, trials, folds = kind
    rng = np.random.default_rng(seed)
    rows = np.arange(10 * folds)
    split = Splitter(folds, 0.0, 0).split(rows % 2, classes=["a", "b"])
    nothing = np.zeros(len(rows))  # folds alone say how sure a difference is
    while True:
        count = settings * trials
        common = rng.normal(size=(count, 1)) / np.sqrt(folds)
        own = rng.normal(size=(count, folds)) * np.sqrt(1 - 1 / folds)
        scores = common + own + size * LUCK[shape](rng, count)[:, None]
        records = [
            _record(number, settings, score=float(each.mean()), fold_scores=tuple(each))
            for number, each in enumerate(scores)
        ]
        yield records, dict.fromkeys(range(count), nothing), split


def trained(kind: tuple[int, int, int], *, by_depth: bool, seed: int = 0) -> Iterator[Family]:
    """Yield families of small classifiers, without end; each has a table and folds of its own.

    Args:
        kind: Settings, trials of each, folds.
        by_depth: Whether the depths of the trees are drawn as well.
        seed: Of all that is drawn.
    """
    from sklearn.datasets import make_classification
    from sklearn.tree import ExtraTreeClassifier

    settings, trials, folds = kind
    rng = np.random.default_rng(seed)
    objective = OBJECTIVES["cross_entropy"]
    while True:
        number = int(rng.integers(2**31))
        x, y = make_classification(120, 6, flip_y=0.2, random_state=number)
        split = Splitter(folds, 0.0, number).split(y, classes=["a", "b"])
        problem, records, cluster_values = Problem(x, y, split.folds), [], {}
        for trial in range(settings * trials):
            depth = int(rng.integers(1, 9)) if by_depth else 3
            tree = ExtraTreeClassifier(max_depth=depth, random_state=int(rng.integers(2**31)))
            probabilities = out_of_fold(tree, problem)
            probabilities = 0.9 * probabilities + 0.1 / probabilities.shape[1]  # never certain
            scores = compute_scores(probabilities, problem, objective)
            records.append(_record(trial, settings, **scores))
            cluster_values[trial] = objective.row_values(probabilities, y)
        yield records, cluster_values, split


def out_of_fold(estimator: Any, problem: Problem) -> np.ndarray:
    """Return each row's probabilities by the fold that held it out, `(rows, classes)`."""
    predicted: Sequence[np.ndarray] = [
        estimator.fit(problem.x[fold.train], problem.y[fold.train]).predict_proba(
            problem.x[fold.validation]
        )
        for fold in problem.folds
    ]
    return problem.order_by_row(predicted)


def _record(trial: int, settings: int, **scores: Any) -> TrialRecord:
    result = TrialResult(trial, "completed", parameters=1, **scores)
    return TrialRecord(trial, {"setting": trial % settings}, {}, result)


if __name__ == "__main__":
    main()
