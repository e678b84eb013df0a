"""Reads HTML back: its tags, and the text that a reader sees."""

from html.parser import HTMLParser

from tuner.report.page import Page, Section

_VOID = {"meta", "link", "br", "hr", "img", "input"}


class CheckedHTML(HTMLParser):
    """Parses HTML, and fails if a tag is not closed.

    Attributes:
        attributes: The attributes of all tags, as pairs of name and value.
        texts: All text between tags, scripts included.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.attributes += attributes
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read_text(section: Section) -> str:
    """Return all text of a section in one line."""
    return " ".join(" ".join(CheckedHTML(section.to_html()).texts).split())


def read_section(page: Page, name: str) -> str:
    """Return all text of one section of a page in one line."""
    return read_text(next(section for section in page.sections if section.name == name))
