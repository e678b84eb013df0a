"""The networks that a study names, side by side."""

from collections.abc import Mapping, Sequence

from tuner.analysis import Ensemble, PickName, clip_interval
from tuner.report.blocks import Block, Paragraphs, TableBlock
from tuner.report.content import ReportContent
from tuner.report.page import Section
from tuner.study import BATCH, Pick
from tuner.words import (
    count_noun,
    format_hyperparameters,
    format_interval,
    format_milliseconds,
    format_score,
    join_words,
    say_name,
    say_parts,
    say_times,
)

__all__ = ["format_pick_score", "make_picks_section"]

Row = tuple[str, ...]
"""A row of the table: its title, and a cell for each pick."""


def make_picks_section(content: ReportContent) -> Section:
    """Return the best network, the smallest good one and the ensemble as a table."""
    picks = _list_picks(content)
    rows = (
        ("trial", *map(_format_trials, picks.values())),
        ("parameters", *(f"{pick.parameters:,}" for pick in picks.values())),
        ("epochs", *map(_format_epochs, picks.values())),
        *_make_score_rows(content, list(picks.values())),
        *_make_test_rows(content, list(picks)),
        *_make_time_rows(content, list(picks)),
    )
    table = TableBlock(
        ("", *picks),
        rows,
        number_columns=frozenset(range(1, len(picks) + 1)),
        wrapped_columns=frozenset({0}),
    )
    return Section("picks", "The networks to use", (table, *_make_notes(content)))


def _list_picks(content: ReportContent) -> Mapping[PickName, Pick | Ensemble]:
    """Return the picks that differ from each other, by name."""
    picks: dict[PickName, Pick | Ensemble] = {"best": content.picks.best}
    if content.offers_smallest:
        picks["smallest"] = content.picks.smallest
    if len(content.completed) > 1 or content.picks.exported == "ensemble":
        picks["ensemble"] = content.picks.ensemble
    return picks


def _format_trials(pick: Pick | Ensemble) -> str:
    if isinstance(pick, Pick):
        return str(pick.trial)
    return ", ".join(member.label for member in pick.members)


def _format_epochs(pick: Pick | Ensemble) -> str:
    if isinstance(pick, Pick):
        return str(pick.epoch)
    return ", ".join(str(member.epoch) for member in pick.members)


def format_pick_score(pick: Pick | Ensemble, name: str) -> str:
    """Return a score; a dash if a pick lacks it, as an ensemble does the hypermodel's metrics."""
    if name not in pick.scores:
        return "–"
    return format_score(pick.scores[name], pick.standard_errors[name])


def _make_score_rows(content: ReportContent, picks: Sequence[Pick | Ensemble]) -> list[Row]:
    """Return the scores of cross-validation; accuracy and the objective first."""
    rows: dict[str, Row] = {
        name: (
            f"{say_name(name)}, cross-validated",
            *(format_pick_score(pick, name) for pick in picks),
        )
        for name in picks[0].scores
    }
    first = [rows.pop(name) for name in dict.fromkeys(("accuracy", content.objective))]
    return [
        *first,
        (
            f"{say_name(content.objective)}, corrected for the choice",
            *(f"{pick.corrected_score:.4f}" for pick in picks),
        ),
        ("its 95 % interval", *(format_interval(pick.corrected_interval) for pick in picks)),
        *_make_calibrated_rows(content, picks),
        *rows.values(),
    ]


def _make_calibrated_rows(content: ReportContent, picks: Sequence[Pick | Ensemble]) -> list[Row]:
    """Return the score of what is exported, if it has a calibration or what averaging gains."""
    parts = ["calibrated"] * content.picks.calibration.applied
    parts += ["averaged"] * (content.objective in content.picks.averaging)
    if not parts:
        return []
    corrected, exported = content.picks.out_of_bag, content.picks.exported_pick
    interval = clip_interval(*corrected.interval, maximise=content.maximise)
    cells = {
        f"{say_name(content.objective)}, {join_words(['corrected', *parts])}": (
            f"{corrected.score:.4f}"
        ),
        "its 95 % interval": format_interval(interval),
    }
    return [
        (title, *(cell if pick is exported else "–" for pick in picks))
        for title, cell in cells.items()
    ]


def _make_test_rows(content: ReportContent, names: Sequence[PickName]) -> list[Row]:
    """Return the scores on the held-out rows, which only the exported model has."""
    exported = content.picks.exported
    first = [name for name in ("accuracy", content.objective) if name in content.test]
    scores = [(name, content.test[name]) for name in dict.fromkeys([*first, *content.test])]
    return [
        (
            f"{say_name(objective)}, held-out test",
            *(format_score(mean, error) if name == exported else "–" for name in names),
        )
        for objective, (mean, error) in scores
    ]


