"""How fast a k-fold search is, four ways, on the same trials, folds and epochs, in one run.

    python benchmarks/speed.py                     # digits, 24 trials × 5 folds × 20 epochs
    python benchmarks/speed.py --trials 6          # the same, quicker
    python benchmarks/speed.py --data letter.csv.gz --space mlp_depth_vs_width \
        --trials 12 --epochs 10

The ways: `keras_tuner`, what a KerasTuner user writes today (a `run_trial` that loops `model.fit`
over the folds); `scikit_learn`, a search over `MLPClassifier` with all cores; `fit` and `lanes`,
this package's trainers. Each runs in a process of its own, and says the seconds of its search;
the seconds of the whole process, imports included, are taken from outside.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

WAYS = ("lanes", "fit", "scikit_learn", "keras_tuner")


def prepared(options: argparse.Namespace) -> Any:
    """Return the problem, the hypermodel and the jobs that every way trains."""
    import keras_tuner

    from tuner.pipeline import DataRequest, make_hypermodel, prepare
    from tuner.search import ORACLES
    from tuner.study import SearchSettings
    from tuner.training import OBJECTIVES, Job

    settings = SearchSettings(
        max_trials=options.trials,
        folds=options.folds,
        epochs=options.epochs,
        patience=options.epochs,  # no early stop: every way trains the same epochs
    )
    ready = prepare(options.space, DataRequest(options.data), settings)
    oracle = ORACLES["random"](
        ready.definition, OBJECTIVES["cross_entropy"], max_trials=options.trials, seed=0
    )

    class Asked(keras_tuner.Tuner):
        def run_trial(self, *_: Any) -> None:
            """Never called: the trials are only asked for."""

    Asked(oracle, directory=tempfile.mkdtemp())
    jobs = []
    for number in range(options.trials):
        trial = oracle.create_trial(f"place-{number}")
        jobs.append(Job(number, trial.hyperparameters))
    return ready, make_hypermodel(ready), jobs


def floating_point_operations(ready: Any, hypermodel: Any, jobs: Any) -> float:
    """Return those of the products of a search: 2 forward, 4 backward, 2 less for the features."""
    per_row = 0
    for job in jobs:
        widths = hypermodel.recipe(job.hyperparameters).widths
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


def by_keras_tuner(ready: Any, hypermodel: Any, jobs: Any) -> list[float]:
    """Loop `model.fit` over the folds, as in KerasTuner's guide to cross-validation."""
    problem, scores = ready.problem, []
    for job in jobs:
        curves = []
        for fold in problem.folds:
            scaler = problem.scaler(fold.train)
            rows, held_out = fold.train, fold.validation
            model = hypermodel.build(job.hyperparameters)
            history = hypermodel.fit(
                job.hyperparameters,
                model,
                scaler.apply(problem.x[rows]),
                problem.y[rows],
                validation_data=(scaler.apply(problem.x[held_out]), problem.y[held_out]),
                epochs=ready.settings.epochs,
                verbose=0,
            )
            curves.append(history.history["val_loss"])
        scores.append(float(np.mean(curves, axis=0).min()))
    return scores


def by_scikit_learn(ready: Any, hypermodel: Any, jobs: Any) -> list[float]:
    """Search the same trials over `MLPClassifier` with all cores."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import GridSearchCV
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    warnings.simplefilter("ignore", ConvergenceWarning)
    candidates = []
    for job in jobs:
        recipe = hypermodel.recipe(job.hyperparameters)
        values = {
            "hidden_layer_sizes": recipe.widths[1:-1],
            "learning_rate_init": recipe.learning_rate,
            "momentum": recipe.momentum,
            "nesterovs_momentum": recipe.nesterov,
            "batch_size": recipe.batch_size,
        }
        candidates.append({f"mlpclassifier__{name}": [value] for name, value in values.items()})
    network = MLPClassifier(
        solver="sgd",
        alpha=0.0,
        max_iter=ready.settings.epochs,
        n_iter_no_change=ready.settings.epochs,
        tol=0.0,
    )
    problem = ready.problem
    folds = [(fold.train, fold.validation) for fold in problem.folds]
    search = GridSearchCV(
        make_pipeline(StandardScaler(), network),
        candidates,
        scoring="neg_log_loss",
        cv=folds,
        n_jobs=-1,
        refit=False,
        error_score=np.nan,
    )
    search.fit(np.nan_to_num(problem.x), problem.y)
    return [-float(score) for score in search.cv_results_["mean_test_score"]]


def one_way(way: str, options: argparse.Namespace) -> None:
    """Search one way in this process, and print its figures as JSON."""
    if way == "keras_tuner":
        import tensorflow  # noqa: F401  # before this package, which would turn oneDNN on
    ready, hypermodel, jobs = prepared(options)
    search = {
        "keras_tuner": by_keras_tuner,
        "scikit_learn": by_scikit_learn,
        "fit": lambda *given: by_trainer("fit", *given),
        "lanes": lambda *given: by_trainer("lanes", *given),
    }[way]
    started = time.perf_counter()
    scores = search(ready, hypermodel, jobs)
    seconds = time.perf_counter() - started
    operations = floating_point_operations(ready, hypermodel, jobs)
    print(json.dumps({"seconds": seconds, "rate": operations / seconds / 1e9, "scores": scores}))


def products() -> tuple[float, float]:
    """Return the GFLOP/s of one large matrix product and of a batch of small ones."""
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

    return rate((2048, 2048), (2048, 2048)), rate((40, 32, 128), (40, 128, 128))


def main() -> None:
    """Run every way in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--space", default="mlp_depth")
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one_way(options.one, options)
        return
    large, batched = products()
    print(f"one large matrix product {large:.0f} GFLOP/s, 40 of 32×128×128 {batched:.0f} GFLOP/s")
    print("| way | search, s | whole process, s | GFLOP/s | median score |")
    print("|---|---|---|---|---|")
    for way in options.ways.split(","):
        started = time.perf_counter()
        arguments = [sys.executable, str(Path(__file__).resolve()), *sys.argv[1:], "--one", way]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True)
        whole = time.perf_counter() - started
        found = json.loads(done.stdout.splitlines()[-1])
        score = np.nanmedian(found["scores"])
        print(
            f"| {way} | {found['seconds']:.1f} | {whole:.1f} | {found['rate']:.0f} | {score:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
