"""Text of the data as Markdown."""

import re

__all__ = ["escape_text", "format_block", "format_code"]


def format_code(text: str) -> str:
    """Return text of the data as code, whatever Markdown would make of it.

    >>> format_code("a|b"), format_code("a`b")
    ('`a\\\\|b`', '`` a`b ``')
    """
    shown = " ".join(str(text).split()).replace("|", "\\|")
    longest = max(map(len, re.findall("`+", shown)), default=0)
    return f"{'`' * (longest + 1)} {shown} {'`' * (longest + 1)}" if longest else f"`{shown}`"


def escape_text(text: str) -> str:
    """Return text of the data on one line, without a meaning in Markdown or HTML."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def format_block(language: str, text: str) -> list[str]:
    """Return the lines of a code block, and a blank line."""
    return [f"```{language}", *text.splitlines(), "```", ""]
