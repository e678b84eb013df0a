"""A study's report: one HTML page that opens anywhere, and its charts."""

from tuner.report.comparing import ComparedStudy, check_same_rows
from tuner.report.comparison_page import make_comparison_page
from tuner.report.content import ReportContent
from tuner.report.page import Page, import_charting
from tuner.report.study_page import make_study_page

__all__ = [
    "ComparedStudy",
    "Page",
    "ReportContent",
    "check_same_rows",
    "import_charting",
    "make_comparison_page",
    "make_study_page",
]
