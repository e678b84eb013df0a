"""Simple classifiers beside what a study exports, on the same rows and folds."""

from tuner.analysis import NORMAL
from tuner.report.blocks import Figure, Paragraphs, TableBlock
from tuner.report.content import ReportContent
from tuner.report.figures import Estimate, compute_bars_height, draw_intervals, to_specification
from tuner.report.page import Section
from tuner.words import format_difference, format_score, say_name

__all__ = ["make_baselines_section"]


def make_baselines_section(content: ReportContent) -> Section:
    """Return the baselines as a chart and a table; a sentence where none were trained."""
    title = "Would something simpler do?"
    if not content.baselines:
        words = (
            "No baselines were trained, since there was no time left for them. This trains them: "
            f"`{content.study.make_command('report')}`",
        )
        return Section("baselines", title, (Paragraphs(words),))
    notes = tuple(note for each in content.baselines for note in each.notes)
    noted = (Paragraphs(notes, small=True),) if notes else ()
    return Section("baselines", title, (_figure(content), _table(content), *noted))


def _figure(content: ReportContent) -> Figure:
    estimates = [*_estimates(content), _exported_estimate(content)]
    chart = draw_intervals(estimates, "", content.objective, told=("exported", "baseline"))
    caption = (
        "Scores on the same folds, with their 95 % intervals: of the baselines as they are, of "
        "what is exported corrected for the choice."
    )
    height = compute_bars_height(len(estimates))
    return Figure("baselines", to_specification(chart, height=height), caption=caption)


def _estimates(content: ReportContent) -> list[Estimate]:
    scores = [(each.name, each.scores[content.objective]) for each in content.baselines]
    return [
        Estimate(
            name,
            found.value,
            found.value - NORMAL * found.standard_error,
            found.value + NORMAL * found.standard_error,
            leads=False,
        )
        for name, found in scores
    ]


def _exported_estimate(content: ReportContent) -> Estimate:
    pick = content.picks.exported_pick
    return Estimate(_exported(content), pick.corrected_score, *pick.corrected_interval)


def _exported(content: ReportContent) -> str:
    choice = content.picks
    is_ensemble = choice.exported == "ensemble"
    return "ensemble" if is_ensemble else f"network, trial {choice.best.trial}"


def _table(content: ReportContent) -> TableBlock:
    header = ("", say_name(content.objective), "less the exported one's", "verdict", "seconds")
    rows = tuple(
        (
            each.name,
            format_score(
                each.scores[content.objective].value, each.scores[content.objective].standard_error
            ),
            format_difference(each.difference, each.standard_error),
            each.verdict,
            f"{each.seconds:.1f}",
        )
        for each in content.baselines
    )
    found = content.picks.out_of_bag
    corrected = format_score(found.score, found.standard_error)
    exported = (f"{_exported(content)}, corrected for the choice", corrected, "", "exported", "")
    return TableBlock(header, (*rows, exported), frozenset({1, 2, 4}))
