"""Made tables whose answer is known by construction, for every shipped space that compares.

    python benchmarks/made_problems.py --problems rings,noise      # estimate their true rankings

`known_truths.py` asks the questions, and judges the answers. A truth that stands here was estimated
with this script: each setting's best network of some draws of the other hyperparameters, trained
on as many rows as a fold of the problem trains on, scored on 1,500 rows that no training saw.
"""

import argparse
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["PROBLEMS", "MadeProblem"]

SPACES = Path(__file__).parent / "spaces"
TARGET = "label"
Rows = tuple[np.ndarray, np.ndarray]  # features (rows, features), labels (rows,)


@dataclass(frozen=True)
class MadeProblem:
    """A family of made tables, a space that compares settings, and the true answer.

    A setting is worse if its best network is behind that of the best setting by at least three
    times the standard deviation, between tables, of either's score: that of the less steady one.
    Nothing is claimed about a setting that is neither worse nor as good.

    Attributes:
        name: Its name.
        space: A shipped space, or the path of a space file.
        rows: Number of rows of a table.
        draw: Draws this number of rows: features `(rows, features)` and labels `(rows,)`.
        why: Why the truth holds.
        worse: Settings that must be told apart from the best.
        as_good: Settings that must not be told apart from the best.
    """

    name: str
    space: str
    rows: int
    draw: Callable[[np.random.Generator, int], Rows]
    why: str
    worse: frozenset[Any] = frozenset()
    as_good: frozenset[Any] = frozenset()

    def make_table(self, seed: int) -> pd.DataFrame:
        """Return a table; another seed gives other rows of the same distribution."""
        x, labels = self.draw(self.make_generator(seed), self.rows)
        table = pd.DataFrame({f"x{n}": x[:, n].round(4) for n in range(x.shape[1])})
        table[TARGET] = [f"class {label}" for label in labels]
        return table

    def make_generator(self, seed: int) -> np.random.Generator:
        """Return the generator of a table; problems do not share one."""
        return np.random.default_rng((zlib.crc32(self.name.encode()), seed))


# Geometry in a plane: no line separates the classes.


def _spirals(noise: float = 0.35, turns: float = 3.2) -> Callable[..., Rows]:
    def draw(rng: np.random.Generator, rows: int) -> Rows:
        arm, t = rng.integers(0, 2, rows), rng.uniform(0.5, turns * np.pi, rows)
        x = np.c_[t * np.cos(t + np.pi * arm), t * np.sin(t + np.pi * arm)]
        return x + rng.normal(0, noise, (rows, 2)), arm

    return draw


def _rings(rng: np.random.Generator, rows: int) -> Rows:
    ring, angle = rng.integers(0, 3, rows), rng.uniform(0, 2 * np.pi, rows)
    radius = 1 + ring + rng.normal(0, 0.12, rows)
    return np.c_[radius * np.cos(angle), radius * np.sin(angle)], ring


def _checkerboard(fields: int, flipped: float = 0.0) -> Callable[..., Rows]:
    def draw(rng: np.random.Generator, rows: int) -> Rows:
        x = rng.uniform(0, fields, (rows, 2))
        label = np.floor(x).astype(int).sum(axis=1) % 2
        return x, label ^ (rng.uniform(size=rows) < flipped)

    return draw


def _rare_disc(rng: np.random.Generator, rows: int) -> Rows:
    x = rng.normal(size=(rows, 2))
    return x, (np.hypot(x[:, 0], x[:, 1]) < 0.46).astype(int)  # 10 % of the rows


# Signs: every feature alone, and every weighted sum of them, says nothing.


def _parity(signs: int, idle: int, flipped: float = 0.0) -> Callable[..., Rows]:
    def draw(rng: np.random.Generator, rows: int) -> Rows:
        sign = rng.integers(0, 2, (rows, signs))
        x = (2 * sign - 1) * rng.uniform(0.4, 1.6, (rows, signs))
        label = sign.sum(axis=1) % 2 ^ (rng.uniform(size=rows) < flipped)
        return np.c_[x, rng.normal(size=(rows, idle))], label

    return draw


# Linear: the true log-odds are weighted sums of the features.


def _noisy_line(features: int, slope: float, used: int | None = None) -> Callable[..., Rows]:
    def draw(rng: np.random.Generator, rows: int) -> Rows:
        x = rng.normal(size=(rows, features))
        odds = slope * x[:, : used or features].sum(axis=1) / np.sqrt(used or features)
        return x, (rng.uniform(size=rows) < 1 / (1 + np.exp(-odds))).astype(int)

    return draw


def _blobs(classes: int, apart: float) -> Callable[..., Rows]:
    centres = np.random.default_rng(7).normal(size=(classes, 8))
    centres *= apart / np.linalg.norm(centres, axis=1, keepdims=True)

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        label = rng.integers(0, classes, rows)
        return centres[label] + rng.normal(size=(rows, 8)), label

    return draw


