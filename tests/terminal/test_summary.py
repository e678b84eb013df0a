"""What the summary says in each way in which a search may end."""

from dataclasses import replace
from pathlib import Path

import pytest

from tuner.analysis import (
    Answers,
    Calibration,
    JudgedBaseline,
    Threshold,
    pick_networks,
    predict_out_of_fold,
)
from tuner.analysis.scores import Score
from tuner.report import ReportContent
from tuner.run.outcome import Outcome
from tuner.terminal.summary import format_summary

NO_ENSEMBLE = "no ensemble does better than the best trial"


@pytest.fixture
def ended(make_study, problem):
    """Make what a search of some trials found."""

    def make(*records, baselines=(), warnings=(), **fields):
        study = make_study()
        for record in records:
            study.write_trial(record, {})
        picks = pick_networks(study, problem.truth)
        members = picks.list_members(picks.exported)
        predictions = predict_out_of_fold(study, problem.truth, members, temperature=1.0)
        calibration = Calibration(fitted=1.2, before=0.5, after=0.5, standard_error=0.1)
        content = ReportContent(
            study,
            problem.truth,
            records,
            replace(picks, calibration=calibration),
            {"cross_entropy": (0.5, 0.1)},
            Answers("Yes, deeper is better.", (), ()),
            baselines,
            predictions,
            warnings=warnings,
        )
        found = {
            "content": content,
            "model": Path("runs/model"),
            "fault": "",
            "report": Path("runs/report.html"),
            "seconds": 12.34,
        }
        return Outcome(**{**found, **fields})

    return make


def lines_of(outcome):
    study = outcome.content.study
    return format_summary(outcome.to_dict(), study, ["compare  mlflow ui"], outcome.fault)


def change(outcome, **fields):
    """Return an outcome with other results."""
    return replace(outcome, content=replace(outcome.content, **fields))


def after(lines, heading):
    """The lines that belong to a heading: those below it that are further in."""
    below = lines[lines.index(heading) + 1 :]
    return below[: next(n for n, line in enumerate(below) if not line.startswith("  "))]


def test_the_best_network_is_exported_and_tested(ended, make_record):
    lines = lines_of(ended(make_record(0, noise=0.1), make_record(1, noise=9.0)))
    best = after(lines, "best of 2 trials, exported: trial 0")
    assert best[1] == "  parameters        15, trained for 2 epochs"
    rows = "(0 rows, which took no part in any choice)"
    assert best[-1] == f"  held-out test     cross_entropy 0.5000 ± 0.1000 {rows}"
    assert "no clearly smaller network is within one standard error of the best" in lines
    assert NO_ENSEMBLE in lines
    assert lines[-5:] == [
        "model    runs/model",
        lines[-4],
        "report   runs/report.html",
        "compare  mlflow ui",
        "seconds  12.3",
    ]


def test_the_class_that_is_recognised_worst_is_named(ended, make_record):
    outcome = ended(make_record(0, noise=1.5))
    worst = min(outcome.content.predictions.class_scores, key=lambda each: each.recall)
    (line,) = [x for x in lines_of(outcome) if x.startswith("class with the lowest recall: ")]
    assert line.startswith(f"class with the lowest recall: {worst.name}, recall {worst.recall:.2f}")


def test_the_threshold_of_two_classes_is_told(ended, make_record):
    outcome = ended(make_record(0, noise=1.5))
    threshold = Threshold("f1=bad", "bad", 0.3, 0.71, 0.65, 0.02)
    predictions = replace(outcome.content.predictions, threshold=threshold)
    chosen = change(outcome, predictions=predictions)
    line = (
        "threshold for f1=bad: bad from 0.300 on; 0.7100 against 0.6500 at 0.5, ± 0.0200; recall "
        "and precision go by it, all other scores by the more probable class"
    )
    assert line in lines_of(chosen)
    assert line not in lines_of(outcome)


def test_a_calibration_that_is_applied_has_its_corrected_score(ended, make_record):
    outcome = ended(make_record(0, noise=0.1), make_record(1, noise=9.0))
    assert not any(line.startswith("  and corrected ") for line in lines_of(outcome))
    calibration = Calibration(fitted=1.2, before=0.5, after=0.4, standard_error=0.01)
    applied = change(outcome, picks=replace(outcome.content.picks, calibration=calibration))
    lines = lines_of(applied)
    exported = outcome.content.picks.out_of_bag
    n = next(n for n, line in enumerate(lines) if line.startswith("  and corrected "))
    assert lines[n - 1].startswith("  calibrated        temperature 1.200: cross_entropy 0.5000 to")
    assert lines[n].startswith(f"  and corrected     cross_entropy {exported.score:.4f}, 95 % ")


