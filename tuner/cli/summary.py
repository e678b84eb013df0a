"""What stands on the terminal when a search has ended."""

from collections import Counter

from tuner.analysis import Calibration, Ensemble, JudgedBaseline, PickName
from tuner.run.outcome import Outcome
from tuner.study import Pick
from tuner.words import (
    count_noun,
    format_hyperparameters,
    format_interval,
    format_score,
    list_scores,
)

__all__ = ["summary_lines"]


def summary_lines(outcome: Outcome, user_interface: str) -> list[str]:
    """Return the summary of a search, a line each.

    Args:
        outcome: What the search found.
        user_interface: The command that opens MLflow's pages, or their address.
    """
    record, objective = outcome.study.record, outcome.study.record.settings.objective
    best, smallest = outcome.picks.best, outcome.picks.smallest
    counts = Counter(trial.result.status for trial in outcome.records)
    others = [f"{counts[status]} {status}" for status in ("pruned", "failed") if counts[status]]
    lines = [
        "",
        record.title,
        "",
        f"best of {count_noun(len(outcome.records), 'trial')}"
        + (f" ({', '.join(others)})" if others else "")
        + f"{_exported(outcome, 'best')}: trial {best.trial}",
        *_network(best),
        f"  cross-validated   {_scores(best)}",
    ]
    completed = counts["completed"]
    if completed > 1:
        lines.append(_corrected(best, objective))
    if outcome.picks.exported == "best":
        lines += _of_the_model(outcome)
    if smallest.trial == best.trial and completed > 1:
        lines.append("no smaller network is within one standard error of the best")
    elif smallest.trial != best.trial:
        lines += [
            f"smallest within one standard error of the best: trial {smallest.trial}",
            *_network(smallest),
            f"  cross-validated   {_scores(smallest)}",
        ]
    if completed > 1:
        lines += _ensemble(outcome)
    if outcome.baselines:
        lines.append("simple classifiers on the same folds, beside what is exported:")
        lines += [_baseline(each, objective) for each in outcome.baselines]
    return [
        *lines,
        "",
        f"model    {outcome.model or 'not exported: ' + outcome.fault}",
        f"study    {outcome.study.folder}",
        f"report   {outcome.report or 'not written'}",
        f"compare  {user_interface}",
        f"seconds  {outcome.seconds:.1f}",
    ]


def _ensemble(outcome: Outcome) -> list[str]:
    """Return what the ensemble is and is worth; in short where it is not exported."""
    ensemble, objective = outcome.picks.ensemble, outcome.study.record.settings.objective
    if not ensemble.better:
        return ["no ensemble is better than the best trial by more than one standard error"]
    trials = ", ".join(member.label for member in ensemble.members)
    noun = "trials" if len(ensemble.members) > 1 else "trial"
    return [
        "ensemble, better than the best trial by more than one standard error"
        f"{_exported(outcome, 'ensemble')}: networks of {noun} {trials}",
        f"  parameters        {ensemble.parameters:,} in all",
        f"  cross-validated   {_scores(ensemble)}",
        _corrected(ensemble, objective),
        *_of_the_model(outcome),
    ]


def _baseline(baseline: JudgedBaseline, objective: str) -> str:
    score = baseline.scores[objective]
    apart = format_score(abs(baseline.difference), baseline.standard_error)
    verdict = {"wins": "better by", "loses": "worse by", "ties": "not told apart,"}
    return (
        f"  {baseline.name:<19} {objective} "
        f"{format_score(score.value, score.standard_error)}, "
        f"{verdict[baseline.verdict]} {apart}"
    )


def _of_the_model(outcome: Outcome) -> list[str]:
    """Return what holds of the exported model alone: its calibration, and its held-out score."""
    return _calibration(outcome.calibration) + _test(outcome)


def _calibration(calibration: Calibration) -> list[str]:
    if not calibration.applied:
        return []
    return [
        f"  calibrated        temperature {calibration.temperature:.3f}: cross_entropy "
        f"{calibration.before:.4f} to {calibration.after:.4f}, on folds that it was not fitted on"
    ]


def _exported(outcome: Outcome, name: PickName) -> str:
    exported = outcome.model is not None and outcome.picks.exported == name
    return ", exported" if exported else ""


def _test(outcome: Outcome) -> list[str]:
    if not outcome.test:
        return []
    rows = len(outcome.study.record.split.test)
    return [
        f"  held-out test     {list_scores(outcome.test)} "
        f"({rows:,} rows, which took no part in any choice)"
    ]


def _network(pick: Pick) -> list[str]:
    return [
        f"  hyperparameters   {format_hyperparameters({**pick.hyperparameters, **pick.derived})}",
        f"  parameters        {pick.parameters:,}, trained for {count_noun(pick.epoch, 'epoch')}",
    ]


def _corrected(pick: Pick | Ensemble, objective: str) -> str:
    return (
        f"  corrected for the choice: {objective} {pick.corrected_score:.4f}, 95 % interval "
        f"{format_interval(pick.corrected_interval)}"
    )


def _scores(pick: Pick | Ensemble) -> str:
    return list_scores(
        {name: (score, pick.standard_errors[name]) for name, score in pick.scores.items()}
    )
