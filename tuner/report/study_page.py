"""The page of a study: its question, its answer, and the evidence for the answer."""

from tuner.report.content import ReportContent
from tuner.report.page import Page
from tuner.report.sections import make_sections
from tuner.words import count_noun

__all__ = ["make_study_page"]


def make_study_page(content: ReportContent) -> Page:
    """Return the page of a study."""
    record = content.record
    subject = (
        f"{record.name} · {record.data['name']}, {record.data['rows']:,} rows · "
        f"{count_noun(len(content.records), 'trial')}"
    )
    title = record.title or f"Which network is best for {record.data['name']}?"
    return Page(title, subject, content.headline, make_sections(content))
