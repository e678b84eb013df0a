"""Blocks: every text of the user is escaped, whatever block shows it."""

import json
import re

import pytest

from tests.helpers.html import CheckedHTML
from tests.helpers.reports import NAUGHTY
from tuner.report.blocks import Code, Columns, Details, Facts, FigureBlock, Paragraphs, TableBlock

BLOCKS = {
    "paragraphs": Paragraphs((NAUGHTY,)),
    "small paragraphs": Paragraphs((NAUGHTY,), small=True),
    "figure": FigureBlock("one", {"data": NAUGHTY}, NAUGHTY, NAUGHTY),
    "columns": Columns((Paragraphs((NAUGHTY,)), Paragraphs(("b",)))),
    "table": TableBlock(
        (NAUGHTY,), ((NAUGHTY,),), number_columns=frozenset({0}), wrapped_columns=frozenset({0})
    ),
    "facts": Facts(((NAUGHTY, NAUGHTY),)),
    "code": Code(NAUGHTY),
    "details": Details(NAUGHTY, (Paragraphs((NAUGHTY,)),)),
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_every_text_is_escaped(block):
    html = block.to_html()
    assert "<b>" not in html
    assert "<b>" in "".join(CheckedHTML(html).texts) or "\\u003cb>" in html


def test_a_chart_with_tags_in_its_data_is_read_back_unchanged():
    html = FigureBlock("one", {"data": [NAUGHTY, "<!--", 1.5]}).to_html()
    (text,) = re.findall(r'<script type="application/json" id="figure-one">(.*?)</script>', html)
    assert json.loads(text) == {"data": [NAUGHTY, "<!--", 1.5]}


def test_a_chart_says_that_it_needs_javascript():
    html = FigureBlock("one", {"mark": "bar"}, caption="below").to_html()
    assert "</div><noscript><p>This chart needs JavaScript.</p></noscript>" in html


def test_a_table_aligns_numbers_and_scrolls_in_its_own_box():
    table = TableBlock(("name", "n"), (("a", "1"),), number_columns=frozenset({1}), tall=True)
    assert table.to_html() == (
        '<div class="box tall" tabindex="0"><table><thead><tr><th>name</th><th class="number">n'
        '</th></tr></thead><tbody><tr><td>a</td><td class="number">1</td></tr></tbody></table>'
        "</div>"
    )
