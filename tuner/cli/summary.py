"""What stands on the terminal when a search has ended."""

from collections import Counter

from tuner.cli.describe import configuration, counted
from tuner.pipeline import Outcome
from tuner.study import Pick

__all__ = ["summary_lines"]


def summary_lines(outcome: Outcome, user_interface: str) -> list[str]:
    """Return the summary of a search, a line each.

    Args:
        outcome: What the search found.
        user_interface: The command that opens MLflow's pages, or their address.
    """
    record, objective = outcome.study.record, outcome.study.record.settings.objective
    best, smallest = outcome.selection.best, outcome.selection.smallest
    counts = Counter(trial.result.status for trial in outcome.records)
    others = [f"{counts[status]} {status}" for status in ("pruned", "failed") if counts[status]]
    lines = [
        "",
        record.title,
        "",
        f"best of {counted(len(outcome.records), 'trial')}"
        + (f" ({', '.join(others)})" if others else "")
        + f": trial {best.trial}",
        *_network(best),
        f"  cross-validated   {_scores(best)}",
    ]
    completed = counts["completed"]
    if completed > 1:
        lines.append(
            f"  corrected for having picked the best of {completed}: {objective} "
            f"{best.corrected_score:.4f}"
        )
    if outcome.test:
        tests = ", ".join(f"{name} {m:.4f} ± {e:.4f}" for name, (m, e) in outcome.test.items())
        lines.append(f"  held-out test     {tests} ({len(record.split.test):,} rows, scored once)")
    if smallest.trial == best.trial and completed > 1:
        lines.append("no smaller network is within one standard error of it")
    elif smallest.trial != best.trial:
        lines += [
            f"smallest within one standard error of it: trial {smallest.trial}",
            *_network(smallest),
            f"  cross-validated   {_scores(smallest)}",
        ]
    return [
        *lines,
        "",
        f"model    {outcome.model or 'not exported: ' + outcome.fault}",
        f"study    {outcome.study.folder}",
        f"compare  {user_interface}",
        f"seconds  {outcome.seconds:.1f}",
    ]


def _network(pick: Pick) -> list[str]:
    return [
        f"  hyperparameters   {configuration({**pick.hyperparameters, **pick.derived})}",
        f"  parameters        {pick.parameters:,}, trained for {pick.epoch} epochs",
    ]


def _scores(pick: Pick) -> str:
    return ", ".join(
        f"{name} {score:.4f} ± {pick.standard_errors[name]:.4f}"
        for name, score in pick.scores.items()
    )
