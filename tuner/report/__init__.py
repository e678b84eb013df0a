"""A study's report: one page of HTML that opens anywhere, and its charts."""

from tuner.report.comparing import Compared, check_same_rows
from tuner.report.comparison_page import comparison_page
from tuner.report.material import Material
from tuner.report.page import Page, make_ready
from tuner.report.report import study_page

__all__ = [
    "Compared",
    "Material",
    "Page",
    "check_same_rows",
    "comparison_page",
    "make_ready",
    "study_page",
]
