"""Exports networks of a study as models to serve."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tuner.analysis import (
    PARETO,
    PICK_NAMES,
    Exportable,
    PickName,
    Picks,
    check_pick,
    find_exportable,
    list_front,
    make_exportable,
    pick_networks,
)
from tuner.api.boundary import Caller
from tuner.errors import NO_TRIAL, SearchFailed, UserError
from tuner.run.exporting import ExportOptions, export_pick
from tuner.run.setup import Setup
from tuner.scoring import ThresholdRule
from tuner.study import Study
from tuner.terminal.messages import Messages
from tuner.words import format_score

__all__ = ["choose_pick", "export_networks"]


# Over 40 lines: half of them describe the arguments.
def export_networks(
    setup: Setup,
    study: Study,
    pick: str | None,
    output: Path | None,
    caller: Caller,
    *,
    options: ExportOptions,
) -> Iterator[Path]:
    """Train a study's pick on all training rows, export it, and yield its folder.

    Args:
        setup: The study's space, data and settings.
        study: The study.
        pick: `best`, `smallest` or `ensemble`, the number of a completed trial, or `pareto` for
            every trial on a front, each as its own model. None for the pick that the search
            exported.
        output: The folder to write; with `pareto`, the folder of the models' folders. None for
            `model` in the study's folder if the search exported this pick, else for `model-PICK`.
        caller: Prints what happens, and imports TensorFlow.
        options: The threshold and the formats.

    Raises:
        UserError: There is no such pick or trial, or the folder cannot be written.
        SearchFailed: No trial was completed.
    """
    if options.threshold is not None:
        ThresholdRule.parse(options.threshold, setup.dataset.classes)  # before any training
    from tuner.serving.export_folder import check_export_folder

    messages = caller.messages
    if pick == PARETO:
        exports = _choose_front(study, output or study.folder / "model-pareto", messages)
    else:
        exportable = choose_pick(setup, study, pick, messages)
        exports = [(exportable, output or _locate_model(study, exportable))]
    for _, folder in exports:
        check_export_folder(folder.resolve())
    caller.import_heavy()
    for exportable, folder in exports:
        where = "the folds" if exportable.members[0].folds else "all training rows"
        where += " and all training rows" if exportable.members[0].on_all_rows else ""
        messages.say(
            f"training {_list_networks(exportable)} on {where}, exporting and checking the model …"
        )
        export_pick(
            setup,
            study,
            exportable,
            folder.resolve(),
            on_note=lambda note: messages.warn(f"note: {note}"),
            options=options,
        )
        yield folder


def choose_pick(setup: Setup, study: Study, pick: str | None, messages: Messages) -> Exportable:
    """Return a pick, and warn of what the person who asked for it may not expect.

    Args:
        setup: The study's space, data and settings.
        study: The study.
        pick: The name of a pick, or the number of a completed trial. None for the pick that the
            search exported.
        messages: Prints the warning.

    Raises:
        UserError: There is no such pick or trial.
        SearchFailed: No trial was completed.
    """
    if pick is not None:
        check_pick(pick)
    if pick is not None and pick.isdecimal():
        return find_exportable(study, int(pick))
    picks = pick_networks(study, setup.truth)
    name = next((name for name in PICK_NAMES if name == pick), picks.exported)
    if pick is not None and (note := _compare_with_best(picks, name)):
        messages.warn(f"note: {note}")
    return make_exportable(picks, name)


def _locate_model(study: Study, exportable: Exportable) -> Path:
    """Return the folder of a model, if the person names none."""
    own = study.model_folder
    return own if exportable.by_search else own.with_name(f"model-{exportable.folder}")


def _compare_with_best(picks: Picks, name: PickName) -> str:
    """Return what the person who asked for a pick may not expect of it; "" if there is nothing."""
    best = picks.best.trial
    if name == "smallest" and picks.smallest.trial == best:
        return (
            "no smaller network is within one standard error of the best, so the smallest is the "
            f"best itself, trial {best}"
        )
    if name == "ensemble" and {member.trial for member in picks.ensemble.members} == {best}:
        return f"all networks of the ensemble are of the best trial, {best}"
    if name == "ensemble" and picks.ensemble.too_large:
        return (
            f"the ensemble, with {picks.ensemble.parameters:,} parameters, is beyond the limits of "
            f"the search, which exported the best trial, {best}, alone"
        )
    if name == "ensemble" and not picks.ensemble.better:
        return (
            f"the ensemble is not better than the best trial, {best}, by more than one standard "
            "error and 0.0001, so the search exported that trial alone"
        )
    return ""


def _choose_front(study: Study, folder: Path, messages: Messages) -> list[tuple[Exportable, Path]]:
    """Return the trials on a front, each with its folder, and print what they are."""
    if (folder / "model.json").exists():
        raise UserError(
            f"output folder {folder} is an exported model, and a front has several models; give "
            "--output another folder"
        )
    front = list_front(study)
    if not front:
        raise SearchFailed(NO_TRIAL)
    messages.say(
        "on the Pareto front of score against parameters or prediction time: "
        f"{_list_trials(front)}; --pick with one of these numbers exports only that trial"
    )
    exports = [(exportable, folder / exportable.folder) for exportable in front]
    there = {path.parent for path in folder.glob("*/model.json")}
    if others := sorted(path.name for path in there - {path for _, path in exports}):
        messages.warn(f"note: {', '.join(others)} in {folder}: not on this front, and not changed")
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
