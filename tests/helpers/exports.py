"""Models to export, with random weights: an export does not depend on how good a model is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from tuner.data import Dataset, RawColumns, fit_scaler, load_dataset
from tuner.serving.export import ModelDestination, ModelExport
from tuner.serving.formats import DEFAULT_FORMATS, FORMATS
from tuner.serving.fresh_process import FreshProcess
from tuner.serving.sample import pick_sample
from tuner.serving.trained_network import TrainedNetwork
from tuner.study import list_versions

DESCRIPTION = {
    "study": "test",
    "question": "Is it so?",
    "objective": "cross_entropy",
    "picked": "best",
    "pick": {
        "trial": 3,
        "hyperparameters": {"depth": 1, "learning_rate": 0.1},
        "derived": {},
        "parameters": 100,
        "epoch": 7,
        "corrected_score": 0.55,
        "corrected_interval": [0.4, 0.7],
    },
    "cross_validated": {
        "cross_entropy": {"score": 0.5, "standard_error": 0.05, "interval": [0.402, 0.598]}
    },
    "test": {"cross_entropy": {"score": 0.6, "standard_error": 0.1, "interval": [0.404, 0.796]}},
    "calibration": {
        "applied": True,
        "temperature": 1.25,
        "fitted_temperature": 1.25,
        "cross_entropy": 0.5,
        "calibrated_cross_entropy": 0.45,
        "standard_error_of_difference": 0.01,
    },
    "measured": {
        "trials": 5,
        "split": "3 folds",
        "scored_rows": 32,
        "training_rows": 32,
        "test_rows": 8,
    },
    "data": {"name": "mixed", "rows": 40, "fingerprint": "0123"},
    "versions": list_versions(),
}

HEADER = "len (cm),ab/c,ab\\c,colour,flag,2nd,constant"
# parameters and keywords of Python, and names that Keras gives its own operations
RESERVED = (
    "self,self_2,cls,args,kwargs,inputs,name,training,file,class,None,"
    "stack,cast,concatenate,where,sequential,string_lookup"
)
COLOURS = ["red", "green", "", "blue, dark", "[UNK]", "[[UNK]]", "é", "日本", "a. b"]
UNSCALED = 2  # the feature that `train_randomly` leaves without a scale


@dataclass(frozen=True)
class Exported:
    """An exported model beside the network in memory.

    Attributes:
        trained: The network and its preprocessing.
        dataset: The data.
        source: The file of the data.
        folder: The exported folder.
        answers: What the fresh process answered to the sample, by format.
    """

    trained: TrainedNetwork
    dataset: Dataset
    source: Path
    folder: Path
    answers: Mapping[str, np.ndarray]

    def predict_first(self, rows: int) -> np.ndarray:
        """Return what the network in memory predicts for the first rows."""
        return self.trained.predict_proba({k: v[:rows] for k, v in self.dataset.raw.items()})


class RememberingProcess(FreshProcess):
    """A fresh process that keeps its answers, so that tests need not ask another one."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: Mapping[str, np.ndarray] = {}

    def answer(self, label: Path) -> dict[str, np.ndarray]:
        answers = super().answer(label)
        self.answers = answers
        return answers


def write_mixed_table(path: Path, rows: int = 40) -> Path:
    """Write a table of numbers, words and booleans, with gaps, and names that Keras refuses."""
    rng = np.random.default_rng(0)
    lines = [f"{HEADER},{RESERVED},kind"]
    count = RESERVED.count(",") + 1
    for row in range(rows):
        gap = "" if row % 7 == 0 else f"{rng.normal(5, 2):.3f}"
        colour = COLOURS[row % len(COLOURS)]
        flag = ["true", "false"][row % 2]
        kind = ["yes", "no", "may be"][row % 3]
        others = ",".join(f"{number:.3f}" for number in rng.normal(size=count))
        lines.append(
            f'{rng.normal():.3f},{gap},{row},"{colour}",{flag},{row % 5},1,{others},{kind}'
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_images(path: Path) -> Path:
    """Write 30 images of 4 by 4 pixels."""
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.integers(0, 255, (30, 4, 4), np.uint8), y=np.arange(30) % 3)
    return path


def train_randomly(source: Path, **options: Any) -> tuple[TrainedNetwork, Dataset]:
    """Return a network with random weights for a data file, and the data."""
    dataset = load_dataset(str(source), **options)
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.Input((dataset.x.shape[1],)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(len(dataset.classes), activation="softmax"),
        ]
    )
    scaler = fit_scaler(dataset.x, np.arange(len(dataset.y)), dataset.schema.scalings)
    return TrainedNetwork(network, dataset.schema, scaler), dataset


def leave_unscaled(trained: TrainedNetwork) -> TrainedNetwork:
    """Return the network with a feature's scale infinite, as if no training row had a value."""
    scale = trained.scaler.scale.copy()
    scale[UNSCALED] = np.inf
    return replace(trained, scaler=replace(trained.scaler, scale=scale))


def export_model(
    trained: TrainedNetwork,
    description: Mapping[str, Any],
    folder: Path,
    *,
    sample: RawColumns,
    fresh: FreshProcess,
    formats: Sequence[str] = DEFAULT_FORMATS,
) -> str:
    """Export a model from begin to end, and return its fingerprint."""
    to = ModelDestination(folder, formats)
    with ModelExport(trained, description, to, sample=sample, fresh=fresh) as model:
        return model.finish()


def ask(fresh: FreshProcess, folder: Path, inputs: Mapping[str, np.ndarray]) -> Any:
    """Return the probabilities of each format of an exported folder."""
    fresh.ask(folder, inputs)
    return fresh.answer(folder)


def export(
    trained: TrainedNetwork,
    dataset: Dataset,
    source: Path,
    folder: Path,
    formats: Sequence[str] = FORMATS,
    **description: Any,
) -> Exported:
    """Export a network, in every format unless others are given; check it in a fresh process."""
    with RememberingProcess() as fresh:
        sample = pick_sample(dataset.raw, dataset.schema)
        content = {**DESCRIPTION, **description}
        export_model(trained, content, folder, sample=sample, fresh=fresh, formats=formats)
    return Exported(trained, dataset, source, folder, fresh.answers)


def get_probabilities(answer: pd.DataFrame) -> np.ndarray:
    """Return the probabilities of an MLflow model's answer, shape `(rows, classes)`."""
    return answer.filter(like="probability_").to_numpy()
