"""The sections of a study's report, in the order of the page."""

from tuner.report.content import ReportContent
from tuner.report.page import Section
from tuner.report.sections.answers import make_answer_sections
from tuner.report.sections.baselines import make_baselines_section
from tuner.report.sections.cost import make_cost_section
from tuner.report.sections.data import make_data_sections
from tuner.report.sections.method import make_method_section
from tuner.report.sections.picks import make_picks_section
from tuner.report.sections.predictions import make_predictions_section
from tuner.report.sections.time_spent import make_time_section
from tuner.report.sections.trials import (
    make_curves_section,
    make_search_section,
    make_table_section,
)

__all__ = ["make_sections"]


def make_sections(content: ReportContent) -> tuple[Section, ...]:
    """Return the sections of a study's report."""
    return (
        *make_data_sections(content),
        make_picks_section(content),
        *make_answer_sections(content),
        make_cost_section(content),
        make_curves_section(content),
        make_search_section(content),
        make_predictions_section(content),
        make_baselines_section(content),
        make_time_section(content),
        make_table_section(content),
        make_method_section(content),
    )
