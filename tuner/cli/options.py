"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tuner.argument_types import read_path
from tuner.errors import UserError

__all__ = [
    "PATIENCE_TRIALS",
    "THRESHOLD",
    "AsJson",
    "EngineName",
    "Quiet",
    "RayAddress",
    "RayWorkers",
    "Root",
    "TrackingUri",
    "path",
]


def path(given: Any) -> Path:
    """Return the path that an option gives; Typer shows this function's name as its type."""
    try:
        return read_path("", given)
    except UserError as error:  # Typer knows the option's name
        raise typer.BadParameter(str(error).removeprefix(": ")) from error


Root = Annotated[Path, typer.Option(parser=path, help="Folder that holds all that searches write.")]

TrackingUri = Annotated[
    str | None,
    typer.Option(
        help="MLflow's tracking URI.", show_default="MLFLOW_TRACKING_URI, else a database in --root"
    ),
]
THRESHOLD = (
    "Of two classes: what to choose the decision threshold for, out of fold: accuracy, "
    "balanced_accuracy, f1=CLASS or cost=CLASS:1,CLASS:5."
)
PATIENCE_TRIALS = (
    "End the search when the last N trials have not improved the ensemble; it looks every N trials."
)
EngineName = Annotated[
    str,
    typer.Option("--engine", help="Where trials train: local (this process), or ray (a cluster)."),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        help="HOST:PORT of the cluster's head, or auto for the cluster of this machine.",
        show_default="RAY_ADDRESS, else Ray is started here",
    ),
]
RayWorkers = Annotated[
    int | None,
    typer.Option(help="How many processes train.", show_default="one a core, or one a GPU"),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object instead of the summary.")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="No progress: print only warnings, notes and the result.")
]
