"""How fast a person's own networks are searched in lanes and by `fit`, in one run.

    python benchmarks/own_networks.py                      # 1,797 pictures of 8×8, made from digits
    python benchmarks/own_networks.py --repeat 3 --ways lanes,fit,lanes

Two convolutions, batch normalisation and Adam: what no space file describes. `keras_tuner` is what
a KerasTuner user writes, `model.fit` in a loop over the folds. The search alone is timed, each way
in a process of its own.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from own_process import answer_of

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

WAYS = ("lanes", "fit", "keras_tuner")


def hypermodel() -> Any:
    """Return a hypermodel of small convolutional networks."""
    import keras
    import keras_tuner

    class Convolutional(keras_tuner.HyperModel):
        def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
            model = keras.Sequential([keras.Input((8, 8, 1))])
            for filters in (16, 32):
                model.add(keras.layers.Conv2D(filters, 3, padding="same", activation="relu"))
                model.add(keras.layers.BatchNormalization())
            model.add(keras.layers.Flatten())
            model.add(keras.layers.Dense(10, activation="softmax"))
            rate = hp.Float("learning_rate", 1e-4, 1e-2, sampling="log")
            model.compile(
                keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
            )
            return model

    return Convolutional()


def pictures(repeat: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the digits, so often, with noise: shapes `(rows, 8, 8, 1)` and `(rows,)`."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    x = np.tile(digits.images[..., None] / 16.0, (repeat, 1, 1, 1))
    x += np.random.default_rng(0).normal(scale=0.1, size=x.shape)
    return x.astype(np.float32), np.tile(digits.target, repeat)


def by_tuner(trainer: str, given: argparse.Namespace) -> list[float]:
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
    tuner = KFoldTuner(hypermodel(), settings, directory=tempfile.mkdtemp())
    tuner.search(*pictures(given.repeat))
    return [r.result.score for r in sorted(tuner.records, key=lambda record: record.trial)]


def by_keras_tuner(given: argparse.Namespace) -> list[float]:
    """Loop `model.fit` over folds; each trial's learning rate is drawn anew."""
    import keras_tuner
    from sklearn.model_selection import StratifiedKFold

    x, y = pictures(given.repeat)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(x, y))
    rates, scores = np.random.default_rng(0).uniform(-4, -2, given.trials), []
    for rate in rates:
        hp = keras_tuner.HyperParameters()
        hp.Fixed("learning_rate", float(10**rate))
        curves = []
        for train, validation in folds:
            model = hypermodel().build(hp)
            held_out = (x[validation], y[validation])
            history = model.fit(
                x[train], y[train], validation_data=held_out, epochs=given.epochs, verbose=0
            )
            curves.append(history.history["val_loss"])
        scores.append(float(np.mean(curves, axis=0).min()))
    return scores


def one_way(way: str, given: argparse.Namespace) -> None:
    """Search one way in this process, and print its figures as JSON."""
    if way == "keras_tuner":
        import keras  # noqa: F401  # before this package, which would turn oneDNN on
    else:
        import tuner.search  # noqa: F401  # its imports are not the search
    started = time.perf_counter()
    scores = by_keras_tuner(given) if way == "keras_tuner" else by_tuner(way, given)
    print(json.dumps({"seconds": time.perf_counter() - started, "scores": scores}))


def main() -> None:
    """Search every way in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=1, help="how often the pictures are taken")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one_way(given.one, given)
        return
    print("| way | search, s | whole process, s | median score |")
    print("|---|---|---|---|")
    asked = [f"--{name}={getattr(given, name)}" for name in ("trials", "epochs", "repeat")]
    for way in given.ways.split(","):
        command = [sys.executable, str(Path(__file__).resolve()), *asked, "--one", way]
        found, whole = answer_of(command)
        median = np.median(found["scores"])
        print(f"| {way} | {found['seconds']:.1f} | {whole:.1f} | {median:.3f} |", flush=True)


if __name__ == "__main__":
    main()
