"""How fast a k-fold search is, four ways, on the same trials, folds and epochs, in one run.

    python benchmarks/speed.py                     # digits, 24 trials × 5 folds × 20 epochs
    python benchmarks/speed.py --trials 7          # the same, quicker
    python benchmarks/speed.py --data letter.csv.gz --space mlp_depth_vs_width \
        --trials 12 --epochs 10
    python benchmarks/speed.py --made 20000x54 --network 3x512 --batch-size 128 \
        --trials 1 --epochs 2 --ways lanes,fit

The ways: `keras_tuner`, what a KerasTuner user writes today in a `run_trial`, the loop of
`model.fit` over the folds, without what KerasTuner itself takes; `scikit_learn`, a search over
`MLPClassifier` with all cores; `fit` and `lanes`, this package's trainers; `recorded`, `lanes` in a
whole study with its journal and MLflow. Each runs in a process of its own, and says the seconds of
its search, without imports and the start of other processes; the seconds of the whole process, with
both, are taken from outside.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from asked_jobs import ask_jobs, prepare_to_the_end
from keras_loop import fit_folds
from own_process import answer_of
from scaled_rows import scaled_rows

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

WAYS = ("lanes", "recorded", "fit", "scikit_learn", "keras_tuner")


def write_made_data(size: str, folder: Path) -> str:
    """Write a made table of ROWSxFEATURES with eight classes; return its path."""
    rows, features = (int(number) for number in size.split("x"))
    rng = np.random.default_rng(0)
    y = rng.integers(0, 8, rows)
    x = rng.normal(size=(8, features))[y] * 0.5 + rng.normal(size=(rows, features))
    path = folder / f"made_{size}.npz"
    np.savez(path, x=x.astype(np.float32), y=y)
    return str(path)


def write_space(network: str, batch_size: int, folder: Path) -> str:
    """Write a space of DEPTHxUNITS networks that differ in the learning rate; return its path."""
    depth, units = network.split("x")
    path = folder / f"network_{network}.toml"
    path.write_text(
        f'title = "{network}"\n[network]\ndepth = {depth}\nunits = {units}\n'
        "[sgd]\nlearning_rate = { min = 0.001, max = 0.01, log = true }\n"
        f"batch_size = {batch_size}\n"
    )
    return str(path)


def prepared(options: argparse.Namespace) -> Any:
    """Return the problem, the hypermodel and the jobs that every way trains."""
    import keras_tuner  # noqa: F401  # no part of a search

    from tuner.run.setup import make_hypermodel

    limits = {name: getattr(options, name) for name in ("trials", "epochs", "folds")}
    ready = prepare_to_the_end(options.space, options.data, **limits)
    return ready, make_hypermodel(ready), ask_jobs(ready)


def floating_point_operations(ready: Any, hypermodel: Any, jobs: Any) -> float:
    """Return those of the products of a search: 2 forward, 4 backward, 2 less for the features."""
    per_row = 0
    for job in jobs:
        widths = hypermodel.make_recipe(job.hyperparameters).widths
        products = [a * b for a, b in pairwise(widths)]
        per_row += 6 * sum(products) - 2 * products[0]
    rows = sum(len(fold.train) for fold in ready.split.folds)
    return float(per_row * rows * ready.settings.epochs)


def by_trainer(name: str, ready: Any, hypermodel: Any, jobs: Any) -> list[float]:
    """Search with one of this package's trainers; return each trial's best validation loss."""
    from tuner.training import TRAINERS

    trainer = TRAINERS[name]()
    results = trainer.train(jobs, hypermodel, problem=ready.problem, plan=ready.settings.plan)
    return [result.score for result in sorted(results, key=lambda result: result.trial)]


def by_recorded_study(ready: Any, hypermodel: Any, mirror: Any) -> list[float]:
    """Search as the command line does: the same trials, with the journal and MLflow."""
    from tuner.run.opening import create_study
    from tuner.run.request import Destination
    from tuner.search import FoldTuner

    tuner = FoldTuner(hypermodel, ready.settings, listeners=[mirror])
    tuner.run(ready.problem, create_study(ready, Destination(mirror.root)))
    mirror.on_study_end("finished", {})
    return [record.result.score for record in tuner.records]


def by_keras_tuner(ready: Any, hypermodel: Any, jobs: Any) -> list[float]:
    """Loop `model.fit` over the folds, as in KerasTuner's guide to cross-validation."""
    problem, scores = ready.problem, []
    for job in jobs:
        hp = job.hyperparameters
        curves = fit_folds(
            (scaled_rows(problem, fold.train, fold.validation) for fold in problem.folds),
            partial(hypermodel.build, hp),
            partial(hypermodel.fit, hp, epochs=ready.settings.epochs, verbose=0),
        )
        scores.append(float(np.mean([each["val_loss"] for each in curves], axis=0).min()))
    return scores


