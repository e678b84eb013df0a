"""Results that a script keeps as lines of JSON, so that the same command can go on from them."""

import json
import os
from pathlib import Path
from typing import Any

__all__ = ["KeptLines"]


class KeptLines:
    """The results so far, each kept as a line of JSON as soon as it is there.

    Where the last line was cut short, since the script was killed while it wrote it, that line is
    taken off the file, and its result is missing.

    Args:
        path: The file, which need not be there yet; None keeps the results in memory only.

    Attributes:
        all: The results, in the order of the file.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        content = path.read_bytes() if path is not None and path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        self.all: list[dict[str, Any]] = [json.loads(line) for line in whole.splitlines()]
        if path is not None and len(whole) < len(content):
            os.truncate(path, len(whole))

    def find(self, **fields: Any) -> list[dict[str, Any]]:
        """Return the results that have these fields."""
        return [each for each in self.all if fields.items() <= each.items()]

    def add(self, result: dict[str, Any]) -> None:
        """Keep a result."""
        self.all.append(result)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(result) + "\n")