def _noise(features: int, classes: int) -> Callable[..., Rows]:
    def draw(rng: np.random.Generator, rows: int) -> Rows:
        return rng.normal(size=(rows, features)), rng.integers(0, classes, rows)

    return draw


# Others.


def _teacher(widths: Sequence[int], sharpness: float) -> Callable[..., Rows]:
    weights_rng = np.random.default_rng(11)
    weights = [weights_rng.normal(size=shape) / np.sqrt(shape[0]) for shape in pairwise(widths)]

    def draw(rng: np.random.Generator, rows: int) -> Rows:
        x = rng.normal(size=(rows, widths[0]))
        hidden = x
        for number, kernel in enumerate(weights):
            hidden = hidden @ kernel
            if number < len(weights) - 1:
                hidden = np.sin(2 * hidden)  # no weighted sum of the inputs comes near it
        return x, (sharpness * hidden + rng.gumbel(size=hidden.shape)).argmax(axis=1)

    return draw


def _noisy_copies(copies: int, noise: float) -> Callable[..., Rows]:
    def draw(rng: np.random.Generator, rows: int) -> Rows:
        label = rng.integers(0, 2, rows)
        x = (2 * label - 1)[:, None] + rng.normal(0, noise, (rows, copies))
        return x, label

    return draw


_DEPTHS, _WIDTHS = frozenset(range(7)), frozenset(2**n for n in range(3, 11))
_RATES = frozenset(round(0.1 * n, 1) for n in range(8))
_KINDS = frozenset({"none", "l1", "l2", "elastic_net", "max_norm"})
_BATCHES = frozenset({16, 32, 64, 128, 256})

