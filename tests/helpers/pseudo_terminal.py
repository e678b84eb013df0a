"""Runs a command in a real pseudo-terminal, and reads its screen as a person sees it."""

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["Terminal", "run_in_terminal"]

# Variables that say what a terminal can do.
_OWN = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "CI")
# Makes the terminal that of the process, so that Ctrl-C reaches it.
_TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
_CODE = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z])")


class Terminal:
    """A pseudo-terminal, and what was written to it.

    Attributes:
        output: All that was written, escape codes included.
        returncode: The exit code of the command; None while it runs.
    """

    def __init__(self, columns: int) -> None:
        self.output = ""
        self.returncode: int | None = None
        self._ours, self.theirs = os.openpty()
        self.resize(columns)

    def resize(self, columns: int) -> None:
        """Change the width."""
        self.columns = columns
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        """Type something, such as b"\\x03" for Ctrl-C."""
        os.write(self._ours, keys)

    def read(self, seconds: float) -> bool:
        """Read what was written, waiting for it; return whether there can be more."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:  # nobody has the terminal open any more
            return False
        self.output += data.decode()
        return bool(data)

    def close(self) -> None:
        """Close the terminal."""
        os.close(self._ours)

    def list_written(self) -> list[str]:
        """Return each line as it was written, whatever the width, without escape codes."""
        parts = _split(self.output)  # codes that move the cursor end a line, those of colours none
        text = "".join(
            text if code is None else "" if code == "m" else "\n" for text, code in parts
        )
        return re.split(r"[\r\n]+", text)

    def read_lines(self) -> list[str]:
        """Return the lines of the screen to the last that is not blank; they wrap at the width."""
        lines, row, column = [""], 0, 0
        for text, code in _split(self.output):
            if code is None:
                for letter in text:
                    if letter == "\n":
                        row += 1
                        lines += [""] * (row + 1 - len(lines))
                    elif letter == "\r":
                        column = 0
                    else:
                        if column == self.columns:
                            row, column = row + 1, 0
                            lines += [""] * (row + 1 - len(lines))
                        line = lines[row].ljust(column)
                        lines[row] = line[:column] + letter + line[column + 1 :]
                        column += 1
            elif code == "A":
                row -= int(text or 1)
            elif code == "K":
                lines[row] = "" if text == "2" else lines[row][:column]
        return "\n".join(line.rstrip() for line in lines).rstrip("\n").split("\n")


def _split(output: str) -> list[tuple[str, str | None]]:
    """Return texts, each with None, and the numbers of escape codes, each with its letter."""
    parts: list[tuple[str, str | None]] = []
    end = 0
    for code in _CODE.finditer(output):
        parts += [(output[end : code.start()], None), (code[2], code[3])]
        end = code.end()
    return [*parts, (output[end:], None)]


def run_in_terminal(
    arguments: Sequence[object],
    *,
    folder: Path,
    columns: int = 80,
    environment: dict[str, str] | None = None,
    stdout: int | None = None,
    watch: Callable[[Terminal], None] = lambda terminal: None,
) -> Terminal:
    """Run Python with arguments in a terminal of its own until it ends.

    Args:
        arguments: What follows `python` on its command line.
        folder: Where to run.
        columns: Width of the terminal.
        environment: Variables that differ from those of the tests.
        stdout: A file for standard output; None for the terminal.
        watch: Called after each piece of output; may type or resize.
    """
    terminal = Terminal(columns)
    inherited = {name: value for name, value in os.environ.items() if name not in _OWN}
    process = subprocess.Popen(
        [sys.executable, "-c", _TAKE_TERMINAL, *map(str, arguments)],
        cwd=folder,
        stdin=terminal.theirs,
        stdout=terminal.theirs if stdout is None else stdout,
        stderr=terminal.theirs,
        env={**inherited, "TERM": "xterm", **(environment or {})},
        start_new_session=True,
    )
    os.close(terminal.theirs)
    deadline = time.monotonic() + 600
    try:
        while terminal.read(0.05):
            watch(terminal)
            assert time.monotonic() < deadline, terminal.output
        terminal.returncode = process.wait(60)
    finally:
        process.kill()
        process.wait()
        terminal.close()
    return terminal
