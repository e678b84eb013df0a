"""Small real parts that the tests share."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")  # as the lanes trainer sets it in a search
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
os.environ.pop("MLFLOW_TRACKING_URI", None)  # a person's own server is none of the tests' business

import hypothesis
import numpy as np
import pytest

from tuner.folds import Split, Splitter
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES
from tuner.space import Space, parse_space
from tuner.study import SearchSettings, Study, StudyRecord, TrialRecord
from tuner.training import Plan, TrialResult
from tuner.training.result import scores_of

# People's runs look for new examples; CI's repeat theirs, so that a change is judged by itself.
hypothesis.settings.register_profile("people", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "people")

FEATURES, CLASSES = 4, 3


def make_split(
    y: np.ndarray, *, classes: Sequence[str], folds: int, test_size: float, seed: int
) -> Split:
    """Rows that each stand for themselves, split."""
    return Splitter(folds, test_size, seed).split(y, classes=classes)


def make_problem(rows: int = 60, folds: int = 3, seed: int = 0) -> Problem:
    """Three overlapping clouds of points; with 61 rows the folds are of unequal size."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % CLASSES
    x = rng.normal(size=(rows, FEATURES)) + 1.5 * np.eye(CLASSES, FEATURES)[y]
    split = make_split(y, classes=["a", "b", "c"], folds=folds, test_size=0.0, seed=seed)
    return Problem(x.astype(np.float32), y, split.folds, np.ones(FEATURES, bool))


@pytest.fixture
def problem() -> Problem:
    return make_problem()


@pytest.fixture
def plan() -> Plan:
    return Plan(epochs=3, patience=3, objective=OBJECTIVES["cross_entropy"], seed=1)


def make_space(text: str = "", title: str = "Which?") -> Space:
    return parse_space(f'title = "{title}"\n{text}', name="test", file="test.toml")


SMALL = """
[network]
depth = { min = 0, max = 2 }
units = 8
[sgd]
learning_rate = { min = 0.01, max = 0.3, log = true }
batch_size = 16
"""


def make_result(trial: int, probabilities: np.ndarray, problem: Problem, **fields: Any) -> Any:
    folds = len(problem.folds)
    curve = [[1.0 / (epoch + fold + 1) for epoch in range(2)] for fold in range(folds)]
    names = ("loss", "val_loss", "accuracy", "val_accuracy", "penalty")
    defaults = {
        "epoch": 2,
        "parameters": 15,
        "seconds": 0.5,
        "curves": dict.fromkeys(names, curve),
        "probabilities": probabilities,
    }
    scores = scores_of(probabilities, problem, OBJECTIVES["cross_entropy"])
    return TrialResult(trial, "completed", **{**defaults, **scores, **fields})


@pytest.fixture
def make_record(problem: Problem) -> Callable[..., TrialRecord]:
    """Make finished trials whose probabilities are noise around the truth."""

    def make(trial: int, noise: float = 1.0, **fields: Any) -> TrialRecord:
        rng = np.random.default_rng(trial)
        logits = 2 * np.eye(CLASSES)[problem.y[problem.rows]]
        logits += noise * rng.normal(size=logits.shape)
        probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        result = make_result(trial, probabilities.astype(np.float32), problem, **fields)
        return TrialRecord(trial, {"depth": 1, "learning_rate": 0.1}, {}, result)

    return make


@pytest.fixture
def make_study(problem: Problem, tmp_path: Path) -> Callable[..., Study]:
    """Make studies on the disk, without trials."""

    def make(name: str = "study", **settings: Any) -> Study:
        split = make_split(problem.y, classes=["a", "b", "c"], folds=3, test_size=0.0, seed=0)
        record = StudyRecord(
            name=name,
            space="test",
            title="Which?",
            definition=make_space(SMALL).to_dict(),
            data={"name": "points", "rows": 60, "classes": ["a", "b", "c"]},
            settings=SearchSettings(**{"folds": 3, "epochs": 2, **settings}),
            split=split,
            versions={"softmax-tuner": "0"},
        )
        return Study.create(record, tmp_path / "runs")

    return make
