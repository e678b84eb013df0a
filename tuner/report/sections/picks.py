"""The networks that a study names, side by side."""

from collections.abc import Sequence

from tuner.analysis import Ensemble, PickName
from tuner.report.blocks import Block, Paragraphs, TableBlock
from tuner.report.content import ReportContent
from tuner.report.page import Section
from tuner.study import BATCH, Pick
from tuner.words import (
    format_hyperparameters,
    format_interval,
    format_milliseconds,
    format_score,
    say_name,
)

__all__ = ["make_picks_section"]


def make_picks_section(content: ReportContent) -> Section:
    """Return the best network, the smallest good one and the ensemble as a table."""
    choice = content.picks
    columns: list[tuple[str, PickName, Pick | Ensemble]] = [("best", "best", choice.best)]
    if choice.smallest.trial != choice.best.trial:
        columns.append(("smallest", "smallest", choice.smallest))
    if len(content.completed) > 1:
        columns.append(("ensemble", "ensemble", choice.ensemble))
    rows = [
        ("", *(name for name, _, _ in columns)),
        ("trial", *(_trials(pick) for _, _, pick in columns)),
        ("parameters", *(f"{pick.parameters:,}" for _, _, pick in columns)),
        ("epochs", *(_epochs(pick) for _, _, pick in columns)),
        *(
            _scores(f"{say_name(name)}, cross-validated", name, [pick for _, _, pick in columns])
            for name in sorted(choice.best.scores, key=lambda name: name != content.objective)
        ),
        *_test(content, [name for _, name, _ in columns]),
        *_prediction(content, [name for _, name, _ in columns]),
    ]
    corrected = (
        (
            f"{say_name(content.objective)}, corrected for the choice",
            *(f"{pick.corrected_score:.4f}" for _, _, pick in columns),
        ),
        (
            "its 95 % interval",
            *(format_interval(pick.corrected_interval) for _, _, pick in columns),
        ),
    )
    rows[5:5] = corrected
    table = TableBlock(
        rows[0], tuple(rows[1:]), frozenset(range(1, len(columns) + 1)), frozenset({0})
    )
    return Section("picks", "The networks to use", (table, *_notes(content)))


def _scores(title: str, name: str, picks: Sequence[Pick | Ensemble]) -> tuple[str, ...]:
    return (title, *(format_score(pick.scores[name], pick.standard_errors[name]) for pick in picks))


def _trials(pick: Pick | Ensemble) -> str:
    if isinstance(pick, Pick):
        return str(pick.trial)
    return ", ".join(member.label for member in pick.members)


def _epochs(pick: Pick | Ensemble) -> str:
    if isinstance(pick, Pick):
        return str(pick.epoch)
    return ", ".join(str(member.epoch) for member in pick.members)


def _test(content: ReportContent, columns: Sequence[PickName]) -> list[tuple[str, ...]]:
    """Return the scores on the held-out rows; only what was exported has them."""
    exported = content.picks.exported
    return [
        (
            f"{say_name(name)}, held-out test",
            *(format_score(mean, error) if pick == exported else "–" for pick in columns),
        )
        for name, (mean, error) in sorted(
            content.test.items(), key=lambda test: test[0] != content.objective
        )
    ]


def _prediction(content: ReportContent, columns: Sequence[PickName]) -> list[tuple[str, ...]]:
    """Return how long predictions take; an ensemble, as long as its networks together."""
    times = content.fronts.times.trials
    cells = []
    for pick in columns:
        members = content.picks.members(pick)
        known = all(member.trial in times for member in members)
        seconds = sum(m.networks * times[m.trial].batch for m in members) if known else None
        cells.append("–" if seconds is None else format_milliseconds(seconds))
    return [(f"prediction of {BATCH:,} rows, ms", *cells)] if times else []


def _notes(content: ReportContent) -> tuple[Block, ...]:
    choice, rows = content.picks, len(content.record.split.test)
    sentences = [
        f"Exported: the {choice.exported}. A score is a mean over rows, ± its standard error; each "
        "row was predicted by networks that were trained without it.",
        "The best of many scores is too good: corrected for the choice, it is what the same choice "
        "comes to on rows that it was not made by (BBC-CV, Tsamardinos et al. 2018).",
    ]
    if content.test:
        sentences.append(
            f"The {rows:,} held-out rows took no part in any choice: each search of the study "
            "scored what it exported on them, at its end."
        )
    if content.fronts.times.trials and len(content.completed) > 1:
        sentences.append("An ensemble's prediction takes as long as its networks together.")
    named = [f"Best, trial {choice.best.trial}: {_whole(choice.best)}."]
    if choice.smallest.trial != choice.best.trial:
        named.append(
            f"Smallest within one standard error of the best, trial {choice.smallest.trial}: "
            f"{_whole(choice.smallest)}."
        )
    return Paragraphs(tuple(named)), Paragraphs(tuple(sentences), small=True)


def _whole(pick: Pick) -> str:
    return format_hyperparameters({**pick.hyperparameters, **pick.derived})
