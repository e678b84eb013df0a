"""A folder with a table, a space and a searched study, and the commands that run in it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.helpers.warm_processes import warm_command

SPACE = """
title = "Is a hidden layer worth it?"
compare = "depth"
[network]
depth = { min = 0, max = 1 }
units = 4
[sgd]
learning_rate = { min = 0.05, max = 0.3, log = true }
"""

CUSTOM_MODEL = """
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
    "search", "--space", "own.toml", "--data", "things.csv", "--max-trials", "3", "--folds", "3",
    "--epochs", "3", "--patience", "4", "--seed", "1",
    "--missing", "-999, n/s", "--max-parameters", "5000",
)  # fmt: skip


def run_tuner(
    folder: Path, *arguments: object, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of the package in a folder, in a process of its own that begins warm.

    Args:
        folder: The folder.
        *arguments: The command and its options.
        given: What its standard input has.
    """
    command = warm_command("tuner", *map(str, arguments))
    return subprocess.run(
        command, cwd=folder, input=given, capture_output=True, text=True, check=False
    )


@cache  # the folders `run`, `api` and `cli` share it: a search takes ten seconds
def search_things(folder: Path) -> tuple[dict[str, Any], subprocess.CompletedProcess[str]]:
    """Search a small table, in the study `first`.

    Args:
        folder: A new folder. It gets `things.csv` and `own.toml`.

    Returns:
        The JSON object that the search printed, and its process.
    """
    folder.mkdir()
    make_things().to_csv(folder / "things.csv", index=False)
    (folder / "own.toml").write_text(SPACE)
    done = run_tuner(folder, *SEARCH, "--study", "first", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done


def make_things() -> pd.DataFrame:
    """Make the table that is searched: numbers, words, truth values and gaps."""
    rng = np.random.default_rng(0)
    size = rng.normal(size=90)
    gaps = np.where(np.arange(90) % 9 == 0, np.nan, rng.normal(size=90).round(3))
    kind = np.where(size > 0.3, "big", np.where(size < -0.3, "small", "middle"))
    colour = rng.choice(["red", "green", ""], size=90)
    columns = {"size": size.round(3), "gap": gaps, "colour": colour, "flag": rng.random(90) < 0.5}
    return pd.DataFrame({**columns, "kind": kind})


def copy_study(folder: Path, name: str) -> Path:
    """Copy the study `first` to another name."""
    study = folder / "mlruns" / "studies" / name
    shutil.copytree(folder / "mlruns" / "studies" / "first", study)
    describe_study(study, name=name, id=name)
    write_events(study, read_events(study))
    return study


def describe_study(study: Path, **fields: Any) -> None:
    """Change entries of a study's `study.json`, as a person may who removes its checksum."""
    description = json.loads((study / "study.json").read_text())
    description.pop("checksum", None)
    (study / "study.json").write_text(json.dumps({**description, **fields}))


def read_events(study: Path) -> list[dict[str, Any]]:
    """Return the events of a study's journal, without their checksums."""
    events = [json.loads(line) for line in (study / "journal.jsonl").read_text().splitlines()]
    return [{k: v for k, v in event.items() if k != "checksum"} for event in events]


def write_events(study: Path, events: Iterable[dict[str, Any]]) -> None:
    """Write events as a study's journal; without checksums, as 0.2.0 and older wrote it."""
    lines = [json.dumps(event) + "\n" for event in events]
    (study / "journal.jsonl").write_text("".join(lines))


def strip_advice(text: str) -> str:
    """Return a text without the command for more trials, which has a name, a folder and a time."""
    return re.sub(
        r"; about [\d,]+ more trials? would, in [^:]*: tuner resume .*? --max-trials \d+", "", text
    )


def extract_answer(page: str) -> str:
    """Return a report's headline and its table of picks, without the measured times."""
    answer = strip_advice(page.partition("<h1>")[2].partition("</section>")[0])
    return re.sub(r"<tr><td[^>]*>(network alone|raw columns to).*?</tr>", "", answer)
