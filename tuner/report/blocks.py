"""The blocks of a page's sections: paragraphs, charts, tables and code.

Every block escapes its text, because names of studies, classes and columns come from the user.
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
    "FigureBlock",
    "Paragraphs",
    "TableBlock",
    "find_figures",
]

_WITHOUT_SCRIPT = "<noscript><p>This chart needs JavaScript.</p></noscript>"


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """Paragraphs of text.

    Attributes:
        paragraphs: The texts; a part between backticks is shown as code.
        small: Whether the text is small and grey, as a caption is. Defaults to False.
    """

    paragraphs: tuple[str, ...]
    small: bool = False

    def to_html(self) -> str:
        """Return the block as HTML."""
        attribute = ' class="caption"' if self.small else ""
        return "\n".join(f"<p{attribute}>{_mark_code(text)}</p>" for text in self.paragraphs)


def _mark_code(text: str) -> str:
    """Return a text as HTML, with code for each part between backticks.

    >>> _mark_code("`tuner report a` writes it <again>.")
    '<code>tuner report a</code> writes it &lt;again&gt;.'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A chart with its title and caption.

    Attributes:
        name: A name that is unique on its page, of letters, digits and `-`.
        chart: The Vega-Lite specification.
        title: The heading above the chart. Defaults to "" for none.
        caption: The explanation below the chart. Defaults to "" for none.
    """

    name: str
    chart: dict[str, Any]
    title: str = ""
    caption: str = ""

    def to_html(self) -> str:
        """Return the block as HTML: an empty box, and the specification that `report.js` draws."""
        title = f"<h3>{escape(self.title)}</h3>" if self.title else ""
        caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        text = json.dumps(self.chart, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        # a class or column named "</script>" must not end the script
        text = text.replace("<", "\\u003c")
        identifier, label = f"figure-{self.name}", escape(self.title or self.caption)
        return (
            f'<figure>{title}<div class="chart" role="img" aria-label="{label}" '
            f'data-specification="{identifier}"></div>{_WITHOUT_SCRIPT}{caption}\n'
            f'<script type="application/json" id="{identifier}">{text}</script></figure>'
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks side by side on a wide screen, and below each other on a phone.

    Attributes:
        blocks: The blocks, one per column.
    """

    blocks: tuple[Block, ...]

    def to_html(self) -> str:
        """Return the block as HTML."""
        columns = "\n".join(f"<div>{block.to_html()}</div>" for block in self.blocks)
        return f'<div class="columns">{columns}</div>'


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table, which scrolls in its own box.

    Attributes:
        header: The names of the columns.
        rows: The cells of each row, as text.
        number_columns: Positions of the columns that are right-aligned. Defaults to none.
        wrapped_columns: Positions of the columns whose text may wrap. Defaults to none.
        tall: Whether the table is long, so that its box has a limited height. Defaults to False.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    number_columns: frozenset[int] = frozenset()
    wrapped_columns: frozenset[int] = frozenset()
    tall: bool = False

    def to_html(self) -> str:
        """Return the block as HTML."""
        head = self._make_row("th", self.header)
        body = "\n".join(self._make_row("td", row) for row in self.rows)
        box = "box tall" if self.tall else "box"
        return (
            f'<div class="{box}" tabindex="0"><table><thead>{head}</thead>'
            f"<tbody>{body}</tbody></table></div>"
        )

    def _make_row(self, tag: str, cells: Sequence[str]) -> str:
        inner = "".join(self._make_cell(tag, n, cell) for n, cell in enumerate(cells))
        return f"<tr>{inner}</tr>"

    def _make_cell(self, tag: str, column: int, text: str) -> str:
        columns = {"number": self.number_columns, "wrapped": self.wrapped_columns}
        classes = [name for name, positions in columns.items() if column in positions]
        attribute = f' class="{" ".join(classes)}"' if classes else ""
        return f"<{tag}{attribute}>{escape(text)}</{tag}>"


@dataclass(frozen=True, slots=True)
class Facts:
    """A list of names and their values.

    Attributes:
        pairs: Each name with its value.
    """

    pairs: tuple[tuple[str, str], ...]

    def to_html(self) -> str:
        """Return the block as HTML."""
        pairs = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in self.pairs)
        return "<dl>" + "\n".join(pairs) + "</dl>"


@dataclass(frozen=True, slots=True)
class Code:
    """Commands for a terminal.

    Attributes:
        text: The lines.
    """

    text: str

    def to_html(self) -> str:
        """Return the block as HTML."""
        return f"<pre>{escape(self.text)}</pre>"


@dataclass(frozen=True, slots=True)
class Details:
    """Folded blocks, which a click on their summary shows; on paper they are always shown.

    Attributes:
        summary: The line that is always visible.
        blocks: The blocks that are folded.
    """

    summary: str
    blocks: tuple[Block, ...]

    def to_html(self) -> str:
        """Return the block as HTML."""
        inner = "\n".join(block.to_html() for block in self.blocks)
        return f"<details><summary>{escape(self.summary)}</summary>{inner}</details>"


Block: TypeAlias = Paragraphs | FigureBlock | Columns | TableBlock | Facts | Code | Details


def find_figures(blocks: Sequence[Block]) -> Iterator[FigureBlock]:
    """Yield all charts in blocks, nested ones included."""
    for block in blocks:
        if isinstance(block, FigureBlock):
            yield block
        elif isinstance(block, Columns | Details):
            yield from find_figures(block.blocks)