def by_scikit_learn(ready: Any, hypermodel: Any, jobs: Any) -> list[float]:
    """Search the same trials over `MLPClassifier` with all cores."""
    from sklearn.model_selection import GridSearchCV

    candidates = []
    for job in jobs:
        recipe = hypermodel.make_recipe(job.hyperparameters)
        values = {
            "hidden_layer_sizes": recipe.widths[1:-1],
            "learning_rate_init": recipe.optimizer.learning_rate,
            "momentum": recipe.optimizer.momentum,
            "nesterovs_momentum": recipe.optimizer.nesterov,
            "batch_size": recipe.batch_size,
        }
        candidates.append({f"mlpclassifier__{name}": [value] for name, value in values.items()})
    problem = ready.problem
    folds = [(fold.train, fold.validation) for fold in problem.folds]
    search = GridSearchCV(
        make_scikit_learn_network(ready.settings.epochs),
        candidates,
        scoring="neg_log_loss",
        cv=folds,
        n_jobs=-1,
        refit=False,
        error_score=np.nan,
    )
    search.fit(np.nan_to_num(problem.x), problem.y)
    return [-float(score) for score in search.cv_results_["mean_test_score"]]


def make_scikit_learn_network(epochs: int) -> Any:
    """Return scikit-learn's network, which trains so many epochs of scaled rows."""
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    network = MLPClassifier(
        solver="sgd", alpha=0.0, max_iter=epochs, n_iter_no_change=epochs, tol=0.0
    )
    return make_pipeline(StandardScaler(), network)


def start_scikit_learn() -> None:
    """Import it here and in the processes that search, which stay for the next search."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import GridSearchCV

    warnings.simplefilter("ignore", ConvergenceWarning)
    x, y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2
    seeds = {"mlpclassifier__random_state": list(range(4 * (os.cpu_count() or 1)))}
    GridSearchCV(make_scikit_learn_network(2), seeds, cv=2, n_jobs=-1).fit(x, y)


def one_way(way: str, options: argparse.Namespace) -> None:
    """Search one way in this process, and print its figures as JSON."""
    if way == "keras_tuner":
        import tensorflow  # noqa: F401  # before this package, which would turn oneDNN on
    if way == "recorded":  # as on the command line, its process makes ready during the imports
        from tuner.tracking import MlflowMirror, choose_tracking_uri

        root = Path(tempfile.mkdtemp())
        mirror = MlflowMirror(choose_tracking_uri(None, root), root)
    ready, hypermodel, jobs = prepared(options)
    if way == "scikit_learn":
        start_scikit_learn()
    search = {
        "keras_tuner": by_keras_tuner,
        "scikit_learn": by_scikit_learn,
        "fit": lambda *given: by_trainer("fit", *given),
        "lanes": lambda *given: by_trainer("lanes", *given),
        "recorded": lambda ready, hypermodel, _: by_recorded_study(ready, hypermodel, mirror),
    }[way]
    started = time.perf_counter()
    scores = search(ready, hypermodel, jobs)
    seconds = time.perf_counter() - started
    operations = floating_point_operations(ready, hypermodel, jobs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # GB, from KiB
    found = {"seconds": seconds, "rate": operations / seconds / 1e9, "peak": peak}
    print(json.dumps({**found, "scores": scores}))


def products(lanes: int, rows: int, units: int) -> tuple[float, float]:
    """Return the GFLOP/s of one large matrix product and of a batch of a network's own."""
    import tensorflow as tf

    def rate(a: tuple[int, ...], b: tuple[int, ...]) -> float:
        x, y = tf.random.normal(a), tf.random.normal(b)
        operations, seconds = 2.0 * np.prod(a) * b[-1], []
        product = tf.function(tf.matmul)
        for _ in range(20):
            started = time.perf_counter()
            product(x, y).numpy()
            seconds.append(time.perf_counter() - started)
        return float(operations / np.median(seconds) / 1e9)

    return rate((2048, 2048), (2048, 2048)), rate((lanes, rows, units), (lanes, units, units))


def main() -> None:
    """Run every way in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--made", metavar="ROWSxFEATURES", help="make a table instead")
    parser.add_argument("--space", default="mlp_depth")
    parser.add_argument("--network", metavar="DEPTHxUNITS", help="search its learning rate instead")
    parser.add_argument("--batch-size", type=int, default=32, help="of --network")
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one_way(options.one, options)
        return
    with tempfile.TemporaryDirectory() as folder:
        if options.made:
            options.data = write_made_data(options.made, Path(folder))
        if options.network:
            options.space = write_space(options.network, options.batch_size, Path(folder))
        compare(options)


def compare(options: argparse.Namespace) -> None:
    """Run every way in a process of its own and print the table."""
    units = int((options.network or "3x128").partition("x")[2])
    sizes = (40 if units <= 128 else options.folds, options.batch_size, units)
    large, batched = products(*sizes)
    print(f"one large matrix product {large:.0f} GFLOP/s, ", end="")
    print(f"{sizes[0]} of {sizes[1]}×{units}×{units} {batched:.0f} GFLOP/s")
    print("| way | search, s | whole process, s | GFLOP/s | peak memory, GB | median score |")
    print("|---|---|---|---|---|---|")
    given = [f"--data={options.data}", f"--space={options.space}"]
    given += [f"--{name}={getattr(options, name)}" for name in ("trials", "folds", "epochs")]
    for way in options.ways.split(","):
        command = [sys.executable, str(Path(__file__).resolve()), *given, "--one", way]
        found, whole = answer_of(command)
        score = np.nanmedian(found["scores"])
        print(
            f"| {way} | {found['seconds']:.1f} | {whole:.1f} | {found['rate']:.0f} | "
            f"{found['peak']:.2f} | {score:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
