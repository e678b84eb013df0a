"""How fast networks for tables train, in one run and in turns.

    python benchmarks/tabular_speed.py                       # both questions, 2,000 rows
    python benchmarks/tabular_speed.py --ways realmlp,pytabkit --epochs 64

- `lanes` and `fit`: the first trials of the space `tabular` by this package's trainers. `fit` is
  Keras's own.
- `realmlp` and `pytabkit`: five folds of RealMLP-TD here (`spaces/realmlp_td.toml`) and by the
  package of its authors in PyTorch, with the same folds, epochs and batches. Their errors are those
  of the rows that each network did not train on.

The training alone is timed, each way in a process of its own, and so is the CPU time of that
process, which says more on a busy machine.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from asked_jobs import ask_jobs, prepare_to_the_end
from own_process import answer_of

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
_ENVIRONMENT = dict(os.environ)  # as it is before this package is imported, which sets more

WAYS = ("lanes", "fit", "realmlp", "pytabkit")
FEATURES = 18
CLASSES = 4
FOLDS = 5


def make_rows(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a made table: shapes `(rows, 18)` and `(rows,)`; its classes have equal shares."""
    from sklearn.datasets import make_classification

    x, y = make_classification(
        3 * rows,
        FEATURES,
        n_informative=8,
        n_classes=CLASSES,
        class_sep=0.8,
        flip_y=0.05,
        random_state=0,
    )
    kept = np.concatenate([np.flatnonzero(y == each)[: rows // CLASSES] for each in range(CLASSES)])
    return x[kept].astype(np.float32), y[kept]


def by_this_package(way: str, given: argparse.Namespace) -> dict[str, Any]:
    """Train the first trials of a space with one of this package's trainers."""
    from tuner.run.setup import make_hypermodel
    from tuner.training import TRAINERS

    alone = way == "realmlp"
    space = str(Path(__file__).parent / "spaces" / "realmlp_td.toml") if alone else "tabular"
    trials = 1 if alone else given.trials
    with tempfile.TemporaryDirectory() as folder:
        x, y = make_rows(given.rows)
        np.savez(Path(folder) / "made.npz", x=x, y=y)
        made = f"{folder}/made.npz"
        ready = prepare_to_the_end(space, made, trials=trials, epochs=given.epochs, test_size=0.0)
    jobs = ask_jobs(ready)
    trainer = TRAINERS["fit" if way == "fit" else "lanes"]()
    started = _now()
    training = trainer.train(
        jobs, make_hypermodel(ready), problem=ready.problem, plan=ready.settings.plan
    )
    results = sorted(training, key=lambda result: result.trial)
    spent = _spent(started)
    errors = [float((r.probabilities.argmax(1) != ready.problem.y).mean()) for r in results]
    return {**spent, "cross_entropy": [r.score for r in results], "error": errors}


def by_pytabkit(given: argparse.Namespace) -> dict[str, Any]:
    """Train RealMLP-TD on five folds with the package of its authors."""
    import torch
    from pytabkit import RealMLP_TD_Classifier
    from sklearn.model_selection import StratifiedKFold

    torch.set_num_threads(2)
    x, y = make_rows(given.rows)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, y)
    held_back = np.stack([validation for _, validation in folds])
    model = RealMLP_TD_Classifier(
        n_cv=FOLDS,
        n_epochs=given.epochs,
        use_ls=False,
        val_metric_name="cross_entropy",
        use_best_mean_epoch_for_cv=True,
        device="cpu",
        n_threads=2,
        random_state=0,
    )
    started = _now()
    model.fit(x, y, val_idxs=held_back)
    spent = _spent(started)
    shares = model.predict_proba_ensemble(x)  # (folds, rows, classes)
    probabilities = np.zeros(shares.shape[1:])
    for fold, rows in enumerate(held_back):
        probabilities[rows] = shares[fold, rows]
    losses = -np.log(np.maximum(probabilities[np.arange(len(y)), y], 1e-7))
    error = float((probabilities.argmax(1) != y).mean())
    return {**spent, "cross_entropy": [float(losses.mean())], "error": [error]}


def _now() -> tuple[float, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime


def _spent(started: tuple[float, float]) -> dict[str, float]:
    seconds, cpu = (after - before for after, before in zip(_now(), started, strict=True))
    return {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--trials", type=int, default=8, help="of the space `tabular`")
    parser.add_argument("--epochs", type=int, default=64)
    parser.add_argument("--ways", type=lambda text: text.split(","), default=[*WAYS, *WAYS])
    parser.add_argument("--python", default=sys.executable, help="with which pytabkit runs")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    return parser.parse_args()


def _ratios(found: dict[str, list[dict[str, Any]]]) -> list[str]:
    lines = []
    for slow, fast in (("fit", "lanes"), ("pytabkit", "realmlp")):
        if slow in found and fast in found:
            ratios = [
                min(each[name] for each in found[slow]) / min(each[name] for each in found[fast])
                for name in ("seconds", "cpu_seconds")
            ]
            lines.append(
                f"{fast} is {ratios[0]:.1f} times as fast as {slow}, {ratios[1]:.1f} times by CPU "
                "seconds (the quickest of each)"
            )
    return lines


def main() -> None:
    """Time each way in its turn, and print the ratios."""
    given = _options()
    if given.one:
        one = by_pytabkit(given) if given.one == "pytabkit" else by_this_package(given.one, given)
        print(json.dumps(one))
        return
    found: dict[str, list[dict[str, Any]]] = {}
    for way in given.ways:
        python = given.python if way == "pytabkit" else sys.executable
        command = [python, str(Path(__file__).resolve()), "--one", way, "--rows", str(given.rows)]
        command += ["--trials", str(given.trials), "--epochs", str(given.epochs)]
        answer, _ = answer_of(command, _ENVIRONMENT)
        found.setdefault(way, []).append(answer)
        print(f"{way}: {json.dumps(answer)}", flush=True)
    print("\n".join(_ratios(found)))


if __name__ == "__main__":
    main()
