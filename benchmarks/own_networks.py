"""How fast a person's own networks are searched in lanes and by `fit`, in one run.

    python benchmarks/own_networks.py                      # 1,797 pictures of 8×8, made from digits
    python benchmarks/own_networks.py --repeat 3 --ways lanes,fit,lanes
    python benchmarks/own_networks.py --network dense --optimizer adamw --ways lanes,fit,lanes,fit

Two convolutions, batch normalisation and Adam: what no space file describes. `--network dense` has
one hidden layer in their place, `--optimizer adamw` a weight decay, which is tuned as well, and a
cosine schedule by step. `keras_tuner` is what a KerasTuner user writes, `model.fit` in a loop over
the folds, without what KerasTuner itself takes. The search alone is timed, without imports, each
way in a process of its own, and so is the CPU time of that process, which says more on a busy
machine.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from keras_loop import fit_folds
from own_process import answer_of

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

WAYS = ("lanes", "fit", "keras_tuner")


def hypermodel(given: argparse.Namespace) -> Any:
    """Return a hypermodel of small networks with one of the optimizers."""
    import keras
    import keras_tuner

    def make_optimizer(hp: keras_tuner.HyperParameters) -> keras.optimizers.Optimizer:
        rate = hp.Float("learning_rate", 1e-4, 1e-2, sampling="log")
        if given.optimizer == "adam":
            return keras.optimizers.Adam(rate)
        steps = given.epochs * given.repeat * 1797 * 4 // 5 // 32  # of a fold, in batches of 32
        schedule = keras.optimizers.schedules.CosineDecay(rate, steps)
        decay = hp.Float("weight_decay", 1e-4, 1e-1, sampling="log")
        return keras.optimizers.AdamW(schedule, weight_decay=decay)

    class Own(keras_tuner.HyperModel):
        def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
            model = keras.Sequential([keras.Input((8, 8, 1))])
            for filters in (16, 32) if given.network == "convolutional" else ():
                model.add(keras.layers.Conv2D(filters, 3, padding="same", activation="relu"))
                model.add(keras.layers.BatchNormalization())
            model.add(keras.layers.Flatten())
            if given.network == "dense":
                model.add(keras.layers.Dense(64, activation="relu"))
            model.add(keras.layers.Dense(10, activation="softmax"))
            loss = "sparse_categorical_crossentropy"
            model.compile(make_optimizer(hp), loss, metrics=["accuracy"])
            return model

    return Own()


def pictures(repeat: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the digits, so often, with noise: shapes `(rows, 8, 8, 1)` and `(rows,)`."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    x = np.tile(digits.images[..., None] / 16.0, (repeat, 1, 1, 1))
    x += np.random.default_rng(0).normal(scale=0.1, size=x.shape)
    return x.astype(np.float32), np.tile(digits.target, repeat)


def by_tuner(trainer: str, given: argparse.Namespace, x: np.ndarray, y: np.ndarray) -> list[float]:
    """Search with one of this package's trainers; return the scores by trial."""
    from tuner import KFoldTuner, SearchSettings

    settings = SearchSettings(
        max_trials=given.trials,
        epochs=given.epochs,
        patience=given.epochs,
        racing=False,
        test_size=0.0,
        trainer=trainer,
    )
    tuner = KFoldTuner(hypermodel(given), settings, directory=tempfile.mkdtemp())
    tuner.search(x, y)
    return [r.result.score for r in sorted(tuner.records, key=lambda record: record.trial)]


def by_keras_tuner(given: argparse.Namespace, x: np.ndarray, y: np.ndarray) -> list[float]:
    """Loop `model.fit` over folds; each trial's learning rate is drawn anew."""
    import keras
    import keras_tuner
    from sklearn.model_selection import StratifiedKFold

    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(x, y))
    rates, scores = np.random.default_rng(0).uniform(-4, -2, given.trials), []
    for rate in rates:
        hp = keras_tuner.HyperParameters()
        hp.Fixed("learning_rate", float(10**rate))
        hp.Fixed("weight_decay", 1e-2)
        curves = fit_folds(
            (((x[train], y[train]), (x[held_out], y[held_out])) for train, held_out in folds),
            partial(hypermodel(given).build, hp),
            partial(keras.Model.fit, epochs=given.epochs, verbose=0),
        )
        scores.append(float(np.mean([each["val_loss"] for each in curves], axis=0).min()))
    return scores


def one_way(way: str, given: argparse.Namespace) -> None:
    """Search one way in this process, and print its figures as JSON."""
    if way == "keras_tuner":
        import keras  # noqa: F401  # before this package, which would turn oneDNN on
        import keras_tuner  # noqa: F401  # imports are not the search
        import sklearn.model_selection  # noqa: F401
    else:
        import tuner.search  # noqa: F401
    x, y = pictures(given.repeat)
    started, cpu_before = time.perf_counter(), time.process_time()
    scores = by_keras_tuner(given, x, y) if way == "keras_tuner" else by_tuner(way, given, x, y)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu_before
    print(json.dumps({"seconds": seconds, "cpu": cpu, "scores": scores}))


def main() -> None:
    """Search every way in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=1, help="how often the pictures are taken")
    parser.add_argument("--network", choices=("convolutional", "dense"), default="convolutional")
    parser.add_argument("--optimizer", choices=("adam", "adamw"), default="adam")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one_way(given.one, given)
        return
    print("| way | search, s | its CPU time, s | whole process, s | median score |")
    print("|---|---|---|---|---|")
    names = ("trials", "epochs", "repeat", "network", "optimizer")
    asked = [f"--{name}={getattr(given, name)}" for name in names]
    for way in given.ways.split(","):
        command = [sys.executable, str(Path(__file__).resolve()), *asked, "--one", way]
        found, whole = answer_of(command)
        median = np.median(found["scores"])
        print(
            f"| {way} | {found['seconds']:.1f} | {found['cpu']:.1f} | {whole:.1f} | {median:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
