"""A page: its order, its charts, and that it fetches nothing."""

import re

from tests.helpers.html import CheckedHTML
from tests.helpers.reports import NAUGHTY
from tuner.report.blocks import Columns, FigureBlock, Paragraphs
from tuner.report.page import Page, Section


def make_page():
    columns = Columns((FigureBlock("two", {"mark": "bar"}), Paragraphs(("w",))))
    section = Section("first", NAUGHTY, (FigureBlock("one", {"mark": "point"}), columns))
    return Page(NAUGHTY, "a study", ("It is so.", NAUGHTY), (section,))


def test_a_page_fetches_nothing():
    html = make_page().to_html()
    attributes = CheckedHTML(html).attributes
    addresses = [value for name, value in attributes if name in ("src", "href")]
    assert addresses == ["data:,", "#first"]
    assert not re.search(r"@import|url\(", html.partition("</style>")[0])


def test_a_page_begins_with_its_question_and_its_answer():
    html = make_page().to_html()
    positions = [html.index(text) for text in ("<h1>", "It is so.", 'id="first"', "vegaEmbed(")]
    assert positions == sorted(positions)
    assert html.count("</script><b>") == 0


def test_a_page_and_each_chart_say_that_charts_need_javascript():
    assert make_page().to_html().count("<noscript>") == 3  # the page, and two charts


def test_a_page_collects_its_charts_from_all_blocks():
    assert make_page().collect_charts() == {"one": {"mark": "point"}, "two": {"mark": "bar"}}
