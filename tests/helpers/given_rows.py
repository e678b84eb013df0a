"""Rows that a Python program gives: kept in a file, loaded from it, and refused."""

from pathlib import Path
from typing import Any

from tuner.data import Dataset, KeptRows, keep_rows, load_dataset


def load_kept(kept: KeptRows, **options: Any) -> Dataset:
    """Load the file of kept rows as a search does."""
    return load_dataset(
        kept.source,
        target=kept.target,
        groups=kept.groups,
        order=kept.order,
        categorical=kept.categorical,
        classes=kept.classes,
        **options,
    )


def keep_and_load(x: Any, y: Any = None, **options: Any) -> Dataset:
    """Keep rows in the current folder, and load them again."""
    return load_kept(keep_rows(x, y, root=Path("mlruns"), **options))
