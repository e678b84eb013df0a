"""What a study answers, each question with its charts."""

from collections.abc import Iterator, Mapping, Sequence

from tuner import analysis
from tuner.analysis import Comparison, Point, Setting
from tuner.report.blocks import Block, Columns, Figure, Paragraphs
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
from tuner.words import count_noun, format_value, say_name

__all__ = ["make_answer_sections"]

_SETTINGS = 24  # of a hyperparameter that a chart shows; more are no settings but a range


def make_answer_sections(content: ReportContent) -> list[Section]:
    """Return a section for each question, that of the space first."""
    return [
        Section(f"answer-{n}", section.title, tuple(_blocks(content, section, f"answer-{n}")))
        for n, section in enumerate(content.answers.answers, start=1)
    ]


def _blocks(content: ReportContent, section: analysis.Answer, name: str) -> Iterator[Block]:
    yield Paragraphs(section.sentences)
    title = say_name(section.hyperparameters[0]) if section.hyperparameters else ""
    if section.settings and 1 < _compared(section.settings) <= _SETTINGS:
        # of a grid's two hyperparameters the last one has settings
        yield _settings(content, section.settings, f"{name}-settings", section.hyperparameters[-1])
    if section.importance and section.importance.shares:
        yield _importance(section.importance, f"{name}-importance")
    if section.cells:
        chart = draw_heat_map(section.cells, content.objective, maximise=content.maximise)
        caption = (
            "The best score of each square's completed trials; the darker, the better. Red "
            "crosses: a trial there diverged. White: none trained to its end; no square: none was "
            "tried."
        )
        yield Figure(f"{name}-grid", to_specification(chart), caption=caption)
    if section.points:
        yield from _losses(content, section, f"{name}-losses", title)


def _compared(settings: Comparison) -> int:
    return sum(setting.score is not None for setting in settings.settings)


def _settings(content: ReportContent, found: Comparison, name: str, hyperparameter: str) -> Figure:
    values = {
        r.trial: {**r.hyperparameters, **r.derived}.get(hyperparameter) for r in content.records
    }
    estimates = [
        Estimate(
            format_value(setting.value),
            setting.score,
            *setting.interval,
            leads=setting.value in found.not_told_apart,
            note=f"trial {setting.trial}, of {count_noun(setting.trials, 'trial')}",
        )
        for setting in sorted(found.settings, key=lambda s: _order(s, values))
        if setting.score is not None and setting.interval is not None
    ]
    told = "cannot be told apart from the best", "worse"
    chart = draw_intervals(estimates, say_name(hyperparameter), content.objective, told=told)
    return Figure(
        name,
        to_specification(chart, height=compute_bars_height(len(estimates))),
        caption=f"The {'' if found.share == 1 else 'best of the '}first "
        f"{count_noun(found.share, 'trial').removeprefix('1 ')} of each, with the 95 % interval of "
        "its score.",
    )


def _order(setting: Setting, values: Mapping[int, Value | None]) -> tuple[float, str]:
    """Order settings by the value of the trial that stands for each; words as they are spelled."""
    value = setting.value if setting.trial is None else values.get(setting.trial)
    return (0.0, str(setting.value)) if value is None or isinstance(value, str) else (value, "")


def _importance(found: analysis.Importance, name: str) -> Figure:
    shares = [
        Bar(say_name(n), share, f"{share:.0%}", n in found.above_chance)
        for n, share in found.shares.items()
    ]
    chart = draw_bars(shares, "share of what decides whether a trial is good", form="%")
    return Figure(
        name,
        to_specification(chart, height=compute_bars_height(len(shares))),
        caption=f"By {count_noun(found.trials, 'trial')}, of which {found.good} are called good: "
        "how differently the values of each are distributed among those. Grey: no more than "
        "chance.",
    )


def _losses(
    content: ReportContent, section: analysis.Answer, name: str, title: str
) -> Iterator[Block]:
    what = {record.trial: content.describe_trial(record) for record in content.records}
    groups: dict[Value | None, list[Point]] = {}
    for point in section.points:
        groups.setdefault(point.group, []).append(point)
    figures = []
    for n, (group, points) in enumerate(groups.items(), start=1):
        spans = [span for span in section.spans if span.group == group]
        chart = draw_losses(points, spans, title, log=section.log, what=what)
        heading = "" if group is None else group if isinstance(group, str) else f"{group} units"
        figures.append(Figure(f"{name}-{n}", to_specification(chart, height=260), heading))
    yield from _side_by_side(figures)
    marks = (
        "A mark is a trial: its cross-entropy, in nats a row, on its training and its validation "
        "rows."
    )
    shaded = any(span.low < span.high for span in section.spans)
    marks += " Shaded: all trials underfit, or overfit." if shaded else ""
    yield Paragraphs((marks + note_thinning(2 * max(map(len, groups.values()))),), True)


def _side_by_side(figures: Sequence[Figure]) -> Sequence[Block]:
    return figures if len(figures) == 1 else [Columns(tuple(figures))]
