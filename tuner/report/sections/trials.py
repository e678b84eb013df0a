"""The trials: learning curves, one after another, and all as a table."""

from tuner.report.blocks import Columns, Details, Figure, Paragraphs, TableBlock
from tuner.report.content import ReportContent
from tuner.report.figures import (
    FOLDS,
    draw_learning_curves,
    draw_trials_over_time,
    note_thinning,
    to_specification,
)
from tuner.report.page import Section
from tuner.study import TrialRecord
from tuner.words import count_noun, format_score, format_value

__all__ = ["make_curves_section", "make_search_section", "make_table_section"]

_CURVES = 4  # trials whose learning curves are drawn
_LISTED = 1000  # trials of the table; results.csv has all


def make_curves_section(content: ReportContent) -> Section:
    """Return the learning curves of the best trials, the named ones first."""
    by_number = {record.trial: record for record in content.completed}
    wanted = dict.fromkeys([content.picks.best.trial, content.picks.smallest.trial, *by_number])
    figures = [_learning(content, by_number[trial]) for trial in list(wanted)[:_CURVES]]
    folds = len(content.record.split.folds)
    few = f" Of {folds} folds {FOLDS} are drawn." if folds > FOLDS else ""
    caption = Paragraphs(
        (
            "Cross-entropy without the penalty. Thin lines are folds, thick ones the mean over "
            "rows; the dashed line is the epoch that was chosen, the same for all folds. Training "
            "rows are scored while they are trained on, with dropout." + few,
        ),
        small=True,
    )
    return Section("curves", "How did the best trials learn?", (Columns(tuple(figures)), caption))


def _learning(content: ReportContent, record: TrialRecord) -> Figure:
    names = {content.picks.smallest.trial: ", the smallest", content.picks.best.trial: ", the best"}
    title = f"Trial {record.trial}{names.get(record.trial, '')}"
    chart = to_specification(draw_learning_curves(record, content.record.split), height=260)
    return Figure(f"curves-{record.trial}", chart, title, content.describe_trial(record))


def make_search_section(content: ReportContent) -> Section:
    """Return the chart of the trials one after another."""
    figure = Figure(
        "trials",
        to_specification(draw_trials_over_time(content.trials)),
        caption="The line is the best completed trial so far. Pruned trials were clearly beaten "
        "and ended early; failed ones have no score and stand at the edge."
        + note_thinning(len(content.records)),
    )
    return Section("trials", "How did the search go?", (figure,))


def make_table_section(content: ReportContent) -> Section:
    """Return the table of all trials, the best first."""
    ranks = {record.trial: rank for rank, record in enumerate(content.completed)}
    order = sorted(content.records, key=lambda r: (ranks.get(r.trial, len(ranks)), r.trial))
    names = content.trials.names
    header = ("trial", "status", *names, content.objective, *_OTHERS, "why")
    rows = tuple(_cells(record, names) for record in order[:_LISTED])
    numbers = frozenset({0, *range(2, len(header) - 1)})
    wide = frozenset({len(header) - 1})
    found = TableBlock(header, rows, numbers, wide, tall=True)
    some = f" {len(rows):,} of" if len(rows) < len(order) else ""
    summary = f"Show{some} {count_noun(len(order), 'trial')}, the best first"
    csv = "The same with every fold's score, for other programs, is in the study's results.csv."
    return Section(
        "table", "All trials", (Details(summary, (found,)), Paragraphs((csv,), small=True))
    )


_OTHERS = ("accuracy", "parameters", "epochs", "seconds")


def _cells(record: TrialRecord, names: tuple[str, ...]) -> tuple[str, ...]:
    result, values = record.result, {**record.hyperparameters, **record.derived}
    scored = result.status != "failed"
    return (
        str(record.trial),
        result.status,
        *(format_value(values[name]) if name in values else "" for name in names),
        format_score(result.score, result.standard_error) if scored else "",
        f"{result.scores['accuracy']:.4f}" if scored else "",
        f"{result.parameters:,}" if result.parameters else "",
        str(result.epoch) if scored else "",
        f"{result.seconds:.1f}",
        result.reason,
    )