PROBLEMS: dict[str, MadeProblem] = {
    problem.name: problem
    for problem in (
        MadeProblem(
            "spirals",
            "mlp_depth",
            900,
            _spirals(),
            "no line parts two arms that wind about each other one and a half times",
            worse=frozenset({0}),
            as_good=frozenset({3, 4, 5}),
        ),
        MadeProblem(
            "rings",
            "mlp_depth",
            600,
            _rings,
            "no line parts rings of one centre; one hidden layer does",
            worse=frozenset({0}),
            as_good=frozenset({2, 3, 5, 6}),
        ),
        MadeProblem(
            "xor",
            "mlp_depth",
            800,
            _parity(2, 4),
            "either feature alone says nothing",
            worse=frozenset({0}),
            as_good=frozenset({1, 2}),
        ),
        MadeProblem(
            "parity",
            "mlp_depth",
            1500,
            _parity(3, 3, flipped=0.05),
            "no two of the three features say anything",
            worse=frozenset({0}),
        ),
        MadeProblem(
            "checkerboard",
            "mlp_depth",
            1500,
            _checkerboard(4),
            "every line has as many of either class on each side",
            worse=frozenset({0, 1}),
            as_good=frozenset({3, 5}),
        ),
        MadeProblem(
            "rare_disc",
            "mlp_depth",
            2000,
            _rare_disc,
            "one row in ten, in the middle of the others",
            worse=frozenset({0}),
            as_good=frozenset({2, 3, 5, 6}),
        ),
        MadeProblem(
            "teacher",
            "mlp_depth",
            3000,
            _teacher((5, 8, 3), 4.0),
            "labels by sines of weighted sums",
            worse=frozenset({0}),
            as_good=frozenset({1}),
        ),
        MadeProblem(
            "noisy_line",
            "mlp_depth",
            1000,
            _noisy_line(5, 2.0),
            "logistic regression is the true model",
            as_good=frozenset({0}),
        ),
        MadeProblem(
            "blobs",
            "mlp_depth",
            900,
            _blobs(5, 3.0),
            "normal clouds of one covariance: multinomial logistic regression is the true model",
            as_good=frozenset({0}),
        ),
        MadeProblem(
            "noise",
            "mlp_depth",
            500,
            _noise(6, 2),
            "labels are drawn at random",
            as_good=_DEPTHS,
        ),
        MadeProblem(
            "width_board",
            "mlp_width",
            2000,
            _checkerboard(5),
            "eight units bend too few lines for five times five fields",
            worse=frozenset({8}),
        ),
        MadeProblem(
            "width_spirals",
            "mlp_width",
            900,
            _spirals(),
            "thirty-two units bend lines enough, and a hundred train as well",
            as_good=frozenset({32, 64, 128}),
        ),
        MadeProblem(
            "width_line",
            "mlp_width",
            1200,
            _noisy_line(4, 2.0),
            "one weighted sum says all",
            as_good=_WIDTHS,
        ),
        MadeProblem(
            "budget_spirals",
            "mlp_depth_vs_width",
            900,
            _spirals(),
            "three to five layers bend a plane alike; one layer is behind, by little",
            as_good=frozenset({3, 4, 5}),
        ),
        MadeProblem(
            "budget_noise",
            "mlp_depth_vs_width",
            800,
            _noise(8, 3),
            # one layer of 1,700 units is far off after its first epoch, so it is truly worse
            "labels are drawn at random",
            as_good=frozenset({3, 4, 5, 6}),
        ),
        MadeProblem(
            "budget_blobs",
            "mlp_depth_vs_width",
            900,
            _blobs(4, 3.0),
            "normal clouds of one covariance",
            as_good=frozenset(range(1, 7)),
        ),
        MadeProblem(
            "few_rows",
            "mlp_regularizer",
            400,
            _noisy_line(150, 10.0, used=3),
            "three of 150 features count: a penalty on weights leaves out the others",
            worse=frozenset({"none"}),
            as_good=frozenset({"l1", "elastic_net"}),
        ),
        MadeProblem(
            "many_rows",
            "mlp_regularizer",
            2500,
            _noisy_line(40, 3.0),
            "all features count alike, and there are rows enough",
            as_good=frozenset({"none"}),
        ),
        MadeProblem(
            "penalty_rings",
            "mlp_regularizer",
            900,
            _rings,
            "two features, and rows enough",
            as_good=frozenset({"none", "l1"}),
        ),
        MadeProblem(
            "dropout_board",
            "mlp_dropout",
            1500,
            _checkerboard(4),
            "a fine pattern without noise needs all units",
            worse=frozenset({0.6, 0.7}),
            as_good=frozenset({0.0}),
        ),
        MadeProblem(
            "dropout_copies",
            "mlp_dropout",
            600,
            _noisy_copies(10, 2.5),
            "many poor copies of one signal: each unit may miss",
            as_good=frozenset({0.4, 0.5}),
        ),
        MadeProblem(
            "dropout_noise",
            "mlp_dropout",
            400,
            _noise(5, 2),
            "labels are drawn at random",
            as_good=_RATES,
        ),
        MadeProblem(
            "batch_line",
            "mlp_sgd",
            1200,
            _noisy_line(5, 2.0),
            "a convex bowl, reached with batches of any size",
            as_good=_BATCHES,
        ),
        MadeProblem(
            "batch_spirals",
            "mlp_sgd",
            400,
            _spirals(noise=0.15, turns=2.2),
            "small and middling batches all make steps enough, where the rate fits",
            as_good=frozenset({16, 32, 64, 128}),
        ),
        MadeProblem(
            "batch_board",
            "mlp_sgd",
            500,
            _checkerboard(3),
            "small and middling batches all make steps enough, where the rate fits",
            as_good=frozenset({32, 64}),
        ),
        MadeProblem(
            "batch_steps",
            str(SPACES / "batches.toml"),
            900,
            _spirals(noise=0.2, turns=2.2),
            "a batch of 512 makes two steps an epoch, one of 1,024 a single one",
            worse=frozenset({512, 1024}),
            as_good=frozenset({16}),
        ),
        MadeProblem(
            "large_rates",
            str(SPACES / "rates_of_plain_sgd.toml"),
            800,
            _parity(2, 2),
            "tiny steps do not leave the saddle in fifty epochs",
            worse=frozenset({0.0001, 0.001}),
            as_good=frozenset({0.3}),
        ),
        MadeProblem(
            "small_rates",
            str(SPACES / "rates_with_momentum.toml"),
            600,
            _rings,
            "huge steps with momentum throw the weights about",
            worse=frozenset({1.0, 3.0}),
            as_good=frozenset({0.05}),
        ),
    )
}


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
    """Return the best score of each setting on 1,500 rows that were not trained on."""
    import random

    from tuner.folds import Fold
    from tuner.model.mlp import MLPHyperModel
    from tuner.problem import Problem
    from tuner.run.setup import make_hyperparameters
    from tuner.space import load_space
    from tuner.training import TRAINERS, Job, Plan

    space = load_space(problem.space)
    assert space.compare is not None
    train, fresh = int(0.64 * problem.rows), 1500  # a fold's training rows
    x, y = problem.draw(problem.make_generator(1000 + seed), train + fresh)
    rows = np.arange(len(y))
    whole = Problem(
        x.astype(np.float32),
        y.astype(np.int64),
        (Fold(rows[:train], rows[train:]),),
        np.ones(x.shape[1], bool),
    )
    epochs = Plan().epochs
    hypermodel = MLPHyperModel(space, features=x.shape[1], classes=int(y.max()) + 1, epochs=epochs)
    jobs, values = [], []
    for value in space.find_hyperparameter(space.compare).domain.values() or ():
        own = space.pin(space.compare, value)
        for draw in range(draws):
            drawn = own.sample(random.Random(f"{seed} {draw}"))
            jobs.append(Job(len(jobs), make_hyperparameters(drawn)))
            values.append(value)
    best: dict[Any, float] = {value: np.log(len(np.unique(y))) * 10 for value in values}
    for result in TRAINERS["lanes"]().train(jobs, hypermodel, problem=whole, plan=Plan(seed=seed)):
        if result.status == "completed":
            value = values[result.trial]
            best[value] = min(best[value], result.score)
    return best


if __name__ == "__main__":
    main()
