"""Estimate how far the settings of a made problem truly are apart (`made_problems`).

    python benchmarks/true_rankings.py --problems rings,noise

The networks of each setting have some draws of the other hyperparameters, and train on as many rows
as a fold of the problem trains on. 750 rows that no training saw choose the epoch of each and the
best of the setting, and 750 others score that one.
"""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from made_problems import PROBLEMS, MadeProblem

if TYPE_CHECKING:
    from keras_tuner import HyperModel

    from tuner.space import Space

__all__ = ["find_best_scores", "rank"]

_FRESH = 750  # rows to choose by, and as many to score on


def main() -> None:
    """Print the estimated ranking of the settings of each problem."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--problems", default=",".join(PROBLEMS), help="names, comma-separated")
    parser.add_argument("--seeds", type=int, default=4, help="tables of each problem")
    parser.add_argument("--draws", type=int, default=8, help="networks of each setting and table")
    given = parser.parse_args()
    for name in given.problems.split(","):
        for line in rank(PROBLEMS[name], given.seeds, given.draws):
            print(line, flush=True)


def rank(problem: MadeProblem, seeds: int, draws: int) -> Iterator[str]:
    """Yield a line on each setting: its best networks' scores, and what the truth says of it."""
    scores = {}
    for seed in range(seeds):
        for value, best in find_best_scores(problem, seed, draws).items():
            scores.setdefault(value, []).append(best)
    means = {value: float(np.mean(own)) for value, own in scores.items()}
    best = min(means, key=lambda value: means[value])
    yield problem.name
    for value in sorted(means, key=lambda value: means[value]):
        difference = means[value] - means[best]
        deviation = max(float(np.std(scores[each], ddof=1)) for each in (value, best))
        claim = "worse" if value in problem.worse else "as good" if value in problem.as_good else ""
        yield (
            f"  {value!s:>12} {means[value]:.4f} ± {np.std(scores[value], ddof=1):.4f}, behind "
            f"{difference:.4f}, {difference / max(deviation, 1e-9):.1f} deviations  {claim}"
        )


def find_best_scores(problem: MadeProblem, seed: int, draws: int) -> dict[Any, float]:
    """Return the score of each setting's best network on rows that nothing was chosen by."""
    import random

    from tuner.folds import Fold
    from tuner.problem import Problem
    from tuner.run.setup import make_hyperparameters
    from tuner.scoring import cross_entropy
    from tuner.space import load_space
    from tuner.training import TRAINERS, Job, Plan, TrialResult
    from tuner.training.fold_networks import FoldNetworks
    from tuner.training.plan import Hooks

    space = load_space(problem.space)
    assert space.compare is not None
    train = int(0.64 * problem.rows)  # a fold's training rows
    x, y = problem.draw(problem.make_generator(1000 + seed), train + 2 * _FRESH)
    x, y, rows = x.astype(np.float32), y.astype(np.int64), np.arange(train + _FRESH)
    fold = Fold(rows[:train], rows[train:])
    whole = Problem(x[rows], y[rows], (fold,), np.ones(x.shape[1], bool))
    hypermodel = _make_hypermodel(space, features=x.shape[1], classes=int(y.max()) + 1)
    jobs, values = [], []
    for value in space.find_hyperparameter(space.compare).domain.values() or ():
        own = space.pin(space.compare, value)
        for draw in range(draws):
            drawn = own.sample(random.Random(f"{seed} {draw}"))
            jobs.append(Job(len(jobs), make_hyperparameters(drawn)))
            values.append(value)
    kept = FoldNetworks.without_limits()
    plan = Plan(seed=seed, hooks=Hooks(fold_networks=kept))
    training = TRAINERS["lanes"]().train(jobs, hypermodel, problem=whole, plan=plan)
    results = [result for result in training if result.status == "completed"]
    chosen: dict[Any, TrialResult] = {}
    for result in sorted(results, key=lambda result: result.score):
        chosen.setdefault(values[result.trial], result)
    scored, scaler = slice(train + _FRESH, None), whole.fit_scaler(fold.train)
    scores = dict.fromkeys(values, float(np.log(len(np.unique(y))) * 10))  # if none has trained
    for value, result in chosen.items():
        (network,) = kept.make_networks(result.trial)
        probabilities = np.asarray(network(scaler.apply(x[scored])))
        scores[value] = float(cross_entropy(probabilities, y[scored]).mean())
    return scores


def _make_hypermodel(space: "Space", *, features: int, classes: int) -> "HyperModel":
    """Return what makes the networks of a space, of rows that are numbers alone."""
    from tuner.model.mlp import MLPHyperModel
    from tuner.model.tables.hypermodel import TableHyperModel
    from tuner.model.tables.layout import FeatureLayout
    from tuner.space import is_tabular_space
    from tuner.training import Plan

    sizes = {"classes": classes, "epochs": Plan().epochs}
    if is_tabular_space(space):
        return TableHyperModel(space, layout=FeatureLayout(features, features), **sizes)
    return MLPHyperModel(space, features=features, **sizes)


if __name__ == "__main__":
    main()
