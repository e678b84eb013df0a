"""Whether the corrected score of a search's pick is what the pick is worth.

    python benchmarks/honesty.py                              # labels that are noise
    python benchmarks/honesty.py --tuner --repetitions 5      # the same, by real searches
    python benchmarks/honesty.py --table TABLES/phoneme.csv.gz

On labels that are noise nothing can be learned: a score above chance is the optimism of having
picked the best of many. On a table, a small part is searched, and the rest says what the pick is
worth. By default the trials are scikit-learn's classifiers, so that it takes minutes; the picks and
their scores are this package's.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tuner.analysis import TrialPicks, pick_trials
from tuner.folds import Splitter
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES, Objective
from tuner.study import SearchSettings, TrialRecord
from tuner.training import TrialResult
from tuner.training.result import compute_scores

FOLDS = 5
# Takes rows, classes, a number of trials and a seed to trials and their row values.
Searcher = Callable[[Problem, Objective, int, int], tuple[list[TrialRecord], dict[int, np.ndarray]]]


@dataclass(frozen=True, slots=True)
class Checked:
    """The scores of one search's pick.

    Attributes:
        plain: Cross-validated, as the best of all trials.
        corrected: Corrected for that.
        interval: Lower and upper end of its 95 % interval.
        worth: What the pick is worth: chance, or the score on held-out rows of the networks that
            its folds trained.
        retrained: That of the pick trained on all rows of the search; None for noise.
    """

    plain: float
    corrected: float
    interval: tuple[float, float]
    worth: float
    retrained: float | None = None

    @property
    def covered(self) -> bool:
        """Whether the interval covers what the pick is worth."""
        return self.interval[0] <= self.worth <= self.interval[1]


def main() -> None:
    """Print a table of noise, or of a real table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", default="200,1000", help="of noise, comma-separated")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--repetitions", type=int, default=100)
    parser.add_argument("--tuner", action="store_true", help="search noise with FoldTuner")
    parser.add_argument("--table", type=Path, help="CSV, last column the target: no noise, this")
    parser.add_argument("--table-rows", type=int, default=300, help="of the part that is searched")
    parser.add_argument("--objective", choices=OBJECTIVES, default="accuracy")
    given = parser.parse_args()
    objective = OBJECTIVES[given.objective]
    if given.table:
        checked = [
            on_table(given.table, given.table_rows, objective, trials=given.trials, seed=seed)
            for seed in range(given.repetitions)
        ]
        print("\n".join(table_report(checked)))
        return
    search = by_tuner if given.tuner else by_trees
    print("| rows | best, plain | corrected | intervals that cover chance |\n|---|---|---|---|")
    for rows in map(int, given.rows.split(",")):
        checked = [
            on_noise(rows, search, trials=given.trials, seed=seed)
            for seed in range(given.repetitions)
        ]
        print(noise_report(rows, checked), flush=True)


def on_noise(rows: int, search: Searcher, *, trials: int, seed: int) -> Checked:
    """Search rows whose classes, two of equal size, have nothing to do with their features."""
    rng = np.random.default_rng([seed, rows])
    x, y = rng.normal(size=(rows, 10)).astype(np.float32), rng.permutation(rows) % 2
    objective = OBJECTIVES["accuracy"]
    best = _selection(problem_of(x, y, seed), objective, search, trials=trials, seed=seed).best
    return Checked(best.score, best.corrected_score, best.corrected_interval, worth=0.5)


def on_table(path: Path, rows: int, objective: Objective, *, trials: int, seed: int) -> Checked:
    """Search a part of a table, and score the pick on the rest."""
    from sklearn.model_selection import train_test_split

    from tuner.data import load_dataset

    dataset = load_dataset(str(path))
    x, y = np.nan_to_num(dataset.x), dataset.y
    train, rest = train_test_split(
        np.arange(len(y)), train_size=rows, stratify=y, random_state=seed
    )
    scale = x[train].std(axis=0) + 1e-9
    x = (x - x[train].mean(axis=0)) / scale  # of the searched part as a whole; folds are not ours
    problem = problem_of(x[train], y[train], seed)
    best = _selection(problem, objective, by_perceptrons, trials=trials, seed=seed).best
    estimator = _perceptron(best.trial, seed)
    of_folds = [
        _score(estimator, problem, fold.train, held_out=(x[rest], y[rest]), objective=objective)
        for fold in problem.folds
    ]
    retrained = _score(
        estimator, problem, problem.rows, held_out=(x[rest], y[rest]), objective=objective
    )
    return Checked(
        best.score,
        best.corrected_score,
        best.corrected_interval,
        worth=float(np.mean(of_folds)),
        retrained=retrained,
    )


def by_trees(
    problem: Problem, objective: Objective, trials: int, seed: int
) -> tuple[list[TrialRecord], dict[int, np.ndarray]]:
    """Evaluate randomised trees of random depths."""
    from sklearn.tree import ExtraTreeClassifier

    rng = np.random.default_rng(seed)
    trees = [
        ExtraTreeClassifier(max_depth=int(rng.integers(1, 9)), random_state=int(each))
        for each in rng.integers(2**31, size=trials)
    ]
    return _evaluated(trees, problem, objective)


def by_perceptrons(
    problem: Problem, objective: Objective, trials: int, seed: int
) -> tuple[list[TrialRecord], dict[int, np.ndarray]]:
    """Evaluate small networks of random widths, depths, penalties and learning rates."""
    return _evaluated([_perceptron(trial, seed) for trial in range(trials)], problem, objective)


