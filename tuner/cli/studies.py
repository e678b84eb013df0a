"""`tuner studies`: lists the studies."""

import sys
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from tuner.api.listing import describe_studies
from tuner.errors import StudyError
from tuner.terminal.messages import (
    Messages,
    make_cell,
    measure_width,
    print_json,
    print_result,
    print_table,
)

__all__ = ["list_studies"]

_HEADINGS = ("study", "space", "data", "trials", "objective", "best", "exported")
_UNLIMITED = 100_000  # characters of a line; a table takes only what its cells need


def list_studies(root: Path, *, as_json: bool = False) -> None:
    """Print the studies under `root`, each with its space, data, trials and best score.

    Args:
        root: The folder that holds all that searches write.
        as_json: Print one JSON object.

    Raises:
        StudyError: A study cannot be read. All others are printed before.
    """
    studies = describe_studies(root)
    faults = [study["error"] for study in studies if "error" in study]
    if as_json:
        print_json({"studies": studies})
    elif studies:
        _print_table([_make_cells(study) for study in studies])
    else:
        print_result(f"no studies in {root}")
    for fault in faults[:-1]:
        Messages().warn(f"error: {fault}")
    if faults:
        raise StudyError(faults[-1])


def _make_cells(study: dict[str, Any]) -> list[str]:
    """Return the cells of a study's row."""
    if "error" in study:
        return [study["study"], *["?"] * (len(_HEADINGS) - 1)]
    best = study["best"]
    return [
        study["study"],
        study["space"],
        study["data"],
        f"{study['trials']} of {'≤' if study['may_end_early'] else ''}{study['max_trials']}",
        study["objective"],
        f"{best['score']:.4f}" if best else "–",
        "yes" if study["model"] else "no",
    ]


def _print_table(rows: list[list[str]]) -> None:
    """Print a table; on a terminal that is too narrow for it, a paragraph for each study."""
    table = Table(box=box.SIMPLE)
    for heading in _HEADINGS:
        table.add_column(heading, no_wrap=True)
    for row in rows:
        table.add_row(*map(make_cell, row))
    console = Console(width=_UNLIMITED)
    width = measure_width(sys.stdout)  # a file or a pipe has none
    if width is None or Measurement.get(console, console.options, table).maximum <= width:
        print_table(table, _UNLIMITED)
        return
    for name, *cells in rows:
        described = zip(_HEADINGS[1:], cells, strict=True)
        print_result(name)
        print_result("  " + ", ".join(map(" ".join, described)))
