"""Formats text of the data as Markdown."""

import re

__all__ = ["escape_text", "format_block", "format_code"]


def format_code(text: str) -> str:
    """Return text as code, on one line and safe within a table.

    >>> format_code("a|b"), format_code("a`b")
    ('`a\\\\|b`', '`` a`b ``')
    """
    line = " ".join(str(text).split()).replace("|", "\\|")
    longest = max(map(len, re.findall("`+", line)), default=0)
    return f"{'`' * (longest + 1)} {line} {'`' * (longest + 1)}" if longest else f"`{line}`"


def escape_text(text: str) -> str:
    """Return text on one line, without characters that Markdown or HTML would interpret."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def format_block(language: str, text: str) -> list[str]:
    """Return the lines of a code block and a blank line."""
    return [f"```{language}", *text.splitlines(), "```", ""]
