"""How many trials a search saves that begins with the best trials of a related table.

    python benchmarks/warm_start.py
    python benchmarks/warm_start.py --data digits --seeds 5 --trials 20

The rows of a table are halved at random. One half is searched; then the other half is searched with
other seeds, each time from nothing and beginning with the first half's best trials. The score to
reach is the worse of the two searches' best. The second half may have noise in its features, as a
table of another time or place has.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from tuner.data import load_dataset
from tuner.study import SearchSettings

_POINTS = (5, 10, 20)  # trials after which the best score so far is shown


def main() -> None:
    """Print the trials that searches take to a score, with and without the other half."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default="digits,breast_cancer", help="bundled tables")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--noise", default="0,0.5", help="of the second half, in deviations")
    given = parser.parse_args()
    settings = SearchSettings(
        max_trials=given.trials, folds=3, epochs=given.epochs, test_size=0.0, oracle="tpe"
    )
    print(
        "| table | noise | trials to the score: from nothing | begun with five | best after "
        f"{', '.join(map(str, _POINTS))} trials: from nothing | begun with five |"
    )
    print("|---|---|---|---|---|---|")
    for name in given.data.split(","):
        for noise in map(float, given.noise.split(",")):
            print(_compare(name, noise, settings, given.seeds), flush=True)


def _compare(name: str, noise: float, settings: SearchSettings, seeds: int) -> str:
    """Return the row of a table: means over the seeds of the second half's searches."""
    dataset, rng = load_dataset(name), np.random.default_rng(0)
    x = (dataset.x - dataset.x.mean(axis=0)) / np.maximum(dataset.x.std(axis=0), 1e-6)
    order = rng.permutation(len(x))
    first, second = np.array_split(order, 2)
    other = x[second] + noise * rng.normal(size=x[second].shape)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _search(x[first], dataset.y[first], settings, root=root, study="first")
        counts, curves = [], []
        for seed in range(1, seeds + 1):
            ways = [{"seed": seed}, {"seed": seed, "from_study": "first"}]
            scores = [_search(other, dataset.y[second], settings, root=root, **way) for way in ways]
            goal = max(of_way.min() for of_way in scores)  # that both reach
            counts.append([_count_trials(of_way, goal) for of_way in scores])
            best = [np.minimum.accumulate(of_way) for of_way in scores]
            curves.append([[curve[min(n, len(curve)) - 1] for n in _POINTS] for curve in best])
    trials = " | ".join(f"{mean:.1f}" for mean in np.mean(counts, axis=0))
    bests = " | ".join(", ".join(f"{v:.4f}" for v in way) for way in np.mean(curves, axis=0))
    return f"| {name} | {noise:g} | {trials} | {bests} |"


def _count_trials(scores: np.ndarray, goal: float) -> int:
    """Return after how many trials a score is reached."""
    return int(np.argmax(scores <= goal)) + 1


def _search(
    x: np.ndarray,
    y: np.ndarray,
    settings: SearchSettings,
    *,
    root: Path,
    study: str | None = None,
    **changes: object,
) -> np.ndarray:
    """Return the score of each trial of a search, by its number; infinity if it has none."""
    from dataclasses import replace

    from tuner.model.mlp import MLPHyperModel
    from tuner.search import FoldTuner
    from tuner.space import load_space

    sizes = {"features": x.shape[1], "classes": int(y.max()) + 1}
    hypermodel = MLPHyperModel(load_space("mlp"), epochs=settings.epochs, **sizes)
    tuner = FoldTuner(hypermodel, replace(settings, **changes), directory=root)  # type: ignore[arg-type]
    tuner.search(x, y, study=study)
    records = sorted(tuner.records, key=lambda record: record.trial)
    return np.array([r.result.score if r.completed else np.inf for r in records])


if __name__ == "__main__":
    main()
