"""A study on the disk that has everything that a report shows, with names that must be escaped."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.results import make_result
from tuner.analysis import (
    Answer,
    Answers,
    Cell,
    Importance,
    JudgedBaseline,
    Point,
    Score,
    Span,
    compare_settings,
    group_by_hyperparameter,
    pick_networks,
)
from tuner.report import ReportContent
from tuner.study import Study, TrialRecord
from tuner.training import TrialResult

NAUGHTY = "</script><b>a&b</b>"
"""A name that would end a script, or be a tag of its own, where it is not escaped."""

DEPTHS = (0, 1, 1, 2, 0, 2)


def make_trial(number, problem, *, status="completed", noise=None):
    """Make a trial whose probabilities are noise around the truth; the rates differ."""
    rng = np.random.default_rng(number)
    logits = 2 * np.eye(3)[problem.y[problem.rows]]
    logits += (noise or 0.5 + number / 4) * rng.normal(size=logits.shape)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    parameters = 15 + 40 * DEPTHS[number % 6]
    result = make_result(number, probabilities.astype(np.float32), problem, parameters=parameters)
    if status == "pruned":
        result = replace(result, status="pruned", reason="clearly worse than trial 0")
    if status == "failed":
        result = TrialResult.from_failure(
            number, "diverged", "the loss of fold 0 is not finite", seconds=0.2
        )
    values = {"depth": DEPTHS[number % 6], "learning_rate": 0.01 * (number + 1)}
    return TrialRecord(number, values, {}, result)


def fill(study, problem, trials=6):
    """Write trials to a study: one was pruned, one failed."""
    study.begin(study.record.settings)
    others = {3: "failed", 4: "pruned"}
    for number in range(trials):
        record = make_trial(number, problem, status=others.get(number, "completed"))
        study.write_trial(record, {})
    study.journal.append(
        "tested", networks={"0": 1}, test={"cross_entropy": [0.5, 0.1], "accuracy": [0.8, 0.05]}
    )
    return study


def named(study, **data):
    """The same study with other words about its data."""
    record = replace(study.record, data={**study.record.data, **data})
    return Study(record, study.folder)


@pytest.fixture
def study(make_study, problem):
    return fill(named(make_study(), classes=["a", NAUGHTY, "c"]), problem)


def make_answers(records, values, split):
    """Answers of every kind that there is."""
    settings = compare_settings(
        records, values, get_setting=group_by_hyperparameter("depth"), split=split, maximise=False
    )
    points = tuple(
        Point(r.trial, 0.01 * (r.trial + 1), None, r.result.score, 0.1, 0.2, 15, False, "overfits")
        for r in records
        if r.completed
    )
    cells = (
        Cell((0.01, 0.1), (16, 16), 3, 2, 0, 1, 0, 0.5),
        Cell((0.1, 1.0), (16, 16), 1, 0, 0, 1, None, None),
        Cell((0.01, 0.1), (32, 64), 0, 0, 0, 0, None, None),
    )
    importance = Importance({"depth": 0.75, "learning_rate": 0.25}, ("depth",), 6, 3)
    sections = (
        Answer("How deep?", ("depth",), ("One layer is enough.",), settings=settings),
        Answer("What matters?", (), ("Depth matters most.",), importance=importance),
        Answer(
            "How fast?",
            ("learning_rate",),
            (f"As {NAUGHTY} says.",),
            points=points,
            spans=(Span(None, "overfits", 0.01, 0.02, 2),),
            log=True,
        ),
        Answer("Which pair?", ("learning_rate", "batch_size"), ("Any.",), cells=cells, log=True),
    )
    return Answers(("Trial 0 is best.", "Boosting loses."), sections, ("Pruned trials count.",))


def make_material(study, problem, *, baselines=True):
    choice = pick_networks(study, problem.truth)
    records = tuple(study.read_trials())
    scores = {"cross_entropy": Score(0.9, 0.1), "accuracy": Score(0.6, 0.1)}
    judged = JudgedBaseline("gradient boosting", 1.5, scores, 0.3, 0.1, "loses", ("It is slow.",))
    return ReportContent(
        study,
        problem.truth,
        records,
        choice,
        {"cross_entropy": (0.5, 0.1)},
        make_answers(records, choice.cluster_values, study.record.split),
        (judged,) if baselines else (),
    )


@pytest.fixture
def material(study, problem):
    return make_material(study, problem)
