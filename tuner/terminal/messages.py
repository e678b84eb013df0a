"""Messages on standard error, and results on standard output, as the terminal is wide.

Everything that this package prints goes through here: a text of the data, a file or a server has no
control over the terminal then, and no password is shown. What libraries print in a command goes
through `tuner.cli.foreign_output`.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from tuner.errors import OutputUnread, UserError, make_write_error
from tuner.phrasing import phrase, shorten_names
from tuner.terminal.notebook_line import is_in_notebook, show_notebook_line
from tuner.terminal.wrapping import wrap_lines
from tuner.words import escape_controls, make_line

__all__ = [
    "DataOutput",
    "Messages",
    "make_cell",
    "measure_width",
    "print_json",
    "print_result",
    "print_table",
]

_NARROWEST = 60  # columns of a table; a narrower terminal breaks the lines, rather than lose cells
_SLOW = 3.0  # seconds after which a person wants to know what a command does
_REFRESHES = 2.0  # of the live line in a second


class Messages:
    """Prints messages on standard error, above a live line while there is one.

    Any thread may print. On a terminal lines are cut between words; elsewhere they stay whole. In a
    notebook they go to standard output, since standard error looks like a fault there.

    Args:
        quiet: Print only warnings.
        mute: Print nothing at all.

    Attributes:
        has_live_line: Whether a line can be rewritten: on a terminal, unless `NO_COLOR` is set,
            which asks for plain lines; and in a notebook.
    """

    def __init__(self, *, quiet: bool = False, mute: bool = False) -> None:
        in_notebook = is_in_notebook()
        self.quiet = quiet
        self.mute = mute or sys.stderr is None  # as in a program without a console
        is_terminal = not in_notebook and not self.mute and _is_terminal(sys.stderr)
        file = _copy_stream(sys.stderr) if is_terminal else sys.stdout if in_notebook else None
        self._wraps = not in_notebook
        self._console = Console(
            file=file, stderr=file is None, highlight=False, force_jupyter=False
        )
        self._shows_in_notebook = in_notebook and not quiet and not self.mute
        self.has_live_line = self._shows_in_notebook or (
            is_terminal
            and not quiet
            and not self._console.no_color
            and self._console.is_interactive
            and _is_in_foreground(sys.stderr)
        )

    def say(self, text: str, *, bold: bool = False) -> None:
        """Print how far a command is; nothing if it is to be quiet.

        Args:
            text: One line, without markup.
            bold: Print it in bold where the live line could be.
        """
        if not self.quiet:
            self._print(text, "bold" if bold and self.has_live_line else "")

    def warn(self, text: str) -> None:
        """Print what a person should know in any case."""
        self._print(text, "")

    @contextmanager
    def say_if_slow(self, text: str) -> Iterator[None]:
        """Print what a command does if that takes more than some seconds."""
        timer = threading.Timer(_SLOW, self.say, [text])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _print(self, text: str, style: str) -> None:
        if self.mute:
            return
        # the terminal that a notebook's server runs in has a width, too
        width = measure_width(self._console.file) if self._wraps else None
        lines = wrap_lines(make_line(phrase(text)), width)
        # a style that is given to `print` would be the live line's, too
        self._console.print(Text(lines, style), soft_wrap=True)

    @contextmanager
    def show_live_line(self, compose: Callable[[int], str]) -> Iterator[None]:
        """Show a live line while the context is open; nothing if there can be none.

        What other code prints on the terminal meanwhile appears above it.

        Args:
            compose: Returns the line as things are at the moment, for a number of columns.
        """
        if not self.has_live_line:
            yield
            return
        if self._shows_in_notebook:
            with show_notebook_line(lambda width: make_line(compose(width))):
                yield
            return
        live = Live(
            _Line(compose),
            console=self._console,
            refresh_per_second=_REFRESHES,
            transient=True,
            redirect_stdout=_is_terminal(sys.stdout),
        )
        try:  # no `with`, which would not stop it if an interrupt comes while it starts
            live.start(refresh=True)
            self._console.show_cursor(True)  # a killed process could not show it again
            yield
        finally:
            live.stop()


class _Line:
    """A line that is composed whenever it is drawn, for the width that the terminal has then."""

    def __init__(self, compose: Callable[[int], str]) -> None:
        self._compose = compose

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(measure_width(console.file) or options.max_width, options.max_width)
        # a full line would put the cursor on the next
        yield Segment(make_line(self._compose(width - 1)))


def print_result(result: str | Path) -> None:
    """Print a line of a command's result on standard output; a path stays whole."""
    width = None if isinstance(result, Path) else measure_width(sys.stdout)
    with _report_unwritten():
        text = str(result) if isinstance(result, Path) else shorten_names(result)
        print(wrap_lines(make_line(text), width), flush=True)