def _perceptron(trial: int, seed: int) -> Any:
    from sklearn.neural_network import MLPClassifier

    rng = np.random.default_rng([seed, trial])
    return MLPClassifier(
        (int(2 ** rng.uniform(2, 6)),) * int(rng.integers(1, 3)),
        alpha=10 ** rng.uniform(-5, 0),
        learning_rate_init=10 ** rng.uniform(-2.5, -1),
        batch_size=32,
        max_iter=30,
        random_state=int(rng.integers(2**31)),
    )


def by_tuner(
    problem: Problem, objective: Objective, trials: int, seed: int
) -> tuple[list[TrialRecord], dict[int, np.ndarray]]:
    """Search the space `mlp`, for a few epochs and without a race."""
    from tuner.model.mlp import MLPHyperModel
    from tuner.search import FoldTuner
    from tuner.space import load_space

    settings = SearchSettings(
        max_trials=trials,
        folds=FOLDS,
        epochs=10,
        objective=objective.name,
        racing=False,
        test_size=0.0,
        seed=seed,
    )
    sizes = {"features": problem.x.shape[1], "classes": int(problem.y.max()) + 1}
    hypermodel = MLPHyperModel(load_space("mlp"), epochs=settings.epochs, **sizes)
    with tempfile.TemporaryDirectory() as folder:
        tuner = FoldTuner(hypermodel, settings, directory=folder)
        tuner.search(problem.x, problem.y)
        assert tuner.study is not None  # it was searched
        records = list(tuner.study.read_trials())
        cluster_values = {
            record.trial: objective.row_values(
                tuner.study.arrays.read_probabilities(record.trial), problem.y
            )
            for record in records
            if record.completed
        }
    return records, cluster_values


def _evaluated(
    estimators: Sequence[Any], problem: Problem, objective: Objective
) -> tuple[list[TrialRecord], dict[int, np.ndarray]]:
    records, cluster_values = [], {}
    for trial, estimator in enumerate(estimators):
        predicted = [
            _fitted(estimator, problem, fold.train).predict_proba(problem.x[fold.validation])
            for fold in problem.folds
        ]
        probabilities = problem.order_by_row(predicted)
        scores = compute_scores(probabilities, problem, objective)
        result = TrialResult(
            trial, "completed", parameters=1, probabilities=probabilities, **scores
        )
        records.append(TrialRecord(trial, {}, {}, result))
        cluster_values[trial] = objective.row_values(probabilities, problem.y)
    return records, cluster_values


def _fitted(estimator: Any, problem: Problem, rows: np.ndarray) -> Any:
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # all are trained for as many epochs
        return estimator.fit(problem.x[rows], problem.y[rows])


def _score(
    estimator: Any,
    problem: Problem,
    rows: np.ndarray,
    *,
    held_out: tuple[np.ndarray, np.ndarray],
    objective: Objective,
) -> float:
    x, y = held_out
    probabilities = _fitted(estimator, problem, rows).predict_proba(x)
    return float(objective.row_values(probabilities, y).mean())


def problem_of(x: np.ndarray, y: np.ndarray, seed: int) -> Problem:
    """Return rows and their folds."""
    classes = [str(number) for number in range(int(y.max()) + 1)]
    split = Splitter(FOLDS, 0.0, seed).split(y, classes=classes)
    return Problem(x, y, split.folds)


def _selection(
    problem: Problem, objective: Objective, search: Searcher, *, trials: int, seed: int
) -> TrialPicks:
    records, cluster_values = search(problem, objective, trials, seed)
    return pick_trials(records, cluster_values, objective=objective, seed=seed)


def noise_report(rows: int, checked: Sequence[Checked]) -> str:
    """Return a line of a Markdown table."""
    plain, corrected = (
        [getattr(each, name) for each in checked] for name in ("plain", "corrected")
    )
    covered = sum(each.covered for each in checked)
    return (
        f"| {rows:,} | {_mean(plain)}, least {min(plain):.3f} | {_mean(corrected)} "
        f"| {covered} of {len(checked)} |"
    )


def table_report(checked: Sequence[Checked]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = ["| score | mean | distance from worth | from retrained |", "|---|---|---|---|"]
    for name in ("plain", "corrected"):
        scores = np.array([getattr(each, name) for each in checked])
        distances = [
            np.mean(np.abs(scores - [getattr(each, truth) for each in checked]))
            for truth in ("worth", "retrained")
        ]
        lines.append(f"| {name} | {_mean(scores)} | {distances[0]:.4f} | {distances[1]:.4f} |")
    for truth, what in (("worth", "networks of the folds"), ("retrained", "trained on all rows")):
        values = [getattr(each, truth) for each in checked]
        closer = sum(
            abs(each.corrected - value) < abs(each.plain - value)
            for each, value in zip(checked, values, strict=True)
        )
        lines += [
            f"| held out, {what} | {_mean(values)} | | |",
            f"corrected is closer to it in {closer} of {len(checked)}",
        ]
    covered = sum(each.covered for each in checked)
    return [*lines, f"intervals that cover the worth: {covered} of {len(checked)}"]


def _mean(values: Sequence[float] | np.ndarray) -> str:
    return f"{np.mean(values):.4f} ± {np.std(values, ddof=1) / np.sqrt(len(values)):.4f}"


if __name__ == "__main__":
    main()
