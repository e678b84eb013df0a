"""Tables for `quality.py`: found below a folder, and cut to some rows."""

from pathlib import Path

import numpy as np

__all__ = ["cut", "located"]

_LEAST = 10  # rows of a class that a cut leaves, so that it is in the test part and in every fold


def located(table: str, folder: Path | None) -> str:
    """Return a table's path if the folder has it, else what was given: a path or a bundled name."""
    if folder is not None and (folder / table).exists():
        return str(folder / table)
    return table


def cut(table: str, rows: int, *, seed: int, folder: Path) -> str:
    """Write about so many rows of a table, each class with its share; return the new path.

    Args:
        table: A CSV file whose last column is the target, or a bundled name, which is left whole.
        rows: How many.
        seed: Decides which.
        folder: Where to.
    """
    import pandas as pd

    path = Path(table)
    if not path.exists():
        return table
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    if len(cells) <= rows:
        return table
    rng = np.random.default_rng(seed)
    kept = []
    for places in cells.groupby(cells.columns[-1]).indices.values():
        share = max(round(len(places) * rows / len(cells)), _LEAST)
        kept.append(rng.permutation(places)[:share])
    written = folder / path.name
    cells.iloc[np.sort(np.concatenate(kept))].to_csv(written, index=False)
    return str(written)
