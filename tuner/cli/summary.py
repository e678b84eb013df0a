"""The summary that the terminal shows when a search has ended.

It is made of the object that `--json` prints, so that the summary of an earlier run can be shown.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tuner.study import Study
from tuner.words import (
    count_noun,
    format_hyperparameters,
    format_interval,
    format_score,
    list_scores,
)

__all__ = ["format_summary"]

Summary = Mapping[str, Any]


# Over 40 lines: it has the parts of the summary in their order.
def format_summary(
    summary: Summary, study: Study, user_interface: str, fault: str = ""
) -> list[str]:
    """Return the summary of a run, line by line.

    Args:
        summary: The object that `--json` prints.
        study: The study.
        user_interface: The command that opens MLflow's pages, or their address.
        fault: Why the export failed; empty otherwise.
    """
    best, smallest, completed = summary["best"], summary["smallest"], summary["completed"]
    answer = [summary["answer"]] if "answer" in summary else []  # older runs have none
    lines = ["", study.record.title, *answer, "", *_describe_best(summary)]
    if completed > 1:
        lines.append(_describe_correction(best, summary["objective"]))
    if summary["exported"] == "best":
        lines += _describe_model(summary, study)
    if smallest["trial"] == best["trial"] and completed > 1:
        lines.append("no smaller network is within one standard error of the best")
    elif smallest["trial"] != best["trial"]:
        lines += [
            f"smallest within one standard error of the best: trial {smallest['trial']}",
            *_describe_network(smallest),
            f"  cross-validated   {_list_scores(smallest)}",
        ]
    if completed > 1:
        lines += _describe_ensemble(summary, study)
    if summary["baselines"]:
        lines.append("simple classifiers on the same folds, compared with the exported network:")
        lines += [
            _describe_baseline(baseline, summary["objective"]) for baseline in summary["baselines"]
        ]
    return [
        *lines,
        "",
        f"model    {summary['model'] or 'not exported: ' + fault}",
        f"study    {study.folder}",
        f"report   {summary['report'] or 'not written'}",
        f"compare  {user_interface}",
        f"seconds  {summary['seconds']:.1f}",
    ]


def _describe_best(summary: Summary) -> list[str]:
    best = summary["best"]
    others = [f"{summary[status]} {status}" for status in ("pruned", "failed") if summary[status]]
    return [
        f"best of {count_noun(summary['trials'], 'trial')}"
        + (f" ({', '.join(others)})" if others else "")
        + f"{_mark_exported(summary, 'best')}: trial {best['trial']}",
        *_describe_network(best),
        f"  cross-validated   {_list_scores(best)}",
    ]


def _describe_ensemble(summary: Summary, study: Study) -> list[str]:
    """Describe the ensemble, or say that it is no better than the best trial."""
    ensemble = summary["ensemble"]
    if not ensemble["better"]:
        return ["no ensemble is better than the best trial by more than one standard error"]
    members = ensemble["members"]
    noun = "trials" if len(members) > 1 else "trial"
    return [
        "ensemble, better than the best trial by more than one standard error"
        f"{_mark_exported(summary, 'ensemble')}: networks of {noun} {_list_members(members)}",
        f"  parameters        {ensemble['parameters']:,} in all",
        f"  cross-validated   {_list_scores(ensemble)}",
        _describe_correction(ensemble, summary["objective"]),
        *_describe_model(summary, study),
    ]


def _list_members(members: Sequence[Mapping[str, Any]]) -> str:
    """List an ensemble's trials, each with its number of networks if there are several.

    >>> _list_members([{"trial": 3, "networks": 2}, {"trial": 7, "networks": 1}])
    '3 ×2, 7'
    """
    return ", ".join(
        f"{member['trial']} ×{member['networks']}"
        if member["networks"] > 1
        else str(member["trial"])
        for member in members
    )


def _describe_baseline(baseline: Mapping[str, Any], objective: str) -> str:
    verdict = {"wins": "better by", "loses": "worse by", "ties": "no clear difference,"}
    difference, error = baseline["difference"], baseline["difference_standard_error"]
    return (
        f"  {baseline['name']:<19} {objective} "
        f"{format_score(baseline['score'], baseline['standard_error'])}, "
        f"{verdict[baseline['verdict']]} {format_score(abs(difference), error)}"
    )


def _describe_model(summary: Summary, study: Study) -> list[str]:
    """Describe what only the exported model has: its calibration and its held-out score."""
    lines, calibration = [], summary["calibration"]
    if calibration["applied"]:
        before, after = calibration["cross_entropy"], calibration["calibrated_cross_entropy"]
        lines.append(
            f"  calibrated        temperature {calibration['temperature']:.3f}: cross_entropy "
            f"{before:.4f} to {after:.4f}, on folds that it was not fitted on"
        )
    if summary["test"]:
        scores = list_scores(
            {
                name: (test["score"], test["standard_error"])
                for name, test in summary["test"].items()
            }
        )
        rows = len(study.record.split.test)
        lines.append(
            f"  held-out test     {scores} ({rows:,} rows, which took no part in any choice)"
        )
    return lines


def _mark_exported(summary: Summary, name: str) -> str:
    exported = summary["model"] is not None and summary["exported"] == name
    return ", exported" if exported else ""


def _describe_network(pick: Mapping[str, Any]) -> list[str]:
    hyperparameters = format_hyperparameters({**pick["hyperparameters"], **pick["derived"]})
    epochs = count_noun(pick["epoch"], "epoch")
    return [
        f"  hyperparameters   {hyperparameters}",
        f"  parameters        {pick['parameters']:,}, trained for {epochs}",
    ]


def _describe_correction(pick: Mapping[str, Any], objective: str) -> str:
    return (
        f"  corrected for the choice: {objective} {pick['corrected_score']:.4f}, 95 % interval "
        f"{format_interval(pick['corrected_interval'])}"
    )


def _list_scores(pick: Mapping[str, Any]) -> str:
    return list_scores(
        {name: (score, pick["standard_errors"][name]) for name, score in pick["scores"].items()}
    )
