"""What a better score costs: parameters, and seconds of prediction."""

from collections.abc import Mapping

from tuner.report.blocks import Block, Figure, Paragraphs, TableBlock
from tuner.report.content import ReportContent
from tuner.report.figures import (
    draw_score_by_size,
    draw_score_by_time,
    note_thinning,
    to_specification,
)
from tuner.report.page import Section
from tuner.study import BATCH, TrialRecord
from tuner.words import count_noun, format_milliseconds, format_score, say_name

__all__ = ["make_cost_section"]

_FRONTS = {"parameters": "size", "prediction_time": "time"}


def make_cost_section(content: ReportContent) -> Section:
    """Return the charts of score against parameters and prediction time, and both fronts."""
    named = {content.picks.smallest.trial: "smallest", content.picks.best.trial: "best"}
    blocks = [_against_size(content, named), *_against_time(content, named)]
    if len(content.fronts.trials) > 1:
        blocks += _fronts(content)
    return Section("size", "What does a larger network buy?", tuple(blocks))


def _against_size(content: ReportContent, named: Mapping[int, str]) -> Block:
    sizes = {record.result.parameters for record in content.completed}
    if len(sizes) == 1:
        which = "All have" if len(content.completed) > 1 else "The one that was completed has"
        return Paragraphs((f"{which} {sizes.pop():,} parameters.",))
    chart = draw_score_by_size(content.trials, [r.trial for r in content.fronts.parameters], named)
    return Figure(
        "size",
        to_specification(chart),
        caption="Each completed trial, ± one standard error. On the front is what no other trial "
        "beats in both score and size." + note_thinning(len(content.completed)),
    )


def _against_time(content: ReportContent, named: Mapping[int, str]) -> list[Block]:
    times = content.fronts.times
    notes = [Paragraphs(times.notes, small=True)] if times.notes else []
    seconds = {time.batch for time in times.trials.values()}
    if not seconds:
        again = content.study.make_command("report")
        how = f" This measures them, where there was no time left: `{again}`"
        words = "Prediction times were not measured." + ("" if times.notes else how)
        return [Paragraphs((words,)), *notes]
    if len(seconds) == 1:
        took = format_milliseconds(seconds.pop())
        words = f"Predictions of {BATCH:,} rows take {took} ms. {_how(content)}"
        return [Paragraphs((words,)), *notes]
    chart = draw_score_by_time(
        content.trials, times.trials, [record.trial for record in content.fronts.time], named
    )
    caption = f"{_how(content)} On the front is what none of these beats in both score and time."
    figure = Figure(
        "prediction-time", to_specification(chart), "", caption + note_thinning(len(times.trials))
    )
    return [figure, *notes]


def _how(content: ReportContent) -> str:
    """Return what was measured."""
    times = content.fronts.times
    completed = count_noun(len(content.completed), "completed trial")
    return (
        f"Measured on {times.device}, from encoded rows to probabilities, the least of many "
        f"repetitions: {count_noun(times.networks, 'network')}, those on the front of size first "
        f"and then the best, for {len(times.trials):,} of {completed}. Trials of the same shape "
        "have the same time."
    )


def _fronts(content: ReportContent) -> list[Block]:
    """Return the trials on either front as a table, and how to export one of them."""
    trials = content.fronts.trials
    header = (
        "trial",
        say_name(content.objective),
        "parameters",
        f"ms, {BATCH:,} rows",
        "ms, one row",
        "front of",
        "hyperparameters",
    )
    rows = tuple(_cells(content, record) for record in trials)
    export = content.study.make_command("export", "--pick", str(trials[0].trial))
    words = f"`{export}` exports one of them, and `--pick pareto` all."
    return [
        TableBlock(header, rows, frozenset(range(5)), frozenset({6})),
        Paragraphs((words,), small=True),
    ]


def _cells(content: ReportContent, record: TrialRecord) -> tuple[str, ...]:
    result, time = record.result, content.fronts.times.trials.get(record.trial)
    on = content.fronts.holds(record.trial)
    return (
        str(record.trial),
        format_score(result.score, result.standard_error),
        f"{result.parameters:,}",
        format_milliseconds(time.batch) if time else "–",
        format_milliseconds(time.row) if time else "–",
        " and ".join(_FRONTS[name] for name, is_on in on.items() if is_on),
        content.describe_trial(record),
    )
