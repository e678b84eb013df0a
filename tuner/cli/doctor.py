"""`tuner doctor`: checks whether this machine can run a search."""

from pathlib import Path

import typer

from tuner.doctor import diagnose
from tuner.terminal.messages import print_result
from tuner.terminal.quiet_imports import import_heavy

__all__ = ["print_diagnosis"]


_ADVICE = (
    "For the best network of a table: tuner search --space tabular --data FILE --target COLUMN. "
    "For a question about one thing: tuner spaces."
)


def print_diagnosis(root: Path, tracking_uri: str | None) -> None:
    """Print the findings, one per line, and how to begin; exit with 1 if a search would not run.

    Args:
        root: The folder that holds all that searches write.
        tracking_uri: MLflow's tracking URI. None for the default.
    """
    import_heavy()
    faults = 0
    for finding in diagnose(root, tracking_uri):
        print_result(f"{finding.state:<8} {finding.subject:<9} {finding.message}")
        faults += finding.state == "fault"
    if faults:
        raise typer.Exit(1)
    print_result(_ADVICE)