def print_json(content: object) -> None:
    """Print JSON on one line of standard output; what that cannot print is escaped within it."""
    text = escape_controls(json.dumps(content, ensure_ascii=False))
    if _find_lacking(text):
        text = json.dumps(content)
    with _report_unwritten():
        print(text, flush=True)


def _find_lacking(text: str) -> str:
    """Return the first letter of a text that the encoding of standard output lacks; or nothing."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")  # a buffer of texts has none
    except UnicodeEncodeError as error:
        return error.object[error.start]
    return ""


@contextmanager
def _report_unwritten() -> Iterator[None]:
    """Report standard output that cannot be written."""
    try:
        yield
    except BrokenPipeError as error:
        raise OutputUnread from error
    except OSError as error:
        raise make_write_error("standard output", error, "or send it elsewhere") from error


class DataOutput:
    """Standard output for data: unchanged for other programs, without control on a terminal."""

    def __init__(self) -> None:
        self._is_terminal = _is_terminal(sys.stdout)

    def write(self, text: str) -> int:
        """Write a part of the data.

        Raises:
            OutputUnread: Whoever read it has gone.
            UserError: It cannot be written.
        """
        if not self._is_terminal and (letter := _find_lacking(text)):
            raise UserError(
                f"standard output: its encoding, {sys.stdout.encoding}, lacks {letter!r}; set "
                "PYTHONIOENCODING=utf-8, or give --output FILE"
            )
        with _report_unwritten():
            return sys.stdout.write(escape_controls(text) if self._is_terminal else text)

    def flush(self) -> None:
        """Write what is still in memory; raises as `write` does."""
        with _report_unwritten():
            sys.stdout.flush()


def print_table(table: Table, width: int | None = None) -> None:
    """Print a table of cells that `make_cell` made on standard output.

    Args:
        table: The table.
        width: Columns. None for those of the terminal, if they are enough for the cells.

    Raises:
        OutputUnread: Whoever read it has gone.
        UserError: It cannot be written.
    """
    console = Console(highlight=False)
    console.width = width or max(console.width, _NARROWEST)
    with _report_unwritten():
        with console.capture() as printed:
            console.print(table)
        print(printed.get(), end="", flush=True)


def make_cell(text: str) -> Text:
    """Return a text as the cell of a table: long names are shortened, and brackets no markup."""
    return Text(make_line(shorten_names(text)))


def measure_width(stream: IO[str]) -> int | None:
    """Return the columns of a terminal; None of anything else."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError, AttributeError):  # no terminal, or no file at all
        return None


def _copy_stream(stream: TextIO) -> TextIO:
    """Return a stream to the same terminal that stays there while a stream is redirected."""
    return open(os.dup(stream.fileno()), "w", encoding=stream.encoding, errors=stream.errors)


def _is_terminal(stream: Any) -> bool:
    """Return whether a stream is a terminal; one of a program's own may have no way to tell."""
    ask = getattr(stream, "isatty", None)
    return ask is not None and bool(ask())


def _is_in_foreground(stream: TextIO) -> bool:
    """Return whether the shell waits for this process: another line would be the shell's own."""
    try:
        return os.tcgetpgrp(stream.fileno()) == os.getpgrp()
    except OSError:  # a terminal that controls no process, as in a container
        return True
