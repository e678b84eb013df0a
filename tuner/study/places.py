"""The folder that a new study gets: nothing in it is deleted that is not a study's."""

import re
from pathlib import Path

from tuner.errors import StudyError
from tuner.files.leftovers import TEMPORARY_FILE, TEMPORARY_FOLDER
from tuner.files.own_files import (
    CARD,
    CHARTS,
    EXPORT,
    Kinds,
    find_strangers,
    has_own_card,
    is_still_open,
)
from tuner.files.whole_files import flush_folder
from tuner.study.names import is_study

__all__ = ["check_place", "empty_place"]

# What a process leaves that is killed while it replaces a file or folder.
_TEMPORARY: Kinds = {
    TEMPORARY_FILE: b"",
    f"{TEMPORARY_FOLDER}/": b"",
    f"{TEMPORARY_FOLDER}/name": b"",
    f"{TEMPORARY_FOLDER}/(new|old)/(.*/)?": b"",
    f"{TEMPORARY_FOLDER}/(new|old)/.*": b"",
}
_MODELS = (r"model(-[\w-]+)?", r"model-pareto/trial-\d+")
# What a process leaves that is killed while it creates a study.
_BEGUN: Kinds = {r"search\.(lock|holder)": b"", "oof/": b"", TEMPORARY_FILE: b""}
_STUDY: Kinds = {
    r"study\.json": b"{",
    r"journal\.jsonl": b'{"event"',
    r"(journal|search|mlflow)\.(lock|holder)": b"",
    "oof/": b"",
    r"oof/trial_\d{5,}\.npy": b"\x93NUMPY",
    r"oof/trial_\d{5,}_leads\.npz": b"PK",
    f"oof/{TEMPORARY_FILE}": b"",
    r"baselines\.npz": b"PK",
    r"(prediction|mlflow)\.json": b"{",
    r"report\.html": b"<!doctype html>",
    r"results\.csv": b"trial,",
    "figures/": b"",
    **{f"figures/{pattern}": begin for pattern, begin in CHARTS.items()},
    **{f"{model}/": b"" for model in _MODELS},
    **{f"{model}/{pattern}": begin for model in _MODELS for pattern, begin in EXPORT.items()},
    **_TEMPORARY,
}
_LOCKS = {".lock", ".holder"}


def check_place(folder: Path, *, overwrite: bool = False) -> None:
    """Refuse to create a study in a folder that holds anything which would be lost.

    Args:
        folder: The study's folder. It may be absent, empty, or as a process leaves it that is
            killed while it creates a study.
        overwrite: Whether it may also be a study, which is to be deleted.

    Raises:
        StudyError: The folder holds anything else, or it cannot be read.
    """
    name = folder.name
    try:
        if not find_strangers(folder, _BEGUN):
            return
        strangers = find_strangers(folder, _STUDY)
        strangers += [f"{card} with changes" for card in _find_own_cards(folder)]
        is_whole = is_study(folder)
    except OSError as error:
        raise StudyError(
            f"study folder {folder} cannot be read ({error.strerror}); fix that, or give --study "
            "another name"
        ) from error
    if strangers and (overwrite or not is_whole):
        listed = ", ".join(strangers[:5]) + (", …" if strangers[5:] else "")
        raise StudyError(
            f"study folder {folder} holds {listed}, which this package did not write; move "
            "that, or give --study another name"
        )
    if is_whole and not overwrite:
        raise StudyError(
            f"study {name} already exists in {folder.parents[1]}; give --study another name, or "
            "--overwrite to delete it first"
        )
    if not is_whole and not overwrite:
        raise StudyError(
            f"study {name} in {folder.parents[1]} has lost its study.json; restore the file from "
            "a copy, or give --study another name, or --overwrite to delete the study first"
        )


def _find_own_cards(folder: Path) -> list[str]:
    """Return the model cards that people have changed, by their paths below a study's folder."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob(CARD))
    return sorted(
        card
        for card in found
        if any(re.fullmatch(f"{model}/{re.escape(CARD)}", card) for model in _MODELS)
        and has_own_card((folder / card).parent)
    )


def empty_place(folder: Path) -> None:
    """Delete a study that `check_place` has found to be one, except its locks.

    Raises:
        OSError: A file cannot be deleted.
    """
    for path in sorted(folder.iterdir(), key=lambda path: path.name != "study.json"):
        if path.suffix not in _LOCKS:
            _delete(path)
    flush_folder(folder)


def _delete(path: Path) -> bool:
    """Delete a file or folder, except files that go by themselves; return whether it is gone."""
    if path.is_dir() and not path.is_symlink():
        gone = [_delete(inner) for inner in list(path.iterdir())]
        if all(gone):
            path.rmdir()
        return all(gone)
    if is_still_open(path.name):
        return False
    path.unlink()
    return True
