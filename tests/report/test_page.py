"""Blocks and pages: what people's words become in HTML, and that a page needs nothing else."""

import json
import re
from html.parser import HTMLParser

import pytest

from tests.report.conftest import NAUGHTY
from tuner.report.blocks import Code, Columns, Details, Facts, Figure, Paragraphs, TableBlock
from tuner.report.page import Page, Section

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Checked(HTMLParser):
    """Parses HTML, and fails where a tag is not closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


BLOCKS = {
    "words": Paragraphs((NAUGHTY,)),
    "small words": Paragraphs((NAUGHTY,), small=True),
    "figure": Figure("one", {"data": NAUGHTY}, NAUGHTY, NAUGHTY),
    "row": Columns((Paragraphs((NAUGHTY,)), Paragraphs(("b",)))),
    "table": TableBlock((NAUGHTY,), ((NAUGHTY,),), numbers=frozenset({0}), wide=frozenset({0})),
    "facts": Facts(((NAUGHTY, NAUGHTY),)),
    "code": Code(NAUGHTY),
    "folded": Details(NAUGHTY, (Paragraphs((NAUGHTY,)),)),
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_every_word_is_escaped(block):
    html = block.to_html()
    assert "<b>" not in html
    assert "<b>" in "".join(Checked(html).words) or "\\u003cb>" in html


def test_a_chart_is_what_it_was_though_it_has_tags_in_it():
    html = Figure("one", {"data": [NAUGHTY, "<!--", 1.5]}).to_html()
    (text,) = re.findall(r'<script type="application/json" id="figure-one">(.*?)</script>', html)
    assert json.loads(text) == {"data": [NAUGHTY, "<!--", 1.5]}


def test_a_chart_has_a_sentence_in_its_place_where_scripts_are_off():
    html = Figure("one", {"mark": "bar"}, caption="below").to_html()
    assert "</div><noscript><p>A chart stands here where JavaScript is on.</p></noscript>" in html
    assert make_page().to_html().count("<noscript>") == 3  # two charts, and the page itself


def test_a_table_aligns_numbers_and_scrolls_in_its_own_box():
    table = TableBlock(("name", "n"), (("a", "1"),), numbers=frozenset({1}), tall=True)
    assert table.to_html() == (
        '<div class="box tall" tabindex="0"><table><thead><tr><th>name</th><th class="number">n'
        '</th></tr></thead><tbody><tr><td>a</td><td class="number">1</td></tr></tbody></table>'
        "</div>"
    )


def make_page():
    figures = Columns((Figure("two", {"mark": "bar"}), Paragraphs(("w",))))
    section = Section("first", NAUGHTY, (Figure("one", {"mark": "point"}), figures))
    return Page(NAUGHTY, "a study", ("It is so.", NAUGHTY), (section,))


def test_a_page_fetches_nothing():
    html = make_page().to_html()
    found = Checked(html)
    addresses = [value for name, value in found.attributes if name in ("src", "href")]
    assert addresses == ["data:,", "#first"]
    assert not re.search(r"@import|url\(", html.partition("</style>")[0])


def test_a_page_begins_with_its_question_and_its_answer():
    html = make_page().to_html()
    places = [html.index(words) for words in ("<h1>", "It is so.", 'id="first"', "vegaEmbed(")]
    assert places == sorted(places)
    assert html.count("</script><b>") == 0


def test_the_charts_of_a_page_are_found_wherever_they_stand():
    assert make_page().collect_charts() == {"one": {"mark": "point"}, "two": {"mark": "bar"}}
