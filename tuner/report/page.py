"""An HTML page: sections of paragraphs, charts and tables, in one file that fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from tuner.report.blocks import Block, Paragraphs, find_figures
from tuner.report.vega import bundle_vega

__all__ = ["Page", "Section", "import_charting"]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a page.

    Attributes:
        name: A name that is unique on its page; links to the section end with it.
        title: The heading.
        blocks: The section's contents.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]

    def to_html(self) -> str:
        """Return the section as HTML."""
        inner = "\n".join(block.to_html() for block in self.blocks)
        return f'<section id="{self.name}"><h2>{escape(self.title)}</h2>\n{inner}</section>'


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page.

    Attributes:
        title: The question.
        subject: The study and its data, in one line.
        headline: The answer, in sentences.
        sections: The evidence for the answer.
    """

    title: str
    subject: str
    headline: tuple[str, ...]
    sections: tuple[Section, ...]

    def collect_charts(self) -> dict[str, dict[str, Any]]:
        """Return the Vega-Lite specification of each chart, by the figure's name."""
        blocks = [block for section in self.sections for block in section.blocks]
        return {figure.name: figure.chart for figure in find_figures(blocks)}

    def to_html(self) -> str:
        """Return the page as HTML."""
        links = "\n".join(f'<a href="#{s.name}">{escape(s.title)}</a>' for s in self.sections)
        return _PAGE.format(
            title=escape(self.title),
            subject=escape(self.subject),
            headline=Paragraphs(self.headline).to_html(),
            links=links,
            sections="\n".join(section.to_html() for section in self.sections),
            style=_read_asset("report.css"),
            library=bundle_vega(),
            script=_read_asset("report.js"),
        )


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="tuner">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
<header>
<p class="study">{subject}</p>
<h1>{title}</h1>
<div class="headline">
{headline}
</div>
<nav>{links}</nav>
</header>
<noscript><p>The charts on this page need JavaScript, which is turned off. The text and the tables
do not need it.</p></noscript>
{sections}
</main>
<script>{library}</script>
<script>{script}</script>
</body>
</html>
"""


def _read_asset(name: str) -> str:
    return files("tuner.report").joinpath("assets").joinpath(name).read_text(encoding="utf-8")


def import_charting() -> None:
    """Import Altair, which takes half a second, before the first chart needs it."""
    import altair  # noqa: F401  (imported so that the figures import it at no cost)
