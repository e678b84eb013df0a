"""Baseline classifiers beside the exported model, on the same rows and folds."""

from collections.abc import Mapping, Sequence

from tuner.analysis import Score, average_score
from tuner.report.blocks import FigureBlock, Paragraphs, TableBlock
from tuner.report.content import ReportContent
from tuner.report.figures import Estimate, compute_bars_height, draw_intervals, to_specification
from tuner.report.page import Section
from tuner.words import format_interval, format_score, say_name

__all__ = ["make_baselines_section"]

_VERDICTS = {"wins": "better", "ties": "cannot be told apart", "loses": "worse"}


def make_baselines_section(content: ReportContent) -> Section:
    """Return the baselines as a chart and a table; a sentence if none were trained."""
    title = "Would something simpler do?"
    if not content.baselines:
        text = (
            "No baselines were trained, because there was no time left. This command trains them: "
            f"`{content.study.make_command('report')}`"
        )
        return Section("baselines", title, (Paragraphs((text,)),))
    notes = tuple(note for baseline in content.baselines for note in baseline.notes)
    paragraphs = (Paragraphs(notes, small=True),) if notes else ()
    return Section("baselines", title, (_make_figure(content), _make_table(content), *paragraphs))


def _make_figure(content: ReportContent) -> FigureBlock:
    estimates = [*_estimate_baselines(content), _estimate_export(content)]
    chart = draw_intervals(estimates, "", content.objective, legend=("exported", "baseline"))
    caption = (
        "Scores on the same folds, with their 95 % intervals. Only the score of the exported model "
        "is corrected for the choice."
    )
    height = compute_bars_height(len(estimates))
    return FigureBlock("baselines", to_specification(chart, height=height), caption=caption)


def _estimate_baselines(content: ReportContent) -> list[Estimate]:
    return [
        Estimate(
            baseline.name,
            baseline.scores[content.objective].value,
            *baseline.score_interval,
            leads=False,
        )
        for baseline in content.baselines
    ]


def _estimate_export(content: ReportContent) -> Estimate:
    corrected = content.picks.out_of_bag
    return Estimate(_name_export(content), corrected.score, *corrected.interval)


def _name_export(content: ReportContent) -> str:
    is_ensemble = content.picks.exported == "ensemble"
    return "ensemble" if is_ensemble else f"network, trial {content.picks.best.trial}"


def _make_table(content: ReportContent) -> TableBlock:
    """Return each baseline beside the exported model, by accuracy and by the objective."""
    names = list(dict.fromkeys(("accuracy", content.objective)))
    header = (
        "",
        *map(say_name, names),
        "difference from the exported model",
        "95 % interval",
        "verdict",
        "seconds",
    )
    rows = tuple(
        (
            baseline.name,
            *(format_score(*_get_score(baseline.scores, name)) for name in names),
            f"{baseline.difference:+.4f}",
            format_interval(baseline.interval),
            "worse: clearly fewer rows are right"
            if baseline.by_rows
            else _VERDICTS[baseline.verdict],
            f"{baseline.seconds:.1f}",
        )
        for baseline in content.baselines
    )
    return TableBlock(
        header,
        (*rows, _list_export(content, names)),
        number_columns=frozenset({*range(1, len(names) + 3), len(names) + 4}),
        wrapped_columns=frozenset({0, len(names) + 3}),
    )


def _get_score(scores: Mapping[str, Score], name: str) -> tuple[float, float]:
    return scores[name].value, scores[name].standard_error


def _list_export(content: ReportContent, names: Sequence[str]) -> tuple[str, ...]:
    """Return the cells of the exported model. Its objective is corrected for the choice."""
    corrected, pick = content.picks.out_of_bag, content.picks.exported_pick
    averaging = content.picks.averaging
    scores = {
        name: average_score(pick.scores[name], pick.standard_errors[name], name, averaging)
        for name in names
        if name != content.objective
    }
    scores[content.objective] = (corrected.score, corrected.standard_error)
    cells = (format_score(*scores[name]) for name in names)
    averaged = " and averaged" if content.objective in averaging else ""
    title = f"{_name_export(content)}, corrected for the choice{averaged}"
    return title, *cells, "", "", "exported", ""
