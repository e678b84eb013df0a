"""How often settings that are all alike are told apart: at most 5 % of comparisons should be.

    python benchmarks/comparisons.py                    # made scores, then small classifiers
    python benchmarks/comparisons.py --comparisons 2000
    python benchmarks/comparisons.py --behind 3         # made scores, one setting is worse
    python benchmarks/comparisons.py --labels           # what all settings of a draw share
    python benchmarks/comparisons.py --exhausted        # settings without untried configurations

Made scores: those of two folds of a trial have the correlation that Nadeau and Bengio suppose,
since their training rows overlap, and trials differ by luck, as by a learning rate that was drawn:
by none, as much as a trial's folds say, or ten times as much. Luck has many shapes: some draws are
bad, most are, a network trains or does not, settings differ in how much they vary, or draws are
shared by all settings; and the worse trials may be pruned. Small classifiers: randomised trees
on random folds of random tables, that differ by their seeds alone, or by their depths too, which
are drawn alike for all settings.

Labels: of what all settings of a draw share, such as a learning rate in a search that compares
depths, two values without effect. By trials each trial counts; by draws the best of each draw does,
as in a report's answers.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np

from tuner.analysis.answers.draws import choose_best_of_draws
from tuner.analysis.setting_comparison import compare_settings, make_value_getter
from tuner.analysis.significance import adjust_by_holm, estimate_fold_variance, run_t_test
from tuner.folds import Split, Splitter
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES, find_objective
from tuner.study import TrialRecord
from tuner.training import TrialResult
from tuner.training.result import compute_scores

Family = tuple[list[TrialRecord], dict[int, np.ndarray], Split]
Luck = Callable[[np.random.Generator, int, int], np.ndarray]

_FOLD_ROWS = 10
_FAILED = 6.0  # how far behind a network is that did not train


def _vary(draw: Callable[[np.random.Generator, tuple[int, int]], np.ndarray]) -> Luck:
    return lambda rng, draws, settings: draw(rng, (draws, settings))


def _train_or_not(chance: float) -> Luck:
    return _vary(lambda rng, shape: np.where(rng.random(shape) < chance, 0.0, _FAILED))


def _differ_in_spread(rng: np.random.Generator, draws: int, settings: int) -> np.ndarray:
    """Spreads from 1 to 4, and the same expected best of all draws."""
    spread = np.geomspace(1, 4, settings)
    return spread * (rng.exponential(size=(draws, settings)) - 1 / draws)


def _share(rng: np.random.Generator, draws: int, settings: int) -> np.ndarray:
    """Draws that suit all settings alike, or none; little of a setting's own."""
    own = 0.1 * rng.normal(size=(draws, settings))
    return 3 * rng.uniform(-1, 1, size=(draws, 1)) ** 2 + own


# How trials differ by what was drawn for them; as losses, so that the best are the least.
LUCK: dict[str, Luck] = {
    "normal": _vary(lambda rng, shape: rng.normal(size=shape)),
    "few are bad": _vary(lambda rng, shape: rng.exponential(size=shape)),
    "a range about its best value": _vary(lambda rng, shape: 3 * rng.uniform(-1, 1, shape) ** 2),
    "most are bad": _vary(lambda rng, shape: np.exp(1.5 * rng.normal(size=shape))),
    "one in four trains": _train_or_not(0.25),
    "half train": _train_or_not(0.5),
    "unequal spread": _differ_in_spread,
    "shared by a round": _share,
}
PRUNED = {"few are bad, the worse half pruned": "few are bad"}


