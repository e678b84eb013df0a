"""Cuts lines between words, so that no name, number or command is broken on a terminal."""

import re
from collections.abc import Iterator

from rich.cells import cell_len

__all__ = ["wrap_lines"]

# What is not cut: a command, which can then be copied; a score and its standard error; a number and
# its unit.
_WHOLE = re.compile(
    r"\b(?:tuner|mlflow|pip|python -m \w+) [a-z]+(?: +(?:'[^']*'|[^\s;,'`]+))*"
    r"|\S+ ± \S+|\b\d[\d,.]* (?:%|s|min|parameters|epochs|trials|rows)(?!\w)"
)
_WORD = re.compile(r" *[^ ]+")  # with the spaces before it
_LABEL = re.compile(r" *\S+(?: \S+)*:? {2,}(?=\S)")
_LONGEST_LABEL = 24  # characters; what follows a longer one is not a column
_INDENT = 2
_TOGETHER = "\N{NO-BREAK SPACE}"


def wrap_lines(text: str, width: int | None) -> str:
    """Return a text whose lines fit a width, if their words do.

    A word that is longer than the width stays whole, and so does a command: the terminal breaks
    them, and copies them as one line. A line continues indented, or below what follows its label.

    Args:
        text: One line or several.
        width: Columns of the terminal. None to leave lines as they are.

    >>> print(wrap_lines("a study has ended; to resume: tuner resume digits-1 --root runs", 30))
    a study has ended; to resume:
      tuner resume digits-1 --root runs
    >>> print(wrap_lines("model    runs/studies/digits, and its report", 29))
    model    runs/studies/digits,
             and its report
    """
    if width is None:
        return text
    return "\n".join(line for whole in text.split("\n") for line in _wrap(whole, width))


def _wrap(line: str, width: int) -> Iterator[str]:
    """Yield the lines into which a line is cut."""
    if cell_len(line) <= width:
        yield line
        return
    start, indent = _find_indents(line, width)
    marked = _WHOLE.sub(lambda whole: whole[0].replace(" ", _TOGETHER), line[len(start) :])
    current = start
    for word in _WORD.findall(marked):
        if current != start and cell_len(current + word) > width:
            yield current.replace(_TOGETHER, " ")
            current = indent + word.lstrip(" ")
        else:
            current += word
    yield current.replace(_TOGETHER, " ")


def _find_indents(line: str, width: int) -> tuple[str, str]:
    """Return how a line begins, and how the lines begin that continue it."""
    label = _LABEL.match(line)
    if label and len(label[0]) <= min(_LONGEST_LABEL, width // 2):
        return label[0], " " * len(label[0])
    start = line[: len(line) - len(line.lstrip())]
    return start, start + " " * _INDENT