def _make_time_rows(content: ReportContent, names: Sequence[PickName]) -> list[Row]:
    """Return the prediction times of the networks, and that of the whole exported model.

    The networks of an ensemble take as long as all of them together.
    """
    times = content.fronts.times.trials
    cells = []
    for name in names:
        members = content.picks.list_members(name)
        if all(member.trial in times for member in members):
            seconds = sum(member.count * times[member.trial].batch for member in members)
            cells.append(format_milliseconds(seconds))
        else:
            cells.append("–")
    rows: list[Row] = [(f"network alone, {BATCH:,} rows, ms", *cells)] if times else []
    if content.exported_time is None:
        return rows
    whole = {"one row": content.exported_time.row, f"{BATCH:,} rows": content.exported_time.batch}
    return rows + [
        (
            f"raw columns to probabilities, {count}, ms",
            *(format_milliseconds(s) if name == content.picks.exported else "–" for name in names),
        )
        for count, s in whole.items()
    ]


def _make_notes(content: ReportContent) -> tuple[Block, ...]:
    """Return the hyperparameters of the picks, and how to read the table."""
    best, smallest = content.picks.best, content.picks.smallest
    picks = [f"Best, trial {best.trial}: {_describe(content, best)}."]
    if content.offers_smallest:
        picks.append(
            f"Smallest within one standard error of the best, trial {smallest.trial}: "
            f"{_describe(content, smallest)}."
        )
    notes = [
        f"Exported: the {content.picks.exported}. A score is a mean over rows, ± its standard "
        "error. Each row was predicted by networks that were not trained on it.",
        "The best of many scores is too optimistic. The score that is corrected for the choice "
        "estimates the same choice on rows that it did not use (BBC-CV, Tsamardinos et al. 2018).",
    ]
    if content.test:
        rows = f"{len(content.record.split.test):,} held-out rows"
        notes.append(
            f"No choice used the {rows}. Each search of the study scored its exported model on "
            "them, at its end."
        )
    notes += _describe_probabilities(content)
    if "ensemble" in _list_picks(content):
        notes.append(_describe_ensemble(content))
    if content.exported_time is not None:
        notes.append(
            "Raw columns to probabilities: the whole exported model as one compiled graph, from "
            "columns in memory, where it was exported."
        )
    return Paragraphs(tuple(picks)), Paragraphs(tuple(notes), small=True)


def _describe_probabilities(content: ReportContent) -> list[str]:
    """Return what becomes of the exported model's probabilities: a threshold, and calibration."""
    notes, calibration = [], content.picks.calibration
    if content.predictions.threshold is not None:
        notes.append(
            "Scores are of the more probable class. The exported model predicts by its threshold, "
            "whose mistakes are counted below."
        )
    if calibration.applied:
        notes.append(
            f"The probabilities of the exported model are calibrated by the temperature "
            f"{calibration.temperature:.3g}, which takes their cross-entropy out of fold from "
            f"{calibration.before:.4f} to {calibration.after:.4f}."
        )
    return notes


def _describe_ensemble(content: ReportContent) -> str:
    """Return what the networks of the ensemble are, what they cost, and what they gain."""
    picks, ensemble = content.picks, content.picks.ensemble
    folds = ensemble.members[0].folds
    networks = sum(member.count for member in ensemble.members)
    made = f"those of the {folds} folds of each trial" if folds else "trained again on all rows"
    if added := sum(member.on_all_rows for member in ensemble.members):
        made += f" and {added} on all rows, which count as much as those of their trials' folds"
    gain = (
        f"Less the best network's, its corrected score is {ensemble.difference:.4f}, 95 % interval "
        f"{format_interval(ensemble.difference_interval)}."
    )
    several = not folds and any(member.networks > 1 for member in ensemble.members)
    if several and len(content.completed) > 1:
        gain += (
            " What several networks of one trial gain is estimated from other trials: no row was "
            "predicted by two of them."
        )
    if folds and len(ensemble.members) == 1:
        gain = "What averaging them gains is not in its scores: one of them predicted each row."
    return (
        f"The ensemble has {count_noun(networks, 'network')}, {made}; its prediction takes as long "
        f"as all of them, with {say_times(ensemble.parameters / picks.best.parameters)} the "
        f"parameters of the best network. {gain}"
    )


def _describe(content: ReportContent, pick: Pick) -> str:
    values = format_hyperparameters({**pick.hyperparameters, **pick.derived})
    name = content.record.find_first_name(pick.hyperparameters)
    parts = say_parts(pick.hyperparameters)
    described = f"{name}, with {values}" if name else values
    return f"{described}. It has {parts}" if parts else described
