"""Hashes of an exported folder's files, by which its `model.json` tells whether one was changed."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tuner.errors import UserError
from tuner.files.checksums import digest, digest_file
from tuner.files.own_files import CARD
from tuner.serving.formats import LITERT_FILE, ONNX_FILE

__all__ = ["add_hashes", "check_hashes"]

_KEY = "sha256"
_DESCRIPTION, _NETWORK = "model.json", "model.keras"
_MLFLOW = "mlflow_model"
_FOLDERS = ("saved_model", _MLFLOW)
_FILES = (_NETWORK, ONNX_FILE, LITERT_FILE)
_LOADER = b"loader_module: mlflow.pyfunc.loaders.code_model"  # of every version


def add_hashes(description: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the content of a `model.json` with the SHA-256 of each file that it stands for.

    Its own hash is that of its content without the hashes. The model card has one so that what
    people add to it is not lost; a changed card is no fault.

    Args:
        description: The content without hashes.
        folder: The exported folder, with every format.
    """
    hashes = {_DESCRIPTION: _digest_description(description)}
    hashes |= {name: digest_file(path) for name, path in sorted(_list_files(folder))}
    hashes[CARD] = digest_file(folder / CARD)
    return {**description, _KEY: hashes}


def check_hashes(description: Mapping[str, Any], folder: Path) -> None:
    """Check that the files of an exported folder are those that were exported.

    Earlier versions wrote no hashes. Then the files that the folder has twice must be equal, and
    its MLflow model must be one from code.

    Args:
        description: The content of `model.json`.
        folder: The exported folder.

    Raises:
        UserError: A file is missing or was changed.
    """
    if _KEY not in description:
        _check_copies(folder)
        return
    expected: Mapping[str, Any] = description[_KEY]
    files = dict(_list_files(folder))
    if lacking := {_DESCRIPTION, _NETWORK} - expected.keys():
        raise _make_error(folder / _DESCRIPTION, f"has no hash of {min(lacking)}")
    for name, known in expected.items():
        if name == CARD or _is_compiled(name):
            continue
        if name == _DESCRIPTION:
            found = _digest_description({k: v for k, v in description.items() if k != _KEY})
        elif name in files:
            found = digest_file(files[name])
        else:
            raise _make_error(folder / name, "is missing")
        if found != known:
            raise _make_error(folder / name, "was changed after it was exported")


def _check_copies(folder: Path) -> None:
    """Check what is known of the files of an export without hashes."""
    files = dict(_list_files(folder))
    if _NETWORK not in files:
        raise _make_error(folder / _NETWORK, "is missing")
    if not (folder / _MLFLOW).is_dir():
        return
    if not _has_line(files.get(f"{_MLFLOW}/MLmodel"), _LOADER):
        raise _make_error(folder / _MLFLOW / "MLmodel", "is missing or was changed")
    for name in (_DESCRIPTION, _NETWORK):
        copy = files.get(f"{_MLFLOW}/artifacts/{name}")
        if copy is None or digest_file(copy) != digest_file(folder / name):
            raise _make_error(
                folder / _MLFLOW / "artifacts" / name, f"is not the same as {folder / name}"
            )


def _has_line(path: Path | None, line: bytes) -> bool:
    return path is not None and line in [text.strip() for text in path.read_bytes().splitlines()]


def _list_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files with a hash, by their path in the folder."""
    deeper = (path for name in _FOLDERS for path in (folder / name).rglob("*"))
    for path in [*(folder / name for name in _FILES), *deeper]:
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not _is_compiled(name):
            yield name, path


def _is_compiled(name: str) -> bool:
    """Return whether Python keeps a file for itself, and writes it again where it is outdated."""
    return "__pycache__" in name.split("/")


def _digest_description(description: Mapping[str, Any]) -> str:
    read = json.loads(json.dumps(description))  # as a reader of the file has it
    return digest(json.dumps(read, sort_keys=True).encode())


def _make_error(path: Path, fault: str) -> UserError:
    return UserError(f"{path} {fault}; export the model again")
