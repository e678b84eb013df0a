"""The summary that the terminal shows when a search has ended.

It is made of the object that `--json` prints, so that the summary of an earlier run can be shown.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tuner.scoring import Objective
from tuner.study import Study, read_networks
from tuner.words import (
    are_clearly_fewer,
    capitalize_first,
    count_noun,
    format_hyperparameters,
    format_interval,
    format_score,
    join_words,
    list_counts,
    list_scores,
    say_held_out_gap,
    say_probability,
    say_times,
)

__all__ = ["add_options", "format_summary"]

Summary = Mapping[str, Any]


def add_options(sentence: str, study: Study, options: Sequence[str]) -> str:
    """Return a sentence with options added to its command that resumes a study, if it has one.

    The study keeps its answer without --tracking-uri, which may hold a password.
    """
    return sentence.replace(study.make_command("resume"), study.make_command("resume", *options))


def format_summary(
    summary: Summary, study: Study, user_interface: Sequence[str], fault: str = ""
) -> list[str]:
    """Return the summary of a run, line by line.

    What is better than the exported model comes first, then the answer to the space's question, the
    exported model, and all else.

    Args:
        summary: The object that `--json` prints.
        study: The study.
        user_interface: Lines that say where the study is in MLflow.
        fault: Why the export failed; empty otherwise.
    """
    answer = [summary["answer"]] if "answer" in summary else []  # older runs have none
    is_ensemble = summary["exported"] == "ensemble"
    picks = [_describe_best(summary, study), _describe_ensemble(summary, study)]
    return [
        "",
        study.record.title,
        *_describe_winners(summary),
        *answer,
        *_describe_gap(summary, study),
        "",
        *(line for pick in (reversed(picks) if is_ensemble else picks) for line in pick),
        *_describe_smallest(summary, study),
        *_describe_classes(summary),
        *_describe_baselines(summary, study),
        "",
        f"model    {summary['model'] or 'not exported: ' + fault}",
        f"study    {study.folder}",
        f"report   {summary['report'] or 'not written'}",
        *user_interface,
        f"seconds  {summary['seconds']:.1f}",
    ]


def _describe_gap(summary: Summary, study: Study) -> list[str]:
    """Return that the held-out rows are predicted much worse than expected, if they are."""
    objective, test = study.record.objective, summary["test"].get(summary["objective"])
    expected = summary.get("exported_score")  # older runs lack it
    if expected is None or test is None:
        return []
    scores = [(each["score"], each["standard_error"]) for each in (expected, test)]
    order = study.record.data.get("order")
    said = say_held_out_gap(objective.name, *scores, maximise=objective.maximise, order=order)
    return [said] if said else []


def _describe_winners(summary: Summary) -> list[str]:
    """Return that simple classifiers are better than the exported model, if any is."""
    winners = [baseline for baseline in summary["baselines"] if baseline["verdict"] == "wins"]
    if not winners:
        return []
    names = join_words([baseline["name"] for baseline in winners])
    verb = "is" if len(winners) == 1 else "are"
    return [capitalize_first(f"{names} {verb} better than the exported model.")]


def _describe_best(summary: Summary, study: Study) -> list[str]:
    best = summary["best"]
    others = [f"{summary[status]} {status}" for status in ("pruned", "failed") if summary[status]]
    lines = [
        f"best of {count_noun(summary['trials'], 'trial')}"
        + (f" ({', '.join(others)})" if others else "")
        + f"{_mark_exported(summary, 'best')}: {_name_trial(best, study)}",
        *_describe_network(best),
        f"  cross-validated   {_list_scores(best)}",
        *_describe_correction(best, summary),
    ]
    return lines + (_describe_model(summary, study) if summary["exported"] == "best" else [])


def _name_trial(pick: Mapping[str, Any], study: Study) -> str:
    name = study.record.find_first_name(pick["hyperparameters"])
    return f"trial {pick['trial']}" + (f", {name}" if name else "")


def _describe_smallest(summary: Summary, study: Study) -> list[str]:
    smallest = summary["smallest"]
    if are_clearly_fewer(smallest["parameters"], than=summary["best"]["parameters"]):
        return [
            f"smallest within one standard error of the best: {_name_trial(smallest, study)}",
            *_describe_network(smallest),
            f"  cross-validated   {_list_scores(smallest)}",
        ]
    if summary["completed"] > 1:
        return ["no clearly smaller network is within one standard error of the best"]
    return []


def _describe_classes(summary: Summary) -> list[str]:
    """Describe the class that the exported model recognises worst, and the threshold of two."""
    known = [
        c for c in summary.get("class_scores", []) if c["recall"] is not None
    ]  # of older runs none
    if not known:
        return []
    worst = min(known, key=lambda each: each["recall"])
    recall = format_score(worst["recall"], worst["recall_standard_error"])
    precision = "never predicted"
    if worst["precision"] is not None:
        error = worst["precision_standard_error"]
        precision = f"precision {format_score(worst['precision'], error)}"
    lines = [f"class with the lowest recall: {worst['name']}, recall {recall}, {precision}"]
    if left_out := summary.get("left_out_classes"):
        lines.append(f"classes that the model does not know: {list_counts(left_out)}")
    if pooled := summary.get("pooled_classes"):
        last = summary["class_scores"][-1]["name"]
        lines.append(f"class {last} stands for {list_counts(pooled)}")
    if threshold := summary["threshold"]:
        lines.append(
            f"threshold for {threshold['rule']}: {threshold['predicted']} from "
            f"{say_probability(threshold['value'])} on; {threshold['score']:.4f} against "
            f"{threshold['half']:.4f} at 0.5, ± {threshold['standard_error']:.4f}; recall and "
            "precision go by it, all other scores by the more probable class"
        )
    return lines


def _describe_ensemble(summary: Summary, study: Study) -> list[str]:
    """Describe the ensemble, or say that it is not exported."""
    ensemble = summary["ensemble"]
    if summary["completed"] < 2 and summary["exported"] != "ensemble":
        return []
    if not ensemble["better"]:
        return ["no ensemble does better than the best trial"]
    if ensemble.get("too_large"):
        return ["an ensemble does better than the best trial, but is beyond the search's limits"]
    shown = ensemble.get("told_apart")  # older runs did not test it
    better = "better than the best trial" if shown else "likely better than the best trial"
    alone = "  these scores are of each fold's networks alone; what their mean gains is not known"
    members = read_networks(ensemble)
    noun = "trials" if len(members) > 1 else "trial"
    folds, best = members[0].folds, summary["best"]
    added = any(member.on_all_rows for member in members)
    if folds and len(members) == 1:
        better = "the best trial's folds"
    times = say_times(ensemble["parameters"] / best["parameters"])
    of_trials = f"{noun} {', '.join(member.label for member in members)}"
    return [
        f"ensemble, {better}{_mark_exported(summary, 'ensemble')}: "
        f"networks of {'the folds of ' if folds else ''}{of_trials}"
        f"{' and others on all rows' if added else ''}",
        f"  parameters        {ensemble['parameters']:,} in all, {times} the best trial's; "
        "a prediction computes all of its networks",
        f"  cross-validated   {_list_scores(ensemble)}",
        *_describe_correction(ensemble, summary),
        *([] if not folds or summary["objective"] in summary.get("averaging", {}) else [alone]),
        *_describe_model(summary, study),
    ]


def _describe_baselines(summary: Summary, study: Study) -> list[str]:
    """Describe the simple classifiers, each beside the exported model."""
    if not summary["baselines"]:
        command = study.make_command("report")
        return [f"simple classifiers had no time to be compared; to do it now: {command}"]
    objective = study.record.objective
    return [
        "simple classifiers on the same folds, compared with the exported model:",
        *(_describe_baseline(baseline, objective) for baseline in summary["baselines"]),
    ]


def _describe_baseline(baseline: Mapping[str, Any], objective: Objective) -> str:
    is_better = (baseline["difference"] > 0) == objective.maximise
    side = "better by" if is_better else "worse by"
    verdict = f"cannot be told apart, {side}" if baseline["verdict"] == "ties" else side
    if baseline.get("by_rows"):  # older runs lack it
        verdict = f"clearly fewer rows are right, {'though ' if is_better else ''}{side}"
    accuracy = baseline.get("accuracy")  # older runs lack it
    right = "" if accuracy is None else f"accuracy {accuracy:.4f}, "
    difference = format_score(abs(baseline["difference"]), baseline["difference_standard_error"])
    score = format_score(baseline["score"], baseline["standard_error"])
    return (
        f"  {baseline['name']:<19} {right if objective.name != 'accuracy' else ''}"
        f"{objective.name} {score}, {verdict} {difference}"
    )


def _describe_model(summary: Summary, study: Study) -> list[str]:
    """Describe what only the exported model has: its calibration and its held-out score."""
    lines, calibration, objective = [], summary["calibration"], summary["objective"]
    averaging = summary.get("averaging", {}).get(objective)  # older runs lack it
    if calibration["applied"]:
        before, after = calibration["cross_entropy"], calibration["calibrated_cross_entropy"]
        lines.append(
            f"  calibrated        temperature {calibration['temperature']:.3f}: cross_entropy "
            f"{before:.4f} to {after:.4f}, on folds that it was not fitted on"
        )
    if averaging:
        side = "worse" if study.record.objective.to_loss(averaging["score"]) > 0 else "better"
        change = format_score(abs(averaging["score"]), averaging["standard_error"])
        lines.append(
            f"  averaged          {side} by {change} than each fold's networks alone, which the "
            "scores above are of"
        )
    exported = summary.get("exported_score")  # older runs lack it
    if exported and (averaging or (calibration["applied"] and summary["completed"] > 1)):
        lines.append(
            f"  and corrected     {objective} {exported['score']:.4f}, 95 % interval "
            f"{format_interval(exported['interval'])}"
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


def _describe_correction(pick: Mapping[str, Any], summary: Summary) -> list[str]:
    """Describe the correction of a score, if there was a choice."""
    if summary["completed"] < 2:
        return []
    return [
        f"  corrected for the choice: {summary['objective']} {pick['corrected_score']:.4f}, 95 % "
        f"interval {format_interval(pick['corrected_interval'])}"
    ]


def _list_scores(pick: Mapping[str, Any]) -> str:
    return list_scores(
        {name: (score, pick["standard_errors"][name]) for name, score in pick["scores"].items()}
    )
