"""Made studies of a few trials, whose losses by row are known."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.helpers.problems import make_split
from tests.helpers.spaces import make_space
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.baselines import JudgedBaseline
from tuner.analysis.scores import Score
from tuner.analysis.trial_picks import pick_trials
from tuner.study import SearchSettings, StudyRecord, TrialRecord
from tuner.training import TrialResult

ROWS = 120
SPLIT = make_split(np.arange(ROWS) % 2, classes=["a", "b"], folds=4, test_size=0.0, seed=0)
HARD = np.random.default_rng(99).exponential(size=ROWS)  # all networks find the same rows hard
HARD = HARD / HARD.mean()
DIVERGED = {
    "status": "failed",
    "failure": "diverged",
    "reason": "the loss of fold 0 is not finite in epoch 2; a smaller learning rate may help",
}

SPACE = """
compare = "depth"
[network]
depth = { min = 0, max = 2 }
units = 8
activation = "relu"
[sgd]
learning_rate = { min = 0.001, max = 1.0, log = true }
"""


class Made:
    """A study to be; `add` gives it a trial."""

    def __init__(self, text: str = SPACE, **settings: Any) -> None:
        settings = {"folds": 4, "epochs": 2, **settings}
        self.study = StudyRecord(
            name="made",
            space="test",
            title="Which?",
            definition=make_space(text).to_dict(),
            data={"name": "points", "source": "points.csv"},
            settings=SearchSettings(**settings),
            split=SPLIT,
            versions={},
        )
        self.records: list[TrialRecord] = []
        self.cluster_values: dict[int, np.ndarray] = {}

    def add(
        self, values: dict[str, Any], shift: float = 0.0, status: str = "completed", **fields: Any
    ) -> "Made":
        """Add a trial whose losses are those of the rows, and `shift`.

        `losses` are its training and validation loss, if they are not the same; `derived` as of
        the record, other fields as of the result.
        """
        trial = len(self.records)
        noise = 0.02 * np.random.default_rng(trial).normal(size=ROWS)
        rows = HARD + shift + noise - noise.mean()
        derived = fields.pop("derived", {})
        score = float(rows.mean())
        train, validation = fields.pop("losses", (score, score))
        result = TrialResult(trial, status, **{"parameters": 100, **fields})
        if status != "failed":
            error = float(rows.std(ddof=1) / np.sqrt(ROWS))
            result = replace(
                result,
                score=score,
                standard_error=error,
                scores={"cross_entropy": score},
                standard_errors={"cross_entropy": error},
                fold_scores=tuple(float(rows[fold.validation].mean()) for fold in SPLIT.folds),
                epoch=2,
                curves={"loss": [[9.0, train]] * 4, "val_loss": [[9.0, validation]] * 4},
            )
        if status == "completed":
            self.cluster_values[trial] = rows
        self.records.append(TrialRecord(trial, values, derived, result))
        return self

    def evidence(self, *baselines: JudgedBaseline) -> Evidence:
        """Return what answers are drawn from."""
        selection = pick_trials(self.records, self.cluster_values, maximise=False, seed=0)
        return Evidence(
            self.study,
            tuple(self.records),
            self.cluster_values,
            selection.best,
            selection.smallest,
            baselines,
            "python -m tuner resume made",
        )


@pytest.fixture
def made() -> Callable[..., Made]:
    return Made


@pytest.fixture
def judged() -> Callable[..., JudgedBaseline]:
    """Make baselines that were judged."""

    def make(name: Any, score: float, verdict: Any, difference: float = 0.1) -> JudgedBaseline:
        scores = {"cross_entropy": Score(score, 0.05)}
        return JudgedBaseline(name, 1.0, scores, difference, 0.02, verdict)

    return make
