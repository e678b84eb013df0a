"""`tuner export`: networks of a study as folders to serve."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tuner.analysis import (
    PARETO,
    PICK_NAMES,
    Exportable,
    check_pick,
    find_exportable,
    list_front,
    make_exportable,
    pick_networks,
)
from tuner.errors import NO_TRIAL, SearchFailed, UserError
from tuner.run.exporting import export_pick
from tuner.run.opening import open_study
from tuner.run.setup import Setup
from tuner.study import Study
from tuner.words import format_score

__all__ = ["export_study"]


def export_study(name: str, pick: str | None, output: Path | None, root: Path) -> None:
    """Train a study's pick on all training rows, export it, and say where it lies.

    Args:
        name: The study's name.
        pick: `best`, `smallest` or `ensemble`, the number of a completed trial, or `pareto` for
            all trials on a front, each a model of its own; what the search exported where it is
            None.
        output: The folder to write; `model` in the study's folder for what the search exported,
            else `model-PICK`, where it is None. Those of a front are folders within it.
        root: The folder that holds all that searches write.

    Raises:
        UserError: There is no such pick, trial or study, or the data changed.
        SearchFailed: No trial was completed.
    """
    if pick is not None:
        check_pick(pick)
    from tuner.cli.quiet import import_heavy
    from tuner.serving.export_folder import check_export_folder

    setup, study = open_study(name, root)
    if pick == PARETO:
        exports = _front(study, output or study.folder / "model-pareto")
    else:
        picked, folder = _one(setup, study, pick)
        exports = [(picked, output or folder)]
    for _, folder in exports:
        check_export_folder(folder.resolve())
    import_heavy()
    for picked, folder in exports:
        _say(
            f"training {_networks(picked)} on all training rows, exporting it, and checking the "
            "export …"
        )
        export_pick(
            setup, study, picked, folder.resolve(), on_note=lambda note: _say(f"note: {note}")
        )
        print(folder, flush=True)


def _one(setup: Setup, study: Study, pick: str | None) -> tuple[Exportable, Path]:
    """Return what is exported as one model, and where to if nothing else is said."""
    if pick is not None and pick.isdigit():
        picked = find_exportable(study, int(pick))
        return picked, study.folder / f"model-{picked.folder}"
    picks = pick_networks(study, setup.truth)
    name = next((each for each in PICK_NAMES if each == pick), picks.exported)
    own = study.model_folder
    folder = own if name == picks.exported else own.with_name(f"model-{name}")
    return make_exportable(picks, name), folder


def _front(study: Study, folder: Path) -> list[tuple[Exportable, Path]]:
    """Return the trials on a front and where each is exported to; say what they are."""
    if (folder / "model.json").exists():
        raise UserError(
            f"output folder {folder} is an exported model, and a front has several; give --output "
            "another folder"
        )
    front = list_front(study)
    if not front:
        raise SearchFailed(NO_TRIAL)
    _say(
        f"on the Pareto front of score against parameters or prediction time: {_listed(front)}; "
        "--pick with one of these numbers exports it alone"
    )
    exports = [(picked, folder / picked.folder) for picked in front]
    there = {path.parent for path in folder.glob("*/model.json")}
    if others := sorted(path.name for path in there - {each for _, each in exports}):
        _say(f"note: {', '.join(others)} in {folder}: not on this front, and left as it is")
    return exports


def _listed(front: Sequence[Exportable]) -> str:
    return ", ".join(
        f"{picked.name} ({format_score(of['score'], of['standard_error'])}, "
        f"{of['parameters']:,} parameters)"
        for picked in front
        for of in [picked.description]
    )


def _networks(picked: Exportable) -> str:
    return ", ".join(
        f"trial {member.label} ({member.parameters:,} parameters, {member.epoch} epochs)"
        for member in picked.members
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr)
