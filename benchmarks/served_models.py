"""Tables of several kinds, and a small model of a table, for `serving.py`."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["KINDS", "make_model", "make_table"]

_ROWS = 4_000
_LEVEL_ROWS = 12  # of each level, so that none is rare
_SEARCH = "--space mlp --max-trials 2 --folds 2 --epochs 2 --study served --quiet"
_FORMATS = "keras,mlflow,onnx"


def make_table(kind: str) -> pd.DataFrame:
    """Return a table whose last column is the class.

    Args:
        kind: One of `KINDS`.
    """
    rng = np.random.default_rng(0)
    columns = KINDS[kind](rng)
    table = pd.DataFrame(columns)
    return table.assign(**{"class": rng.choice(["low", "mid", "high"], len(table))})


def _make_numbers(rng: np.random.Generator, count: int = 20) -> dict[str, object]:
    return {f"number {place}": rng.normal(size=_ROWS).round(3) for place in range(count)}


def _make_texts(rng: np.random.Generator) -> dict[str, object]:
    """Return numbers, amounts, shares, dates in two notations, and levels."""
    day = pd.Timestamp("2019-01-01") + pd.to_timedelta(rng.integers(0, 1_800, _ROWS), "D")
    return {
        "age": rng.integers(18, 80, _ROWS),
        "height": rng.normal(170, 10, _ROWS).round(1),
        "amount": [f"€ {value:,.2f}" for value in rng.lognormal(8, 1, _ROWS)],
        "share": [f"{value:.1f} %" for value in rng.uniform(0, 100, _ROWS)],
        "joined": day.strftime("%Y-%m-%d"),
        "seen": (day + pd.Timedelta(days=9)).strftime("%d.%m.%Y"),
        "city": rng.choice(["Berlin", "Köln", "München", "Ulm"], _ROWS),
        "plan": rng.choice(["a", "b", "c"], _ROWS),
    }


def _make_levels(rng: np.random.Generator, count: int) -> dict[str, object]:
    """Return a number, and a column of so many levels."""
    places = rng.permutation(np.repeat(np.arange(count), _LEVEL_ROWS))
    return {
        "number": rng.normal(size=len(places)).round(3),
        "shop": [f"shop {place}" for place in places],
    }


KINDS: dict[str, Callable[[np.random.Generator], dict[str, object]]] = {
    "numbers": _make_numbers,
    "texts": _make_texts,
    "columns": lambda rng: _make_numbers(rng, 2_000),
    "levels-1000": lambda rng: _make_levels(rng, 1_000),
    "levels-2000": lambda rng: _make_levels(rng, 2_000),
}
"""What makes the columns: `columns` has 2,000 of numbers; of 2,000 levels a search keeps 1,000."""


def make_model(data: Path, folder: Path) -> Path:
    """Search a table briefly, and return the folder of the exported model.

    Args:
        data: A CSV whose last column is the target.
        folder: An empty one to work in.
    """
    for command in (
        ["search", "--data", str(data.resolve()), *_SEARCH.split()],
        ["export", "served", "--formats", _FORMATS, "--output", "model"],
    ):
        subprocess.run(
            [sys.executable, "-m", "tuner", *command],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return folder / "model"
