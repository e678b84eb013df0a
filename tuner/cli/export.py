"""`tuner export`: a network of a study as a folder to serve."""

import sys
from pathlib import Path

from tuner.errors import UserError, known_names

__all__ = ["export_study"]

PICKS = ("best", "smallest")


def export_study(name: str, pick: str, output: Path | None, root: Path) -> None:
    """Train a study's pick on all training rows, export it, and say where it lies.

    Args:
        name: The study's name.
        pick: `best` or `smallest`.
        output: The folder to write; `model` or `model-PICK` in the study's folder where it is None.
        root: The folder that holds all that searches write.

    Raises:
        UserError: There is no such pick or study, or the data changed.
    """
    if pick not in PICKS:
        raise UserError(f"--pick: there is no pick {pick}; {known_names(pick, PICKS)}")
    from tuner.cli.quiet import import_heavy
    from tuner.pipeline import choose, export_pick
    from tuner.preparation import open_study
    from tuner.serving.writing import check_folder

    prepared, study = open_study(name, root)
    shown = output or study.folder / ("model" if pick == "best" else f"model-{pick}")
    folder = shown.resolve()
    check_folder(folder)
    import_heavy()
    picked = getattr(choose(study, prepared.dataset), pick)
    print(
        f"training trial {picked.trial} ({picked.parameters:,} parameters, {picked.epoch} epochs) "
        "on all training rows, exporting it, and checking the export …",
        file=sys.stderr,
    )
    export_pick(prepared, study, picked, folder)
    print(shown)
