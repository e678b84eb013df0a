"""The page of a study: its question, its answer, and what the answer rests on."""

from tuner.report.material import Material
from tuner.report.page import Page
from tuner.report.sections import all_sections
from tuner.words import count_noun

__all__ = ["study_page"]


def study_page(of: Material) -> Page:
    """Return the page of a study."""
    record = of.record
    subject = (
        f"{record.name} · {record.data['name']}, {record.data['rows']:,} rows · "
        f"{count_noun(len(of.records), 'trial')}"
    )
    title = record.title or f"Which network is best for {record.data['name']}?"
    return Page(title, subject, of.answers.headline, all_sections(of))
