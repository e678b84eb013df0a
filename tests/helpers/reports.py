"""Studies that have everything that a report shows, with names that must be escaped."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.helpers.results import make_probabilities, make_result
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
    make_value_getter,
    pick_networks,
    predict_out_of_fold,
)
from tuner.problem import Problem
from tuner.report import ComparedStudy, ReportContent
from tuner.study import Study, TrialRecord
from tuner.training import TrialResult

NAUGHTY = "</script><b>a&b</b>"
"""A name that would end a script, or become a tag, if it were not escaped."""

TEST_SCORES = {"cross_entropy": (0.5, 0.1)}
_DEPTHS = (0, 1, 1, 2, 0, 2)


def make_trial(
    number: int, problem: Problem, *, status: str = "completed", noise: float | None = None
) -> TrialRecord:
    """Make a trial whose probabilities are noise around the truth; the rates differ."""
    probabilities = make_probabilities(problem, noise or 0.5 + number / 4, seed=number)
    parameters = 15 + 40 * _DEPTHS[number % 6]
    result = make_result(number, probabilities, problem, parameters=parameters)
    if status == "pruned":
        result = replace(result, status="pruned", reason="clearly worse than trial 0")
    if status == "failed":
        result = TrialResult(number, "failed", "the loss of fold 0 is not finite", seconds=0.2)
    values = {"depth": _DEPTHS[number % 6], "learning_rate": 0.01 * (number + 1)}
    return TrialRecord(number, values, {}, result)


def write_trials(study: Study, trials: Sequence[TrialRecord]) -> Study:
    """Write trials to a study, as a search does."""
    study.begin(study.record.settings)
    for trial in trials:
        study.write_trial(trial, {})
    return study


def fill_study(study: Study, problem: Problem) -> Study:
    """Write six trials to a study: one was pruned, one failed; and the scores of the test part."""
    statuses = {3: "failed", 4: "pruned"}
    trials = [make_trial(n, problem, status=statuses.get(n, "completed")) for n in range(6)]
    write_trials(study, trials)
    test = {"cross_entropy": [0.5, 0.1], "accuracy": [0.8, 0.05]}
    study.journal.append("tested", networks={"0": 1}, test=test)
    return study


def make_content(study: Study, problem: Problem, *, baselines: bool = True) -> ReportContent:
    """Make the content of a study's report, with answers and a baseline that are made up."""
    picks = pick_networks(study, problem.truth)
    records = tuple(study.read_trials())
    scores = {"cross_entropy": Score(0.9, 0.1), "accuracy": Score(0.6, 0.1)}
    judged = JudgedBaseline(
        "gradient boosting",
        1.5,
        scores,
        0.3,
        0.1,
        (0.1, 0.5),
        (0.7, 1.1),
        "loses",
        ("It is slow.",),
    )
    return ReportContent(
        study,
        problem.truth,
        records,
        picks,
        TEST_SCORES,
        _make_answers(records, picks.cluster_values, study),
        (judged,) if baselines else (),
        predict_out_of_fold(
            study, problem.truth, picks.list_members(picks.exported), temperature=1.0
        ),
    )


def make_compared(study: Study, problem: Problem) -> ComparedStudy:
    """Make a study that is compared with others."""
    records = tuple(sorted(study.read_trials(), key=lambda record: record.trial))
    picks = pick_networks(study, problem.truth)
    return ComparedStudy(study, problem.truth, records, picks, TEST_SCORES)


def _make_answers(records: Sequence[TrialRecord], values: Any, study: Study) -> Answers:
    """Make an answer of every kind."""
    comparison = compare_settings(
        records,
        values,
        get_setting=make_value_getter("depth"),
        split=study.record.split,
        objective=study.record.objective,
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
    answers = (
        Answer("How deep?", ("depth",), ("One layer is enough.",), comparison=comparison),
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
    headline = ("Trial 0 is best.", "Boosting loses.")
    return Answers("Yes, one layer is.", headline, answers, ("Pruned trials count.",))
