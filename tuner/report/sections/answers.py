"""The study's answers: a section for each question, with its charts."""

from collections.abc import Iterator, Mapping

from tuner.analysis import Answer, Comparison, Importance, Point, Setting
from tuner.report.blocks import Block, Columns, FigureBlock, Paragraphs
from tuner.report.content import ReportContent
from tuner.report.figures import (
    Bar,
    Estimate,
    compute_bars_height,
    draw_bars,
    draw_heat_map,
    draw_intervals,
    draw_losses,
    note_thinning,
    to_specification,
)
from tuner.report.page import Section
from tuner.space import Value
from tuner.words import count_noun, format_value, say_name, say_setting

__all__ = ["make_answer_sections"]

_MAX_SETTINGS = 24  # more values of a hyperparameter are a range, which this chart cannot show


def make_answer_sections(content: ReportContent) -> list[Section]:
    """Return a section for each question, the space's own question first."""
    return [
        Section(f"answer-{n}", answer.title, tuple(_make_blocks(content, answer, f"answer-{n}")))
        for n, answer in enumerate(content.answers.answers, start=1)
    ]


def _make_blocks(content: ReportContent, answer: Answer, name: str) -> Iterator[Block]:
    """Yield the sentences of an answer, and a chart of each kind of evidence that it has."""
    yield Paragraphs(answer.sentences)
    if answer.comparison and 1 < _count_scored(answer.comparison) <= _MAX_SETTINGS:
        # a grid of two hyperparameters compares the values of the last one
        hyperparameter = answer.hyperparameters[-1]
        yield _make_settings_figure(content, answer.comparison, f"{name}-settings", hyperparameter)
    if answer.importance and answer.importance.shares:
        yield _make_importance_figure(answer.importance, f"{name}-importance")
    if answer.cells:
        chart = draw_heat_map(answer.cells, content.objective, maximise=content.maximise)
        caption = (
            "Each square shows the best score of its completed trials; darker is better. A red "
            "cross marks squares in which a trial diverged. In white squares no trial was "
            "completed; where there is no square, no trial was proposed."
        )
        yield FigureBlock(f"{name}-grid", to_specification(chart), caption=caption)
    if answer.points:
        yield from _make_losses_blocks(content, answer, f"{name}-losses")


def _count_scored(comparison: Comparison) -> int:
    return sum(setting.score is not None for setting in comparison.settings)


def _make_settings_figure(
    content: ReportContent, comparison: Comparison, name: str, hyperparameter: str
) -> FigureBlock:
    values = {
        record.trial: {**record.hyperparameters, **record.derived}.get(hyperparameter)
        for record in content.records
    }
    estimates = [
        Estimate(
            format_value(setting.value),
            setting.score,
            *setting.interval,
            leads=setting.value in comparison.not_told_apart,
            note=f"trial {setting.trial}, of {count_noun(setting.trials, 'trial')}",
        )
        for setting in sorted(comparison.settings, key=lambda s: _make_sort_key(s, values))
        if setting.score is not None and setting.interval is not None
    ]
    legend = "cannot be told apart from the best", "worse"
    title = say_name(hyperparameter)
    chart = draw_intervals(estimates, title, content.objective, legend=legend)
    rounds, unit = comparison.rounds, comparison.unit
    first = f"first {unit}" if rounds == 1 else f"best of the first {rounds:,} {unit}s"
    return FigureBlock(
        name,
        to_specification(chart, height=compute_bars_height(len(estimates))),
        caption=f"The score of the {first} of each setting, with its 95 % interval.",
    )


def _make_sort_key(setting: Setting, values: Mapping[int, Value | None]) -> tuple[float, str]:
    """Return a key that sorts settings by the value of their trial, and texts alphabetically."""
    value = setting.value if setting.trial is None else values.get(setting.trial)
    return (0.0, str(setting.value)) if value is None or isinstance(value, str) else (value, "")


def _make_importance_figure(importance: Importance, name: str) -> FigureBlock:
    bars = [
        Bar(
            say_name(hyperparameter),
            share,
            f"{share:.0%}",
            hyperparameter in importance.above_chance,
        )
        for hyperparameter, share in importance.shares.items()
    ]
    chart = draw_bars(bars, "share of the total importance", tick_format="%")
    trials = count_noun(importance.trials, "trial")
    return FigureBlock(
        name,
        to_specification(chart, height=compute_bars_height(len(bars))),
        caption=f"Of {trials}, {importance.good} count as good. A hyperparameter is important if "
        "the good trials have other values of it than the rest. Grey bars are no larger than "
        "chance.",
    )


def _name_group(answer: Answer, group: Value | None) -> str:
    """Return the title of one of several charts: a kind, a batch size or a width."""
    if group is None:  # there is a single chart
        return ""
    return group if isinstance(group, str) else say_setting(answer.group, group)


def _make_losses_blocks(content: ReportContent, answer: Answer, name: str) -> Iterator[Block]:
    """Yield a chart of the losses for each group of trials, side by side, and their caption."""
    title = say_name(answer.hyperparameters[0]) if answer.hyperparameters else ""
    descriptions = {record.trial: content.describe_trial(record) for record in content.records}
    groups: dict[Value | None, list[Point]] = {}
    for point in answer.points:
        groups.setdefault(point.group, []).append(point)
    figures = []
    for n, (group, points) in enumerate(groups.items(), start=1):
        spans = [span for span in answer.spans if span.group == group]
        chart = draw_losses(points, spans, title, log=answer.log, descriptions=descriptions)
        specification = to_specification(chart, height=260)
        figures.append(FigureBlock(f"{name}-{n}", specification, _name_group(answer, group)))
    yield figures[0] if len(figures) == 1 else Columns(tuple(figures))
    caption = (
        "Each trial has two marks: its cross-entropy, in nats per row, on its training rows and on "
        "its validation rows."
    )
    if any(not point.pruned for point in answer.points):
        caption += " Lines go through the best completed trial of each value."
    if any(span.low < span.high for span in answer.spans):
        caption += " In shaded areas all trials underfit, or all overfit."
    marks = 2 * max(map(len, groups.values()))
    yield Paragraphs((caption + note_thinning(marks),), small=True)