def main() -> None:
    """Print a table of made scores, and one of small classifiers."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--comparisons", type=int, default=500, help="of each kind")
    parser.add_argument("--behind", type=float, default=0.0, help="how much worse one setting is")
    parser.add_argument("--labels", action="store_true", help="what all settings of a draw share")
    parser.add_argument("--exhausted", action="store_true", help="nothing is left to try")
    given = parser.parse_args()
    if given.exhausted:
        print_exhausted(given.comparisons)
        return
    if given.labels:
        print_labels(given.comparisons)
        return
    print("| trials differ by | luck | by folds alone | told apart, mean | most | of |")
    print("|---|---|---|---|---|---|")
    for shape, size in [("normal", 0.0), *product((*LUCK, *PRUNED), (1.0, 10.0))]:
        found = {
            kind: rates(made(kind, shape, size, behind=given.behind), given.comparisons)
            for kind in product((2, 3, 7), (1, 2, 4, 8, 16), (2, 5))
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
    if given.behind:
        return
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


def print_exhausted(comparisons: int) -> None:
    """Print how often settings are told apart of which all configurations were tried."""
    print("\n| all were tried | settings × trials | folds | told apart |\n|---|---|---|---|")
    kinds = [*product((2, 3, 7), (1, 2, 4), (2, 5))]
    families = [("made scores", kind, made(kind, "normal", 0.0)) for kind in kinds]
    kinds = [(3, 1, 5), (3, 1, 2), (3, 2, 5), (7, 1, 5)]
    families += [("classifiers", kind, trained(kind, by_depth=False)) for kind in kinds]
    for what, (settings, trials, folds), each in families:
        share, _ = rates(each, comparisons, exhausted=True)
        print(f"| {what} | {settings} × {trials} | {folds} | {share:.1%} |", flush=True)


def print_labels(comparisons: int) -> None:
    """Print how often two values without effect, each drawn for whole rounds, are told apart."""
    print("| trials differ by | told apart by trials | by draws |")
    print("|---|---|---|")
    for shape in LUCK:
        found = [
            rates_of_labels(made(kind, shape, 10.0), comparisons)
            for kind in product((3, 7), (6, 8, 16), (5,))
        ]
        by_trials, by_draws = np.mean(found, axis=0)
        print(f"| {shape} | {by_trials:.1%} | {by_draws:.1%} |", flush=True)


def rates_of_labels(families: Iterator[Family], count: int) -> tuple[float, float]:
    """Return the shares of comparisons that tell two labels of rounds apart, by trials and draws.

    Half of the rounds have one label, the others the other, at random.
    """
    rng = np.random.default_rng(0)
    told = np.zeros(2)
    for _ in range(count):
        records, cluster_values, split = next(families)
        settings = len({record.hyperparameters["setting"] for record in records})
        labels = rng.permutation(np.arange(len(records) // settings) % 2)
        labelled = [
            replace(record, hyperparameters={**record.hyperparameters, "label": int(label)})
            for record, label in zip(records, np.repeat(labels, settings), strict=True)
        ]
        best = choose_best_of_draws(labelled, "setting", "label", maximise=False)
        for place, compared in enumerate((labelled, best)):
            made_of = compare_settings(
                compared,
                cluster_values,
                get_setting=make_value_getter("label"),
                split=split,
                objective=find_objective("min made"),
            )
            told[place] += any(pair.told_apart for pair in made_of.pairs)
    return told[0] / count, told[1] / count


def rates(
    families: Iterator[Family], count: int, *, exhausted: bool = False
) -> tuple[float, float]:
    """Return the share of comparisons that tell any two settings apart.

    Args:
        families: Families of trials, without end.
        count: How many of them to compare.
        exhausted: Whether the trials are all that their settings have.

    Returns:
        The package's, and that of the corrected test over folds alone.
    """
    found = by_folds = 0
    for _ in range(count):
        records, cluster_values, split = next(families)
        settings = {record.hyperparameters["setting"] for record in records}
        compared = compare_settings(
            records,
            cluster_values,
            get_setting=make_value_getter("setting"),
            split=split,
            objective=find_objective("min made"),
            untried=dict.fromkeys(settings, 0.0) if exhausted else None,
        )
        found += any(pair.told_apart for pair in compared.pairs)
        best = [records[each.trial] for each in compared.settings if each.trial is not None]
        by_folds += _told_apart_by_folds(best, split)
    return found / count, by_folds / count


def _told_apart_by_folds(best: Sequence[TrialRecord], split: Split) -> bool:
    p = []
    for first, second in combinations(best, 2):
        differences = np.subtract(first.result.fold_scores, second.result.fold_scores)
        variance = estimate_fold_variance(differences, split)
        p.append(run_t_test(float(differences.mean()), variance).p)
    return min(adjust_by_holm(p), default=1.0) <= 0.05


def made(
    kind: tuple[int, int, int], shape: str, size: float, seed: int = 0, behind: float = 0.0
) -> Iterator[Family]:
    """Yield families of made scores, without end.

    Args:
        kind: Settings, trials of each, folds.
        shape: A key of `LUCK` or `PRUNED`.
        size: How much trials differ, beside one fold's noise of 1.
        seed: Of all that is drawn.
        behind: How much worse the first setting is, beside one fold's noise of 1.
    """
    settings, trials, folds = kind
    rng = np.random.default_rng(seed)
    rows = np.arange(_FOLD_ROWS * folds)
    split = Splitter(folds, 0.0, 0).split(rows % 2, classes=["a", "b"])
    while True:
        # by row so that the scores of two folds have the correlation 1 / folds
        common = rng.normal(size=(settings * trials, 1)) / np.sqrt(folds)
        own = rng.normal(size=(settings * trials, len(rows)))
        values = common + own * np.sqrt(_FOLD_ROWS * (1 - 1 / folds))
        luck = size * LUCK[PRUNED.get(shape, shape)](rng, trials, settings)
        values += luck.reshape(-1, 1)
        values[::settings] += behind
        records = [
            _record(number, settings, **_score(each, split)) for number, each in enumerate(values)
        ]
        if shape in PRUNED:
            records = [_prune(record, luck, size) for record in records]
        yield records, dict(enumerate(values)), split


def _score(values: np.ndarray, split: Split) -> dict[str, Any]:
    by_fold = tuple(float(values[fold.validation].mean()) for fold in split.folds)
    return {"score": float(values.mean()), "fold_scores": by_fold}


def _prune(record: TrialRecord, luck: np.ndarray, size: float) -> TrialRecord:
    """Return a trial as pruned, with a score from before its end, if it is behind most others."""
    own = luck.ravel()[record.trial]
    if own <= np.median(luck):
        return record
    result = replace(record.result, status="pruned", score=record.result.score + size)
    return replace(record, result=result)


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
