"""Setups of small searches, and studies whose trials nobody trained."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tests.helpers.problems import make_split
from tests.helpers.results import make_result
from tuner.model.custom import CustomHypermodel
from tuner.run.opening import create_study
from tuner.run.request import DataRequest, Destination
from tuner.run.setup import Setup
from tuner.space import Space
from tuner.study import SearchSettings, Study, TrialRecord

DEPTHS = """
[network]
depth = { min = 0, max = 2 }
units = 8
[sgd]
learning_rate = { min = 0.01, max = 0.3, log = true }
"""


def make_setup(space: Space | CustomHypermodel, data: str = "iris") -> Setup:
    """Make the setup of a search of three folds and two epochs."""
    request = DataRequest(data)
    settings = SearchSettings(folds=3, epochs=2, max_trials=12)
    dataset = request.load(settings.splitter)
    split = make_split(dataset.y, classes=dataset.classes, folds=3, test_size=0.2, seed=0)
    if isinstance(space, Space):
        return Setup(space, request, dataset, split, settings)
    return Setup(None, request, dataset, split, settings, hypermodel=space)


def make_hyperparameters(depth: int, units: int, rate: float = 0.1) -> dict[str, Any]:
    """Make the hyperparameters of a trial; without hidden layers it has no units."""
    inside = {"units": units, "activation": "relu"} if depth else {}
    return {
        "depth": depth, **inside, "learning_rate": rate, "kind": "none", "dropout": 0.0,
        "input_dropout": 0.0, "momentum": 0.9, "nesterov": True, "batch_size": 32,
        "schedule": "constant",
    }  # fmt: skip


def write_untrained_study(
    setup: Setup, root: Path, trials: Sequence[Mapping[str, Any]], first: int = 0
) -> Study:
    """Write a study with trials of these hyperparameters; the first trial is the best."""
    study = create_study(setup, Destination(root, "study"))
    y, problem = setup.truth.y, setup.problem
    probabilities = np.full((len(y), 3), 1 / 3, np.float32)
    for number, values in enumerate(trials, start=first):
        result = make_result(number, probabilities, problem, parameters=len(trials))
        result = replace(result, score=1 + number / 10)
        study.write_trial(TrialRecord(number, dict(values), {}, result), {})
    return study


def write_noisy_study(setup: Setup, root: Path, name: str = "study") -> Study:
    """Write a study with twelve trials, each of which predicts the truth with more noise."""
    study = create_study(setup, Destination(root, name))
    study.begin(setup.settings)
    y, repeats = setup.truth.y, setup.split.repeats
    shape = (repeats, len(y), 3) if repeats > 1 else (len(y), 3)
    for number in range(12):
        rng = np.random.default_rng(number)
        logits = 2 * np.eye(3)[y] + rng.normal(size=shape) * (0.5 + number / 6)
        probabilities = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
        probabilities = probabilities.astype(np.float32)
        result = make_result(number, probabilities, setup.problem, parameters=15 + number)
        values = {"depth": number % 3, "learning_rate": 0.02 * (number + 1)}
        study.write_trial(TrialRecord(number, values, {}, result), {})
    return study
