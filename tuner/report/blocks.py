"""What stands in a section of a page: sentences, charts, tables.

All words that come in are escaped here, once: names of studies, classes and columns are people's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias

__all__ = [
    "Block",
    "Code",
    "Columns",
    "Details",
    "Facts",
    "Figure",
    "Paragraphs",
    "TableBlock",
    "find_figures",
]


_WITHOUT_SCRIPT = "<noscript><p>A chart stands here where JavaScript is on.</p></noscript>"


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """Paragraphs; what stands between backticks is for a terminal."""

    paragraphs: tuple[str, ...]
    small: bool = False

    def to_html(self) -> str:
        """Return the block as HTML."""
        kind = ' class="caption"' if self.small else ""
        return "\n".join(f"<p{kind}>{_mark_code(each)}</p>" for each in self.paragraphs)


def _mark_code(text: str) -> str:
    """Return a sentence as HTML.

    >>> _mark_code("`tuner report a` writes it <again>.")
    '<code>tuner report a</code> writes it &lt;again&gt;.'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart.

    Attributes:
        name: Unique on its page; of letters, digits and `-`.
        chart: A Vega-Lite specification.
        title: Above it; may be empty.
        caption: Below it: what is to be seen; may be empty.
    """

    name: str
    chart: dict[str, Any]
    title: str = ""
    caption: str = ""

    def to_html(self) -> str:
        """Return the block as HTML: a place, and what `report.js` draws there."""
        title = f"<h3>{escape(self.title)}</h3>" if self.title else ""
        caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        text = json.dumps(self.chart, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        # nothing in it ends the script, whatever a class or a column is called
        text = text.replace("<", "\\u003c")
        identity, label = f"figure-{self.name}", escape(self.title or self.caption)
        return (
            f'<figure>{title}<div class="chart" role="img" aria-label="{label}" '
            f'data-specification="{identity}"></div>{_WITHOUT_SCRIPT}{caption}\n'
            f'<script type="application/json" id="{identity}">{text}</script></figure>'
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks beside each other where there is room, and below each other on a phone."""

    blocks: tuple[Block, ...]

    def to_html(self) -> str:
        """Return the block as HTML."""
        return (
            '<div class="columns">'
            + "\n".join(f"<div>{b.to_html()}</div>" for b in self.blocks)
            + "</div>"
        )


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table, which scrolls in a box of its own.

    Attributes:
        header: Names of the columns.
        rows: Cells in words.
        numbers: Which columns are right-aligned.
        wide: Which columns may be broken into lines.
        tall: Whether its box has a limited height.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    wide: frozenset[int] = frozenset()
    tall: bool = False

    def to_html(self) -> str:
        """Return the block as HTML."""
        head = "".join(self._cell("th", n, cell) for n, cell in enumerate(self.header))
        body = "\n".join(
            "<tr>" + "".join(self._cell("td", n, cell) for n, cell in enumerate(row)) + "</tr>"
            for row in self.rows
        )
        box = "box tall" if self.tall else "box"
        return (
            f'<div class="{box}" tabindex="0"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )

    def _cell(self, tag: str, column: int, text: str) -> str:
        kinds = [k for k, at in (("number", self.numbers), ("wide", self.wide)) if column in at]
        attribute = f' class="{" ".join(kinds)}"' if kinds else ""
        return f"<{tag}{attribute}>{escape(text)}</{tag}>"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they are."""

    pairs: tuple[tuple[str, str], ...]

    def to_html(self) -> str:
        """Return the block as HTML."""
        pairs = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in self.pairs)
        return "<dl>" + "\n".join(pairs) + "</dl>"


@dataclass(frozen=True, slots=True)
class Code:
    """Lines for a terminal."""

    text: str

    def to_html(self) -> str:
        """Return the block as HTML."""
        return f"<pre>{escape(self.text)}</pre>"


@dataclass(frozen=True, slots=True)
class Details:
    """Blocks that are shown when their summary is clicked, and on paper."""

    summary: str
    blocks: tuple[Block, ...]

    def to_html(self) -> str:
        """Return the block as HTML."""
        inner = "\n".join(block.to_html() for block in self.blocks)
        return f"<details><summary>{escape(self.summary)}</summary>{inner}</details>"


Block: TypeAlias = Paragraphs | Figure | Columns | TableBlock | Facts | Code | Details


def find_figures(blocks: Sequence[Block]) -> Iterator[Figure]:
    """Yield the charts of some blocks, those within others among them."""
    for block in blocks:
        if isinstance(block, Figure):
            yield block
        elif isinstance(block, Columns | Details):
            yield from find_figures(block.blocks)