def test_the_ensemble_is_exported_and_tested_where_it_is_better(ended, make_record):
    outcome = ended(*(make_record(trial, noise=1.5) for trial in range(8)))
    picks = outcome.content.picks
    members = picks.ensemble.members
    lines = lines_of(outcome)
    found = after(
        lines,
        "ensemble, better than the best trial, exported: networks of trials "
        f"{', '.join(member.label for member in members)}",
    )
    assert found[-1].startswith("  held-out test     ")
    assert found[0] == (
        f"  parameters        {picks.ensemble.parameters:,} in all, 5 times the best "
        "trial's; a prediction computes all of its networks"
    )
    best = after(lines, f"best of 8 trials: trial {picks.best.trial}")
    assert not any("held-out test" in line for line in best)
    both = tuple(replace(member, folds=5, on_all_rows=1) for member in members)
    averaged = replace(picks, ensemble=replace(picks.ensemble, members=both))
    lines = lines_of(change(outcome, picks=averaged))
    (line,) = [each for each in lines if each.startswith("ensemble, ")]
    assert "networks of the folds of trials " in line
    assert line.endswith(" and others on all rows")
    assert (
        "  these scores are of each fold's networks alone; what their mean gains is not known"
        in after(lines, line)
    )


def test_the_networks_of_the_only_trial_are_exported_and_tested(ended, make_record):
    outcome = ended(make_record(0))
    picks = outcome.content.picks
    members = tuple(replace(m, folds=5) for m in picks.list_members("best"))
    ensemble = replace(picks.ensemble, members=members, better=True)
    lines = lines_of(change(outcome, picks=replace(picks, ensemble=ensemble)))
    found = after(
        lines, "ensemble, the best trial's folds, exported: networks of the folds of trial 0"
    )
    assert found[-1].startswith("  held-out test     ")
    assert not any("corrected" in line for line in lines)  # there was no choice
    assert not any("held-out" in line for line in after(lines, "best of 1 trial: trial 0"))


def test_the_answer_follows_the_question(ended, make_record):
    outcome = ended(make_record(0))
    assert lines_of(outcome)[1:3] == [outcome.content.record.title, "Yes, deeper is better."]


def test_what_wins_over_the_exported_model_comes_before_the_answer(ended, make_record):
    winners = [
        baseline(name, 0.4, difference=-0.1, verdict="wins")
        for name in ("logistic regression", "gradient boosting")
    ]
    lines = lines_of(ended(make_record(0), baselines=tuple(winners)))
    assert lines[2:4] == [
        "Logistic regression and gradient boosting are better than the exported model.",
        "Yes, deeper is better.",
    ]


def test_simple_classifiers_stand_beside_what_is_exported(ended, make_record):
    lines = lines_of(
        ended(
            make_record(0),
            baselines=(
                baseline("logistic regression", 0.4, difference=-0.1, verdict="wins"),
                baseline("gradient boosting", 0.6, difference=0.1, verdict="loses"),
                baseline("majority class", 0.5, difference=0.01, verdict="ties"),
            ),
        )
    )
    assert after(
        lines, "simple classifiers on the same folds, compared with the exported model:"
    ) == [
        "  logistic regression cross_entropy 0.4000 ± 0.0300, better by 0.1000 ± 0.0200",
        "  gradient boosting   cross_entropy 0.6000 ± 0.0300, worse by 0.1000 ± 0.0200",
        "  majority class      cross_entropy 0.5000 ± 0.0300, cannot be told apart, worse by "
        "0.0100 ± 0.0200",
    ]


def test_a_verdict_by_right_rows_names_them(ended, make_record):
    guess = baseline("majority class", 0.4, difference=-0.01, verdict="loses")
    lines = lines_of(ended(make_record(0), baselines=(replace(guess, by_rows=True),)))
    assert (
        "  majority class      cross_entropy 0.4000 ± 0.0300, clearly fewer rows are right, though "
        "better by 0.0100 ± 0.0200"
    ) in lines


def test_simple_classifiers_that_had_no_time_are_named(ended, make_record):
    outcome = ended(make_record(0))
    command = outcome.content.study.make_command("report")
    assert f"simple classifiers had no time to be compared; to do it now: {command}" in lines_of(
        outcome
    )


def baseline(name, score, *, difference, verdict):
    scores = {"cross_entropy": Score(score, 0.03)}
    interval, own = (difference - 0.04, difference + 0.04), (score - 0.1, score + 0.1)
    return JudgedBaseline(name, 1.0, scores, difference, 0.02, interval, own, verdict)


def test_the_smallest_network_is_told_of_where_it_is_another_one(ended, make_record):
    lines = lines_of(ended(make_record(0, noise=1.0, parameters=900), make_record(1, noise=1.2)))
    assert "smallest within one standard error of the best: trial 1" in lines


def test_a_network_that_is_hardly_smaller_than_the_best_is_not_told_of(ended, make_record):
    lines = lines_of(ended(make_record(0, parameters=20013), make_record(1, parameters=19905)))
    assert "no clearly smaller network is within one standard error of the best" in lines


@pytest.mark.parametrize("trials", [1, 8], ids=["best", "ensemble"])
def test_nothing_is_called_exported_where_the_export_failed(ended, make_record, trials):
    records = [make_record(trial, noise=1.5) for trial in range(trials)]
    lines = lines_of(ended(*records, model=None, fault="it answers differently"))
    assert not any(", exported" in line for line in lines)
    assert "model    not exported: it answers differently" in lines


def test_one_trial_was_not_chosen_among_others(ended, make_record):
    lines = lines_of(change(ended(make_record(0, epoch=1), report=None), test={}))
    assert after(lines, "best of 1 trial, exported: trial 0")[1:] == [
        "  parameters        15, trained for 1 epoch",
        lines[7],
    ]
    assert not any("standard error" in line or "corrected" in line for line in lines)
    assert "report   not written" in lines
