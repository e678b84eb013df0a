"""What a study says of itself, in lines of text and in a notebook."""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from tuner.phrasing import phrase
from tuner.run.finished import read_last_summary
from tuner.run.picking import read_picking_basis
from tuner.study import Study
from tuner.words import count_noun, format_hyperparameters, format_score

__all__ = ["describe_study", "render_study"]


def describe_study(study: Study) -> list[str]:
    """Return a study in some lines, without computing anything.

    Args:
        study: The study.
    """
    lines = [f"study {study.record.name}: {study.record.title}"]
    if answer := phrase(study.read_answer()):
        lines.append(answer)
    return lines + [": ".join(cells) for cells in _list_known(study)]


def render_study(study: Study) -> str:
    """Return a study as HTML: its question, its answer, and a table of its networks.

    Args:
        study: The study.
    """
    rows = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left">{escape(text)}</td></tr>'
        for name, text in _list_known(study)
    )
    return (
        f"<h3>{escape(study.record.title)}</h3><p><b>{escape(phrase(study.read_answer()))}</b></p>"
        f"<table>{rows}</table>"
    )


def _list_known(study: Study) -> Iterator[tuple[str, str]]:
    """Yield what is to say of a study as far as it has come, each with its name."""
    if summary := read_last_summary(study):
        yield from _list_facts(summary)
    elif read_picking_basis(study):  # as `KFoldClassifier` leaves it
        yield "trials", str(study.count_trials())
        yield "model", _locate(study.model_folder, "export() trains and exports the best network")
        yield "report", _locate(study.report_path, "the attribute report writes it")
    else:
        ended = count_noun(study.count_trials(), "trial")
        yield "not finished", f"{ended} ended; to go on: {phrase(study.make_command('resume'))}"


def _locate(path: Path, advice: str) -> str:
    return str(path) if path.exists() else f"none yet; {advice}"


def _list_facts(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is to say of a finished study, each with its name."""
    objective = summary["objective"]
    ended = [f"{summary[key]} {key}" for key in ("pruned", "failed") if summary[key]]
    others = f" ({', '.join(ended)})" if ended else ""
    yield "trials", f"{summary['trials']}{others}"
    for name in ("best", "smallest"):
        yield name, _describe_pick(summary[name], objective)
    if summary["exported"] == "ensemble":
        ensemble = summary["ensemble"]
        members = ", ".join(str(member["trial"]) for member in ensemble["members"])
        yield "ensemble", f"trials {members}: {_describe_score(ensemble, objective)}"
    tests = [
        f"{name} {format_score(test['score'], test['standard_error'])}"
        for name, test in summary["test"].items()
    ]
    if tests:
        yield "held-out test", ", ".join(tests)
    yield "exported", f"{summary['exported']}, {summary['model']}"
    yield "report", str(summary["report"])


def _describe_pick(pick: Mapping[str, Any], objective: str) -> str:
    values = format_hyperparameters({**pick["hyperparameters"], **pick["derived"]})
    return (
        f"trial {pick['trial']}, {values}; {pick['parameters']:,} parameters, "
        f"{_describe_score(pick, objective)}"
    )


def _describe_score(pick: Mapping[str, Any], objective: str) -> str:
    score = format_score(pick["score"], pick["standard_error"])
    corrected = pick.get("corrected_score")
    return f"{objective} {score}" + (f", corrected {corrected:.4f}" if corrected else "")
