"""The trials: learning curves, one after another, and all as a table."""

from tuner.report.blocks import Figure, Folded, Row, Table, Words
from tuner.report.figures import (
    FOLDS,
    crowded,
    finished,
    learning_curves,
    trials_over_time,
)
from tuner.report.material import Material
from tuner.report.page import Section
from tuner.study import TrialRecord
from tuner.words import count_noun, format_score, format_value

__all__ = ["curves", "table", "time"]

_CURVES = 4  # trials whose learning curves are drawn
_LISTED = 1000  # trials of the table; results.csv has all


def curves(of: Material) -> Section:
    """Return the learning curves of the best trials, the named ones first."""
    by_number = {record.trial: record for record in of.completed}
    wanted = dict.fromkeys([of.picks.best.trial, of.picks.smallest.trial, *by_number])
    figures = [_learning(of, by_number[trial]) for trial in list(wanted)[:_CURVES]]
    folds = len(of.record.split.folds)
    few = f" Of {folds} folds {FOLDS} are drawn." if folds > FOLDS else ""
    caption = Words(
        (
            "Cross-entropy without the penalty. Thin lines are folds, thick ones the mean over "
            "rows; the dashed line is the epoch that was chosen, the same for all folds. Training "
            "rows are scored while they are trained on, with dropout." + few,
        ),
        small=True,
    )
    return Section("curves", "How did the best trials learn?", (Row(tuple(figures)), caption))


def _learning(of: Material, record: TrialRecord) -> Figure:
    names = {of.picks.smallest.trial: ", the smallest", of.picks.best.trial: ", the best"}
    title = f"Trial {record.trial}{names.get(record.trial, '')}"
    chart = finished(learning_curves(record, of.record.split), height=260)
    return Figure(f"curves-{record.trial}", chart, title, of.words(record))


def time(of: Material) -> Section:
    """Return the chart of the trials one after another."""
    figure = Figure(
        "trials",
        finished(trials_over_time(of.trials)),
        caption="The line is the best completed trial so far. Pruned trials were clearly beaten "
        "and ended early; failed ones have no score and stand at the edge."
        + crowded(len(of.records)),
    )
    return Section("trials", "How did the search go?", (figure,))


def table(of: Material) -> Section:
    """Return the table of all trials, the best first."""
    ranks = {record.trial: rank for rank, record in enumerate(of.completed)}
    order = sorted(of.records, key=lambda r: (ranks.get(r.trial, len(ranks)), r.trial))
    names = of.trials.names
    header = ("trial", "status", *names, of.objective, *_OTHERS, "why")
    rows = tuple(_cells(record, names) for record in order[:_LISTED])
    numbers = frozenset({0, *range(2, len(header) - 1)})
    wide = frozenset({len(header) - 1})
    found = Table(header, rows, numbers, wide, tall=True)
    some = f" {len(rows):,} of" if len(rows) < len(order) else ""
    summary = f"Show{some} {count_noun(len(order), 'trial')}, the best first"
    csv = "The same with every fold's score, for other programs, is in the study's results.csv."
    return Section("table", "All trials", (Folded(summary, (found,)), Words((csv,), small=True)))


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
