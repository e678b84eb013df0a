"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AsJson", "Quiet", "Root", "Threshold", "TrackingUri"]

Root = Annotated[Path, typer.Option(help="Folder that holds all that searches write.")]

TrackingUri = Annotated[
    str | None,
    typer.Option(help="MLflow's tracking URI.", show_default="a database under --root"),
]
Threshold = Annotated[
    str | None,
    typer.Option(
        help="Of two classes: what to choose the decision threshold for, out of fold: accuracy, "
        "balanced_accuracy, f1=CLASS or cost=CLASS:1,CLASS:5.",
        show_default="the more probable class",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object instead of the summary.")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="No progress: print only warnings and the result.")
]
