"""`tuner export`: exports networks of a study as models to serve."""

from pathlib import Path

from tuner.analysis import check_pick
from tuner.api.boundary import Caller
from tuner.api.exports import export_networks
from tuner.run.exporting import ExportOptions
from tuner.run.opening import open_study
from tuner.scoring import check_threshold_text
from tuner.serving.formats import choose_formats
from tuner.terminal.messages import Messages, print_result
from tuner.terminal.quiet_imports import import_heavy

__all__ = ["export_study"]


def export_study(  # noqa: PLR0913  (one argument per option of the command)
    name: str,
    pick: str | None,
    output: Path | None,
    root: Path,
    *,
    threshold: str | None = None,
    formats: str | None = None,
    quiet: bool = False,
) -> None:
    """Export networks as `export_networks` does, and print the folder of each.

    Args:
        name: The study's name.
        pick: Which networks. None for the pick that the search exported.
        output: The folder to write. None for one in the study's folder.
        root: The folder that holds all that searches write.
        threshold: What the threshold of two classes is chosen for. None for the study's own rule.
        formats: The names of formats, separated by commas. None for the usual ones.
        quiet: Print only notes and the folder.

    Raises:
        UserError: There is no such pick, format, trial or study, or the data have changed.
        SearchFailed: No trial was completed.
    """
    if pick is not None:
        check_pick(pick)  # before the data are read
    if threshold is not None:
        check_threshold_text(threshold)
    options = ExportOptions(threshold, choose_formats(formats))
    setup, study = open_study(name, root)
    caller = Caller(Messages(quiet=quiet), import_heavy)
    for folder in export_networks(setup, study, pick, output, caller, options=options):
        print_result(folder)
