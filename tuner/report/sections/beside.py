"""Simple classifiers beside what a study exports, on the same rows and folds."""

from tuner.analysis import NORMAL
from tuner.report.blocks import Figure, Table, Words
from tuner.report.figures import Estimate, bars_height, finished, intervals
from tuner.report.material import Material
from tuner.report.page import Section
from tuner.words import format_score, say_name

__all__ = ["baselines"]


def baselines(of: Material) -> Section:
    """Return the baselines as a chart and a table; a sentence where none were trained."""
    title = "Would something simpler do?"
    if not of.baselines:
        words = (
            "No baselines were trained, since there was no time left for them. This trains them: "
            f"`{of.study.command('report')}`",
        )
        return Section("baselines", title, (Words(words),))
    notes = tuple(note for each in of.baselines for note in each.notes)
    noted = (Words(notes, small=True),) if notes else ()
    return Section("baselines", title, (_figure(of), _table(of), *noted))


def _figure(of: Material) -> Figure:
    estimates = [*_estimates(of), _exported_estimate(of)]
    chart = intervals(estimates, "", of.objective, told=("exported", "baseline"))
    caption = (
        "Scores on the same folds, with their 95 % intervals: of the baselines as they are, of "
        "what is exported corrected for the choice."
    )
    height = bars_height(len(estimates))
    return Figure("baselines", finished(chart, height=height), caption=caption)


def _estimates(of: Material) -> list[Estimate]:
    scores = [(each.name, each.scores[of.objective]) for each in of.baselines]
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


def _exported_estimate(of: Material) -> Estimate:
    pick = of.picks.exported_pick
    return Estimate(_exported(of), pick.corrected_score, *pick.corrected_interval)


def _exported(of: Material) -> str:
    choice = of.picks
    is_ensemble = choice.exported == "ensemble"
    return "ensemble" if is_ensemble else f"network, trial {choice.best.trial}"


def _table(of: Material) -> Table:
    header = ("", say_name(of.objective), "less the exported one's", "verdict", "seconds")
    rows = tuple(
        (
            each.name,
            format_score(each.scores[of.objective].value, each.scores[of.objective].standard_error),
            f"{each.difference:+.4f} ± {each.standard_error:.4f}",
            each.verdict,
            f"{each.seconds:.1f}",
        )
        for each in of.baselines
    )
    found = of.picks.out_of_bag
    corrected = format_score(found.score, found.standard_error)
    exported = (f"{_exported(of)}, corrected for the choice", corrected, "", "exported", "")
    return Table(header, (*rows, exported), frozenset({1, 2, 4}))
