"""What a report takes of a large study: seconds, memory, and the size of the page.

The study is made up: probabilities are noise around the truth, and nothing is trained but, with
`--baselines`, the baselines.

    python benchmarks/report.py --trials 200 --rows 50000
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from tuner.run.opening import create_study
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination
from tuner.run.setup import Setup
from tuner.scoring import OBJECTIVES
from tuner.study import SearchSettings, Study, TrialRecord
from tuner.training import TrialResult
from tuner.training.result import compute_scores

_EPOCHS = 50
_KINDS = ("none", "l1", "l2", "elastic_net", "max_norm")


def main() -> None:
    """Make a study, report it, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--rows", type=int, default=50_000, help="in the folds")
    parser.add_argument("--features", type=int, default=20)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--baselines", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepared, study = make_study(given, Path(folder))
        from tuner.run.baselines import ensure_baselines
        from tuner.run.report_content import read_content
        from tuner.run.reporting import report_study

        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu, started = usage.ru_utime + usage.ru_stime, time.perf_counter()
        if given.baselines:
            ensure_baselines(prepared, study)
        path = report_study(read_content(prepared, study))
        seconds, usage = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
        cpu = usage.ru_utime + usage.ru_stime - cpu
        print("| trials | rows | seconds | CPU seconds | peak memory, MB | page, MB |")
        print("|---|---|---|---|---|---|")
        print(
            f"| {given.trials} | {given.rows} | {seconds:.1f} | {cpu:.1f} | "
            f"{usage.ru_maxrss / 1024:.0f} | {path.stat().st_size / 1e6:.2f} |"
        )


def make_study(given: argparse.Namespace, folder: Path) -> tuple[Setup, Study]:
    """Return a study whose trials are made up, with the data that it is of."""
    rng = np.random.default_rng(0)
    y = rng.integers(given.classes, size=given.rows)
    x = rng.normal(size=(given.rows, given.features)).astype(np.float32)
    x[:, 0] += y
    np.savez(folder / "data.npz", x=x, y=y)
    settings = SearchSettings(max_trials=given.trials, test_size=0.0, epochs=_EPOCHS)
    prepared = prepare("mlp_regularizer", DataRequest(str(folder / "data.npz")), settings)
    study = create_study(prepared, Destination(folder / "runs"))
    study.begin(settings)
    for number in range(given.trials):
        study.write_trial(make_trial(prepared, number), {})
    return prepared, study


def make_trial(prepared: Setup, number: int) -> TrialRecord:
    """Return a trial whose probabilities are noise around the truth."""
    rng = np.random.default_rng([1, number])
    problem, kind = prepared.problem, _KINDS[number % len(_KINDS)]
    classes = len(prepared.dataset.schema.classes)
    logits = rng.normal(size=(len(problem.rows), classes)).astype(np.float32)
    logits[np.arange(len(logits)), problem.y[problem.rows]] += rng.uniform(2, 4)
    probabilities = np.exp(logits)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    curve = [[2.0 / (epoch + 1) + fold / 100 for epoch in range(_EPOCHS)] for fold in range(5)]
    status = "pruned" if number % 4 == 3 else "completed"
    scores = compute_scores(probabilities, problem, OBJECTIVES["cross_entropy"])
    result = TrialResult(
        number,
        status,
        epoch=_EPOCHS,
        parameters=int(rng.integers(1000, 100_000)),
        seconds=1.0,
        curves=dict.fromkeys(("loss", "val_loss", "accuracy", "val_accuracy", "penalty"), curve),
        probabilities=probabilities,
        **scores,
    )
    values = {"kind": kind, "learning_rate": float(rng.uniform(0.01, 0.1)), "depth": 2}
    if kind in ("l1", "l2", "elastic_net"):
        values["strength"] = float(10 ** rng.uniform(-6, -2))
    return TrialRecord(number, values, {}, result)


if __name__ == "__main__":
    main()
