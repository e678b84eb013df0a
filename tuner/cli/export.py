"""`tuner export`: a network of a study as a folder to serve."""

import sys
from pathlib import Path

from tuner.analysis import PICKS, choose
from tuner.errors import UserError, known_names
from tuner.exporting import export_pick
from tuner.preparation import open_study

__all__ = ["export_study"]


def export_study(name: str, pick: str | None, output: Path | None, root: Path) -> None:
    """Train a study's pick on all training rows, export it, and say where it lies.

    Args:
        name: The study's name.
        pick: `best`, `smallest` or `ensemble`; what the search exported where it is None.
        output: The folder to write; `model` in the study's folder for what the search exported,
            else `model-PICK`, where it is None.
        root: The folder that holds all that searches write.

    Raises:
        UserError: There is no such pick or study, or the data changed.
    """
    picks = {known: known for known in PICKS}
    if pick is not None and pick not in picks:
        raise UserError(f"--pick: there is no pick {pick}; {known_names(pick, PICKS)}")
    from tuner.cli.quiet import import_heavy
    from tuner.serving.writing import check_folder

    prepared, study = open_study(name, root)
    if output is not None:
        check_folder(output.resolve())
    choice = choose(study, prepared.training_y)
    picked = picks[pick] if pick is not None else choice.exported
    own = study.model_folder
    shown = output or (own if picked == choice.exported else own.with_name(f"model-{picked}"))
    check_folder(shown.resolve())
    import_heavy()
    members = ", ".join(
        f"trial {member.trial}"
        + (f" ×{member.networks}" if member.networks > 1 else "")
        + f" ({member.parameters:,} parameters, {member.epoch} epochs)"
        for member in choice.members(picked)
    )
    _say(f"training {members} on all training rows, exporting it, and checking the export …")
    export_pick(
        prepared, study, picked, shown.resolve(), on_note=lambda note: _say(f"note: {note}")
    )
    print(shown)


def _say(text: str) -> None:
    print(text, file=sys.stderr)
