"""Simple classifiers beside the network, on the same rows and folds."""

from tuner.report.blocks import Block, Figure, Table, Words
from tuner.report.figures import Estimate, bars_height, finished, intervals
from tuner.report.figures.trials import NORMAL
from tuner.report.material import Material
from tuner.report.page import Section
from tuner.report.words import command, score, spoken

__all__ = ["baselines"]


def baselines(of: Material) -> Section:
    """Return the baselines as a chart and a table; a sentence where none were trained."""
    title = "Would something simpler do?"
    if not of.baselines:
        words = (
            "No baselines were trained, since there was no time left for them. This trains them: "
            f"`{command(of.study.folder, 'report', of.record.name)}`",
        )
        return Section("baselines", title, (Words(words),))
    best = of.choice.best
    rows: list[tuple[str, float, float]] = [
        (each.name, each.scores[of.objective].value, each.scores[of.objective].standard_error)
        for each in of.baselines
    ]
    rows.append((f"network, trial {best.trial}", best.score, best.standard_error))
    estimates = [
        Estimate(
            name, mean, mean - NORMAL * error, mean + NORMAL * error, name.startswith("network")
        )
        for name, mean, error in rows
    ]
    chart = intervals(estimates, "", of.objective, told=("network", "baseline"))
    caption = "Scores on the same folds, with their 95 % intervals over rows."
    figure = Figure("baselines", finished(chart, height=bars_height(len(rows))), caption=caption)
    notes = tuple(f"{each.name}: {note}" for each in of.baselines for note in each.notes)
    blocks: list[Block] = [figure, _table(of)]
    return Section("baselines", title, (*blocks, *([Words(notes, small=True)] if notes else [])))


def _table(of: Material) -> Table:
    header = ("baseline", spoken(of.objective), "less the network's", "verdict", "seconds")
    rows = tuple(
        (
            each.name,
            score(each.scores[of.objective].value, each.scores[of.objective].standard_error),
            f"{each.difference:+.4f} ± {each.standard_error:.4f}",
            each.verdict,
            f"{each.seconds:.1f}",
        )
        for each in of.baselines
    )
    return Table(header, rows, frozenset({1, 2, 4}))
