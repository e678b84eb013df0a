"""Baseline classifiers beside the exported model, on the same rows and folds."""

from tuner.analysis import NORMAL
from tuner.report.blocks import Figure, Paragraphs, TableBlock
from tuner.report.content import ReportContent
from tuner.report.figures import Estimate, compute_bars_height, draw_intervals, to_specification
from tuner.report.page import Section
from tuner.words import format_difference, format_score, say_name

__all__ = ["make_baselines_section"]


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


def _make_figure(content: ReportContent) -> Figure:
    estimates = [*_estimate_baselines(content), _estimate_export(content)]
    chart = draw_intervals(estimates, "", content.objective, legend=("exported", "baseline"))
    caption = (
        "Scores on the same folds, with their 95 % intervals. Only the score of the exported model "
        "is corrected for the choice."
    )
    height = compute_bars_height(len(estimates))
    return Figure("baselines", to_specification(chart, height=height), caption=caption)


def _estimate_baselines(content: ReportContent) -> list[Estimate]:
    scores = [(baseline.name, baseline.scores[content.objective]) for baseline in content.baselines]
    return [
        Estimate(
            name,
            score.value,
            score.value - NORMAL * score.standard_error,
            score.value + NORMAL * score.standard_error,
            leads=False,
        )
        for name, score in scores
    ]


def _estimate_export(content: ReportContent) -> Estimate:
    corrected = content.picks.out_of_bag
    return Estimate(_name_export(content), corrected.score, *corrected.interval)


def _name_export(content: ReportContent) -> str:
    is_ensemble = content.picks.exported == "ensemble"
    return "ensemble" if is_ensemble else f"network, trial {content.picks.best.trial}"


def _make_table(content: ReportContent) -> TableBlock:
    objective = content.objective
    header = ("", say_name(objective), "difference from the exported model", "verdict", "seconds")
    rows = tuple(
        (
            baseline.name,
            format_score(
                baseline.scores[objective].value, baseline.scores[objective].standard_error
            ),
            format_difference(baseline.difference, baseline.standard_error),
            baseline.verdict,
            f"{baseline.seconds:.1f}",
        )
        for baseline in content.baselines
    )
    corrected = content.picks.out_of_bag
    score = format_score(corrected.score, corrected.standard_error)
    exported = (f"{_name_export(content)}, corrected for the choice", score, "", "exported", "")
    return TableBlock(header, (*rows, exported), number_columns=frozenset({1, 2, 4}))
