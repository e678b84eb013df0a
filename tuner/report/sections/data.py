"""What reading the data has warned of, which no score shows."""

from tuner.report.blocks import Paragraphs
from tuner.report.content import ReportContent
from tuner.report.page import Section
from tuner.words import capitalize_first

__all__ = ["make_data_sections"]


def make_data_sections(content: ReportContent) -> tuple[Section, ...]:
    """Return the section on the data; none if there was nothing to warn of."""
    if not content.warnings:
        return ()
    sentences = tuple(f"{capitalize_first(warning)}." for warning in content.warnings)
    return (Section("data", "What was noticed in the data?", (Paragraphs(sentences),)),)
