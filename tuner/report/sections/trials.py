"""The trials: learning curves of the best, all in the order of proposal, and all as a table."""

from tuner.report.blocks import Columns, Details, FigureBlock, Paragraphs, TableBlock
from tuner.report.content import ReportContent
from tuner.report.figures import (
    MAX_FOLDS,
    draw_learning_curves,
    draw_trials_over_time,
    note_thinning,
    to_specification,
)
from tuner.report.page import Section
from tuner.study import EventKind, TrialRecord
from tuner.words import count_noun, format_score, format_value

__all__ = ["make_curves_section", "make_search_section", "make_table_section"]

_MAX_CURVES = 4  # trials whose learning curves are drawn
_MAX_ROWS = 1000  # trials in the table; results.csv has all
_RESULT_COLUMNS = ("accuracy", "parameters", "epochs", "seconds")


def make_curves_section(content: ReportContent) -> Section:
    """Return the learning curves of the best trials, those of the picks first."""
    by_number = {record.trial: record for record in content.completed}
    picks = content.picks.best.trial, content.picks.smallest.trial
    trials = list(dict.fromkeys([*picks, *by_number]))[:_MAX_CURVES]
    figures = tuple(_make_curves_figure(content, by_number[trial]) for trial in trials)
    caption = (
        "Cross-entropy without the penalty. Thin lines are folds, thick lines the mean over rows. "
        "The dashed line is the epoch that was picked, which is the same for all folds. Training "
        "rows are scored during training, with dropout if there is any."
    )
    folds = len(content.record.split.folds)
    if folds > MAX_FOLDS:
        caption += f" Only {MAX_FOLDS} of {folds} folds are drawn."
    blocks = (Columns(figures), Paragraphs((caption,), small=True))
    return Section("curves", "How did the best trials learn?", blocks)


def _make_curves_figure(content: ReportContent, record: TrialRecord) -> FigureBlock:
    picks = content.picks
    suffixes = {picks.smallest.trial: ", the smallest", picks.best.trial: ", the best"}
    title = f"Trial {record.trial}{suffixes.get(record.trial, '')}"
    chart = to_specification(draw_learning_curves(record, content.record.split), height=260)
    return FigureBlock(f"curves-{record.trial}", chart, title, content.describe_trial(record))


def make_search_section(content: ReportContent) -> Section:
    """Return the chart of the trials in the order of their proposal."""
    statuses = {record.result.status for record in content.records}
    caption = "The line is the best completed trial so far."
    if "pruned" in statuses:
        caption += " Pruned trials were clearly worse and ended early."
    if "failed" in statuses:
        caption += " Failed trials have no score and stand at the edge."
    figure = FigureBlock(
        "trials",
        to_specification(draw_trials_over_time(content.trials)),
        caption=caption + note_thinning(len(content.records)),
    )
    screened = _describe_screened(content)
    blocks = (figure, Paragraphs((screened,), small=True)) if screened else (figure,)
    return Section("trials", "How did the search go?", blocks)


def _describe_screened(content: ReportContent) -> str:
    """Return what first trials came to on one fold, the best first; empty if none was tried so."""
    events = list(content.study.journal.read(EventKind.SCREENED))
    if not events:
        return ""
    objective = content.record.objective
    known = [event for event in events if event["score"]]
    known.sort(key=lambda event: objective.to_loss(event["score"][0]))
    told = [
        f"{content.record.find_first_name(e['hyperparameters'])} {format_score(*e['score'])}"
        for e in known
    ]
    if failed := len(events) - len(known):
        told.append(f"{count_noun(failed, 'network')} failed")
    return (
        "The networks that the space begins with were tried on one fold first, since there was no "
        f"time for all folds of each. By their {objective.name} on its rows: {', '.join(told)}. "
        "What was not clearly worse than the best came next on all folds, while there was time."
    )


def make_table_section(content: ReportContent) -> Section:
    """Return the table of all trials, the best first."""
    ranks = {record.trial: rank for rank, record in enumerate(content.completed)}
    order = sorted(content.records, key=lambda r: (ranks.get(r.trial, len(ranks)), r.trial))
    names = content.trials.names
    called = ("name",) if content.record.space_definition.get("first") else ()
    header = ("trial", "status", *called, *names, content.objective, *_RESULT_COLUMNS, "reason")
    rows = tuple(_list_cells(record, content) for record in order[:_MAX_ROWS])
    table = TableBlock(
        header,
        rows,
        number_columns=frozenset({0, *range(2 + len(called), len(header) - 1)}),
        wrapped_columns=frozenset({len(header) - 1}),
        tall=True,
    )
    shown = f" {len(rows):,} of" if len(rows) < len(order) else ""
    summary = f"Show{shown} {count_noun(len(order), 'trial')}, the best first"
    text = "The study's results.csv has the same table with every fold's score."
    blocks = (Details(summary, (table,)), Paragraphs((text,), small=True))
    return Section("table", "All trials", blocks)


def _list_cells(record: TrialRecord, content: ReportContent) -> tuple[str, ...]:
    study, names = content.record, content.trials.names
    name = study.find_first_name(record.hyperparameters) or ""
    result, values = record.result, {**record.hyperparameters, **record.derived}
    has_score = result.status != "failed"
    return (
        str(record.trial),
        result.status,
        *((name,) if study.space_definition.get("first") else ()),
        *(format_value(values[name]) if name in values else "" for name in names),
        format_score(result.score, result.standard_error) if has_score else "",
        f"{result.scores['accuracy']:.4f}" if has_score else "",
        f"{result.parameters:,}" if result.parameters else "",
        str(result.epoch) if has_score else "",
        f"{result.seconds:.1f}",
        result.reason,
    )
