"""A folder as a person has one, with a table, a space and a study, and the commands run in it."""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

SPACE = """
title = "Is a hidden layer worth it?"
compare = "depth"
[network]
depth = { min = 0, max = 1 }
units = 4
[sgd]
learning_rate = { min = 0.05, max = 0.3, log = true }
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A table with numbers, words and gaps, and a space of its own."""
    folder = tmp_path_factory.mktemp("work")
    rng = np.random.default_rng(0)
    size = rng.normal(size=90)
    gaps = np.where(np.arange(90) % 9 == 0, "", np.round(rng.normal(size=90), 3).astype(str))
    kind = np.where(size > 0.3, "big", np.where(size < -0.3, "small", "middle"))
    colour = rng.choice(["red", "green"], size=90)
    table = pd.DataFrame({"size": size.round(3), "gap": gaps, "colour": colour, "kind": kind})
    table.to_csv(folder / "things.csv", index=False)
    (folder / "own.toml").write_text(SPACE)
    return folder


def tuner(folder, *arguments):
    command = [sys.executable, "-m", "tuner", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


OWN_MODEL = """
import keras, keras_tuner

class Mine(keras_tuner.HyperModel):
    def __init__(self, features, classes):
        super().__init__()
        self.features, self.classes = features, classes

    def build(self, hp):
        model = keras.Sequential([
            keras.Input((self.features,)),
            keras.layers.Dense(hp.Choice("units", [2, 4]), activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(self.classes, activation="softmax"),
        ])
        model.compile("adam", "sparse_categorical_crossentropy")
        return model
"""

SEARCH = (
    "search", "--space", "own.toml", "--data", "things.csv", "--max-trials", 3, "--folds", 3,
    "--epochs", 3, "--seed", 1,
)  # fmt: skip


@pytest.fixture(scope="session")
def searched(folder):
    done = tuner(folder, *SEARCH, "--study", "first", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done


def answer_of(page):
    """A report's headline and its table of picks, but for the times that were measured."""
    answer = page.partition("<h1>")[2].partition("</section>")[0]
    return re.sub(r"<tr><td[^>]*>prediction of .*?</tr>", "", answer)


def copied(folder, name):
    """A study like the first one under another name."""
    study = folder / "mlruns" / "studies" / name
    shutil.copytree(folder / "mlruns" / "studies" / "first", study)
    description = json.loads((study / "study.json").read_text())
    (study / "study.json").write_text(json.dumps({**description, "name": name, "id": name}))
    return study
