"""Finds data that were moved or copied together with the studies about them."""

import os
from pathlib import Path

__all__ = ["find_data"]


def find_data(source: str, root: Path) -> str:
    """Return where a study's data are now, which a study has as an absolute path.

    Where that path is gone, its end is looked for beside the root and in the working folder: all of
    `a/b/rows.csv`, else `b/rows.csv`, else `rows.csv`. The caller checks that they are the same.

    Args:
        source: Where the data were, or a bundled name.
        root: The folder that holds all that searches write.
    """
    path = Path(source)
    if not path.is_absolute() or os.path.exists(path):
        return source
    for first in range(1, len(path.parts)):
        for place in (root.absolute().parent, Path.cwd()):
            moved = place.joinpath(*path.parts[first:])
            if os.path.exists(moved):
                return str(moved)
    return source
