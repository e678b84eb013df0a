"""A page of HTML: sections of sentences, charts and tables, in one file that fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from tuner.report.blocks import Block, Paragraphs, find_figures

__all__ = ["Page", "Section", "preload_charting"]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page.

    Attributes:
        name: Unique on its page; links to it end so.
        title: Its heading.
        blocks: What stands in it.
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
        subject: What was studied, in a line.
        headline: The answer in sentences.
        sections: What it rests on.
    """

    title: str
    subject: str
    headline: tuple[str, ...]
    sections: tuple[Section, ...]

    def collect_charts(self) -> dict[str, dict[str, Any]]:
        """Return the charts by name."""
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
            style=_asset("report.css"),
            library=_library(),
            script=_asset("report.js"),
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
<noscript><p>The charts of this page are drawn by JavaScript, which is turned off here. The
sentences and the tables do without it.</p></noscript>
{sections}
</main>
<script>{library}</script>
<script>{script}</script>
</body>
</html>
"""


def _asset(name: str) -> str:
    return files("tuner.report").joinpath("assets").joinpath(name).read_text(encoding="utf-8")


def preload_charting() -> None:
    """Do what every page needs and what takes two seconds, for pages that are yet to come."""
    import altair  # noqa: F401  (imported for the figures)

    _library()


@cache
def _library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, from vl-convert's own copy.

    Making it takes a second and a half.
    """
    import vl_convert

    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
