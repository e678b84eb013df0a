"""The cost of a better score: parameters, and the time of a prediction."""

from collections.abc import Mapping

from tuner.report.blocks import Block, FigureBlock, Paragraphs, TableBlock
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
    """Return the charts of score against size and prediction time, and a table of both fronts."""
    labels = {content.picks.smallest.trial: "smallest", content.picks.best.trial: "best"}
    blocks = [_make_size_block(content, labels), *_make_time_blocks(content, labels)]
    if len(content.fronts.trials) > 1:
        blocks += _make_fronts_blocks(content)
    return Section("size", "What does a larger network buy?", tuple(blocks))


def _make_size_block(content: ReportContent, labels: Mapping[int, str]) -> Block:
    sizes = {record.result.parameters for record in content.completed}
    if len(sizes) == 1:
        subject = "All trials have" if len(content.completed) > 1 else "The completed trial has"
        return Paragraphs((f"{subject} {sizes.pop():,} parameters.",))
    front = [record.trial for record in content.fronts.parameters]
    return FigureBlock(
        "size",
        to_specification(draw_score_by_size(content.trials, front, labels)),
        caption="Each completed trial, ± one standard error. No other trial beats those on the "
        "front in both score and size." + note_thinning(len(content.completed)),
    )


def _make_time_blocks(content: ReportContent, labels: Mapping[int, str]) -> list[Block]:
    """Return the chart of prediction times, or a sentence if there is nothing to draw."""
    times = content.fronts.times
    notes = [Paragraphs(times.notes, small=True)] if times.notes else []
    seconds = {time.batch for time in times.trials.values()}
    if not seconds:
        text = "Prediction times were not measured."
        if not times.notes:
            command = content.study.make_command("report")
            text += f" This command measures them, if there was no time left: `{command}`"
        return [Paragraphs((text,)), *notes]
    if len(seconds) == 1:
        milliseconds = format_milliseconds(seconds.pop())
        text = (
            f"A network alone takes {milliseconds} ms for {BATCH:,} rows. "
            f"{_describe_measurement(content)}"
        )
        return [Paragraphs((text,)), *notes]
    front = [record.trial for record in content.fronts.time]
    chart = draw_score_by_time(content.trials, times.trials, front, labels)
    caption = (
        f"{_describe_measurement(content)} None of these trials beats those on the front in both "
        "score and time." + note_thinning(len(times.trials))
    )
    return [FigureBlock("prediction-time", to_specification(chart), caption=caption), *notes]


def _describe_measurement(content: ReportContent) -> str:
    times = content.fronts.times
    completed = count_noun(len(content.completed), "completed trial")
    return (
        "Times of networks alone, from encoded rows to probabilities, on "
        f"{times.device}, the minimum of many repetitions: "
        f"{count_noun(times.networks, 'network')}, those on the size front first and then the "
        f"best, which stand for {len(times.trials):,} of {completed}. Trials of the same shape "
        "have the same time. To encode raw columns takes the same with every network; only the "
        "exported model is timed with it."
    )


def _make_fronts_blocks(content: ReportContent) -> list[Block]:
    """Return a table of the trials on either front, and the command that exports one of them."""
    trials = content.fronts.trials
    header = (
        "trial",
        say_name(content.objective),
        "parameters",
        f"network alone, ms, {BATCH:,} rows",
        "ms, one row",
        "front of",
        "hyperparameters",
    )
    table = TableBlock(
        header,
        tuple(_list_cells(content, record) for record in trials),
        number_columns=frozenset(range(5)),
        wrapped_columns=frozenset({6}),
    )
    export = content.study.make_command("export", "--pick", str(trials[0].trial))
    text = f"`{export}` exports one of them, and `--pick pareto` exports all."
    return [table, Paragraphs((text,), small=True)]


def _list_cells(content: ReportContent, record: TrialRecord) -> tuple[str, ...]:
    result, time = record.result, content.fronts.times.trials.get(record.trial)
    fronts = content.fronts.holds(record.trial)
    return (
        str(record.trial),
        format_score(result.score, result.standard_error),
        f"{result.parameters:,}",
        format_milliseconds(time.batch) if time else "–",
        format_milliseconds(time.row) if time else "–",
        " and ".join(_FRONTS[name] for name, is_on_front in fronts.items() if is_on_front),
        content.describe_trial(record),
    )
