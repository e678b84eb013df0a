"""What reading the data has warned of."""

from dataclasses import replace

from tests.helpers.html import read_section, read_text
from tuner.report import make_study_page
from tuner.report.sections.data import make_data_sections

WARNING = "120 rows of 240 repeat another row, so that all scores are too good"


def test_a_warning_stands_before_the_scores(content):
    warned = replace(content, warnings=(WARNING,))
    page = make_study_page(warned)
    assert f"{WARNING}." in read_section(page, "data")
    names = [section.name for section in page.sections]
    assert names.index("data") < names.index("picks")
    (section,) = make_data_sections(warned)
    assert read_text(section) == read_section(page, "data")


def test_data_without_a_warning_have_no_section(content):
    assert make_data_sections(content) == ()
