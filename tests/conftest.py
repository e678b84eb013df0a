"""Settings of all tests, and fixtures that all tests share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")  # as the lanes trainer sets it in a search
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
os.environ.pop("MLFLOW_TRACKING_URI", None)  # a person's own server is none of the tests' business

import hypothesis
import numpy as np
import pytest

from tests.helpers.problems import CLASSES, make_problem, make_split
from tests.helpers.results import make_result
from tests.helpers.spaces import SMALL, make_space
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES
from tuner.study import SearchSettings, Study, StudyRecord, TrialRecord
from tuner.training import Plan

# People's runs look for new examples; CI's repeat theirs, so that a change is judged by itself.
hypothesis.settings.register_profile("people", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "people")


@pytest.fixture
def problem() -> Problem:
    return make_problem()


@pytest.fixture
def plan() -> Plan:
    return Plan(epochs=3, patience=3, objective=OBJECTIVES["cross_entropy"], seed=1)


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
