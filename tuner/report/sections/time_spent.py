"""Where the time of a study went."""

from tuner.report.blocks import FigureBlock, Paragraphs
from tuner.report.content import ReportContent
from tuner.report.figures import Bar, compute_bars_height, draw_bars, to_specification
from tuner.report.figures.trials import STATUSES
from tuner.report.page import Section
from tuner.report.time_spent import TimeSpent, measure_time_spent

__all__ = ["make_time_section"]


def make_time_section(content: ReportContent) -> Section:
    """Return the seconds of each stage as bars and in sentences."""
    spent = measure_time_spent(content.study.journal.read(), content.records)
    seconds = {
        f"{status} trials": spent.training[status]
        for status in STATUSES
        if status in spent.training
    }
    stages = {
        "final training": spent.final_training,
        "export": spent.export,
        "report": spent.report,
    }
    seconds |= {name: amount for name, amount in stages.items() if amount}
    bars = [Bar(name, amount, f"{amount:.1f} s") for name, amount in seconds.items()]
    chart = to_specification(draw_bars(bars, "seconds"), height=compute_bars_height(len(bars)))
    blocks = (Paragraphs(_write_sentences(spent)), FigureBlock("seconds", chart))
    return Section("seconds", "Where did the time go?", blocks)


def _write_sentences(spent: TimeSpent) -> tuple[str, ...]:
    """Return where the time went; a killed study has no export, and its first report no report."""
    total = sum(spent.training.values())
    parts = f", in {spent.searches} parts" if spent.searches > 1 else ""
    search = (
        f"The search took {spent.searching:.1f} s of wall time{parts}. Its trials trained for "
        f"{total:.1f} s in total, some of them at the same time."
    )
    if not spent.final_training:
        return (search,)
    afterwards = (
        "The picks and the networks to export took "
        f"{spent.final_training:.1f} s"
        + (f", the export and its check {spent.export:.1f} s" if spent.export else "")
        + (
            f"; prediction times, baselines and the report took {spent.report:.1f} s"
            if spent.report
            else ""
        )
    )
    return search, afterwards + "."
