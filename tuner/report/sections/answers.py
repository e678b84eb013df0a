"""What a study answers, each question with its charts."""

from collections.abc import Iterator, Mapping, Sequence

from tuner import analysis
from tuner.analysis import Comparison, Point, Setting
from tuner.report.blocks import Block, Figure, Row, Words
from tuner.report.figures import (
    Bar,
    Estimate,
    bars,
    bars_height,
    crowded,
    finished,
    heat_map,
    intervals,
    losses_against,
)
from tuner.report.material import Material
from tuner.report.page import Section
from tuner.space import Value
from tuner.words import count_noun, format_value, say_name

__all__ = ["answers"]

_SETTINGS = 24  # of a hyperparameter that a chart shows; more are no settings but a range


def answers(of: Material) -> list[Section]:
    """Return a section for each question, that of the space first."""
    return [
        Section(f"answer-{n}", section.title, tuple(_blocks(of, section, f"answer-{n}")))
        for n, section in enumerate(of.answers.answers, start=1)
    ]


def _blocks(of: Material, section: analysis.Answer, name: str) -> Iterator[Block]:
    yield Words(section.sentences)
    title = say_name(section.hyperparameters[0]) if section.hyperparameters else ""
    if section.settings and 1 < _compared(section.settings) <= _SETTINGS:
        # of a grid's two hyperparameters the last one has settings
        yield _settings(of, section.settings, f"{name}-settings", section.hyperparameters[-1])
    if section.importance and section.importance.shares:
        yield _importance(section.importance, f"{name}-importance")
    if section.cells:
        chart = heat_map(section.cells, of.objective, maximise=of.maximise)
        caption = (
            "The best score of each square's completed trials; the darker, the better. Red "
            "crosses: a trial there diverged. White: none trained to its end; no square: none was "
            "tried."
        )
        yield Figure(f"{name}-grid", finished(chart), caption=caption)
    if section.points:
        yield from _losses(of, section, f"{name}-losses", title)


def _compared(settings: Comparison) -> int:
    return sum(setting.score is not None for setting in settings.settings)


def _settings(of: Material, found: Comparison, name: str, hyperparameter: str) -> Figure:
    values = {r.trial: {**r.hyperparameters, **r.derived}.get(hyperparameter) for r in of.records}
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
    chart = intervals(estimates, say_name(hyperparameter), of.objective, told=told)
    return Figure(
        name,
        finished(chart, height=bars_height(len(estimates))),
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
    chart = bars(shares, "share of what decides whether a trial is good", form="%")
    return Figure(
        name,
        finished(chart, height=bars_height(len(shares))),
        caption=f"By {count_noun(found.trials, 'trial')}, of which {found.good} are called good: "
        "how differently the values of each are distributed among those. Grey: no more than "
        "chance.",
    )


def _losses(of: Material, section: analysis.Answer, name: str, title: str) -> Iterator[Block]:
    what = {record.trial: of.words(record) for record in of.records}
    groups: dict[Value | None, list[Point]] = {}
    for point in section.points:
        groups.setdefault(point.group, []).append(point)
    figures = []
    for n, (group, points) in enumerate(groups.items(), start=1):
        spans = [span for span in section.spans if span.group == group]
        chart = losses_against(points, spans, title, log=section.log, what=what)
        heading = "" if group is None else group if isinstance(group, str) else f"{group} units"
        figures.append(Figure(f"{name}-{n}", finished(chart, height=260), heading))
    yield from _side_by_side(figures)
    marks = (
        "A mark is a trial: its cross-entropy, in nats a row, on its training and its validation "
        "rows."
    )
    shaded = any(span.low < span.high for span in section.spans)
    marks += " Shaded: all trials underfit, or overfit." if shaded else ""
    yield Words((marks + crowded(2 * max(map(len, groups.values()))),), True)


def _side_by_side(figures: Sequence[Figure]) -> Sequence[Block]:
    return figures if len(figures) == 1 else [Row(tuple(figures))]
