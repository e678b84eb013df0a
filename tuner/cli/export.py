"""`tuner export`: exports networks of a study as models to serve."""

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


# Over 40 lines: half of them describe the arguments.
def export_study(name: str, pick: str | None, output: Path | None, root: Path) -> None:
    """Train a study's pick on all training rows, export it, and print its folder.

    Args:
        name: The study's name.
        pick: `best`, `smallest` or `ensemble`, the number of a completed trial, or `pareto` for
            every trial on a front, each as its own model. None for the pick that the search
            exported.
        output: The folder to write; with `pareto`, the folder of the models' folders. None for
            `model` in the study's folder if the search exported this pick, else for `model-PICK`.
        root: The folder that holds all that searches write.

    Raises:
        UserError: There is no such pick, trial or study, or the data have changed.
        SearchFailed: No trial was completed.
    """
    if pick is not None:
        check_pick(pick)
    from tuner.cli.quiet import import_heavy
    from tuner.serving.export_folder import check_export_folder

    setup, study = open_study(name, root)
    if pick == PARETO:
        exports = _choose_front(study, output or study.folder / "model-pareto")
    else:
        exportable, folder = _choose_one(setup, study, pick)
        exports = [(exportable, output or folder)]
    for _, folder in exports:
        check_export_folder(folder.resolve())
    import_heavy()
    for exportable, folder in exports:
        _print_progress(
            f"training {_list_networks(exportable)} on all training rows, exporting and checking "
            "the model …"
        )
        export_pick(
            setup,
            study,
            exportable,
            folder.resolve(),
            on_note=lambda note: _print_progress(f"note: {note}"),
        )
        print(folder, flush=True)


def _choose_one(setup: Setup, study: Study, pick: str | None) -> tuple[Exportable, Path]:
    """Return what to export as one model, and its default folder."""
    if pick is not None and pick.isdigit():
        exportable = find_exportable(study, int(pick))
        return exportable, study.folder / f"model-{exportable.folder}"
    picks = pick_networks(study, setup.truth)
    name = next((name for name in PICK_NAMES if name == pick), picks.exported)
    own = study.model_folder
    folder = own if name == picks.exported else own.with_name(f"model-{name}")
    return make_exportable(picks, name), folder


def _choose_front(study: Study, folder: Path) -> list[tuple[Exportable, Path]]:
    """Return the trials on a front, each with its folder, and print what they are."""
    if (folder / "model.json").exists():
        raise UserError(
            f"output folder {folder} is an exported model, and a front has several models; give "
            "--output another folder"
        )
    front = list_front(study)
    if not front:
        raise SearchFailed(NO_TRIAL)
    _print_progress(
        "on the Pareto front of score against parameters or prediction time: "
        f"{_list_trials(front)}; --pick with one of these numbers exports only that trial"
    )
    exports = [(exportable, folder / exportable.folder) for exportable in front]
    there = {path.parent for path in folder.glob("*/model.json")}
    if others := sorted(path.name for path in there - {path for _, path in exports}):
        _print_progress(
            f"note: {', '.join(others)} in {folder}: not on this front, and not changed"
        )
    return exports


def _list_trials(front: Sequence[Exportable]) -> str:
    return ", ".join(map(_describe_trial, front))


def _describe_trial(exportable: Exportable) -> str:
    pick = exportable.description
    score = format_score(pick["score"], pick["standard_error"])
    return f"{exportable.name} ({score}, {pick['parameters']:,} parameters)"


def _list_networks(exportable: Exportable) -> str:
    return ", ".join(
        f"trial {member.label} ({member.parameters:,} parameters, {member.epoch} epochs)"
        for member in exportable.members
    )


def _print_progress(text: str) -> None:
    print(text, file=sys.stderr)
