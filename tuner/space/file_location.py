"""A location in a space file, and the error about it."""

import json
from dataclasses import dataclass, replace

from tuner.errors import SpaceError

__all__ = ["FileLocation", "quote"]


@dataclass(frozen=True, slots=True)
class FileLocation:
    """A space file, perhaps a table in it, and perhaps a key in the table.

    >>> str(FileLocation("my.toml", "network", "depth"))
    'space file my.toml, [network] depth'
    """

    file: str
    table: str | None = None
    key: str | None = None

    def __str__(self) -> str:
        """Return the location in words, for errors."""
        table = f"[{self.table}]" if self.table else ""
        where = " ".join(part for part in (table, self.key) if part)
        return f"space file {self.file}" + (f", {where}" if where else "")

    def at_key(self, key: str) -> "FileLocation":
        """Return the location of `key` in the same table."""
        return replace(self, key=key)

    def in_table(self, table: str, key: str | None = None) -> "FileLocation":
        """Return the location of `table`, or of `key` in it, in the same file."""
        return FileLocation(self.file, table, key)

    def make_error(self, problem: str) -> SpaceError:
        """Return the error to raise about a problem at this location."""
        return SpaceError(f"{self}: {problem}")


def quote(value: object) -> str:
    """Return a value nearly as TOML writes it.

    >>> quote("relu"), quote(True), quote([1, 2])
    ('"relu"', 'true', '[1, 2]')
    """
    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {quote(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(quote, value))}]"
    if isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False)
    return str(value)  # numbers as in Python (nan and inf are the same in TOML), and dates
