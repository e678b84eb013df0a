"""The parts of a study's report, in the order in which they stand on the page."""

from tuner.report.material import Material
from tuner.report.page import Section
from tuner.report.sections.answers import answers
from tuner.report.sections.beside import baselines
from tuner.report.sections.cost import cost
from tuner.report.sections.method import method, seconds
from tuner.report.sections.picks import picks
from tuner.report.sections.predictions import predictions
from tuner.report.sections.trials import curves, table, time

__all__ = ["all_sections"]


def all_sections(of: Material) -> tuple[Section, ...]:
    """Return the parts of a study's report."""
    return (
        picks(of),
        *answers(of),
        cost(of),
        curves(of),
        time(of),
        predictions(of),
        baselines(of),
        seconds(of),
        table(of),
        method(of),
    )
