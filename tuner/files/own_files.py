"""What this package has written is known by its name and the begin of its content.

Only that is ever deleted or replaced as a whole folder: a file of somebody else is never lost.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from tuner.files.checksums import digest_file

__all__ = ["CARD", "CHARTS", "EXPORT", "Kinds", "find_strangers", "has_own_card", "is_still_open"]

Kinds = Mapping[str, bytes]
"""How a file's content begins, by a pattern of its path below the folder; "/" ends a folder's."""

CARD = "README.md"
"""The model card of an exported model."""

EXPORT: Kinds = {
    r"model\.json": b"{",
    r"model\.keras": b"PK",
    r"model\.onnx": b"\x08",
    r"model\.tflite": b"",
    r"README\.md": b"# ",
    r"saved_model/": b"",
    r"saved_model/(saved_model|fingerprint|keras_metadata)\.pb": b"",
    r"saved_model/(assets|assets\.extra|variables)/": b"",
    r"saved_model/variables/variables\.(index|data-\d+-of-\d+)": b"",
    r"mlflow_model/": b"",
    r"mlflow_model/(MLmodel|(conda|python_env)\.yaml|requirements\.txt|served_model\.py)": b"",
    r"mlflow_model/(serving_)?input_example\.json": b"{",
    r"mlflow_model/artifacts/": b"",
    r"mlflow_model/artifacts/model\.json": b"{",
    r"mlflow_model/artifacts/model\.keras": b"PK",
    r"mlflow_model/__pycache__/": b"",  # of whoever loads it: Python keeps the compiled code
    r"mlflow_model/__pycache__/served_model\.[^/]+\.pyc": b"",
}
"""The files of an exported model."""

CHARTS: Kinds = {
    r"(answer-\d+-(settings|importance|grid|losses-\d+)|curves-\d+)\.vl\.json": b"",
    r"(baselines|calibration|confusion|prediction-time|progress)\.vl\.json": b"",
    r"(scores|seconds|size|trials)\.vl\.json": b"",
}
"""The charts of a report, of this version and those before."""


# What systems make by themselves, whose loss nobody notices.
_OPEN = r"\.(nfs|fuse_hidden)[0-9a-f]{16,}"
_OF_SYSTEMS: Kinds = {
    rf"(.*/)?{_OPEN}": b"",
    r"(.*/)?\.DS_Store": b"\0\0\0\1Bud1",
    r"(.*/)?\._[^/]+": b"\0\x05\x16\x07",
    r"(.*/)?Thumbs\.db": b"\xd0\xcf\x11\xe0",
}
_OF_RSYNC = re.compile(r"((?:.*/)?)\.([^/]+)\.[A-Za-z0-9]{6}")  # a file that is not whole yet


def has_own_card(folder: Path) -> bool:
    """Return whether people have changed the model card of an exported folder.

    Where its `model.json` has no hash of it, as in those of earlier versions, or cannot be read,
    that is not known, and the answer is no.

    Raises:
        OSError: A file cannot be read.
    """
    card, description = folder / CARD, folder / "model.json"
    if not card.is_file() or not description.is_file():
        return False
    try:
        content = json.loads(description.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):  # no JSON, or no UTF-8
        return False
    hashes = content.get("sha256") if isinstance(content, dict) else None
    known = hashes.get(CARD) if isinstance(hashes, dict) else None
    return bool(known) and digest_file(card) != known


def is_still_open(name: str) -> bool:
    """Return whether a name is that of a deleted file which a process of a network has still open.

    It goes by itself, and can neither be deleted nor moved before.
    """
    return re.fullmatch(_OPEN, name) is not None


def find_strangers(folder: Path, kinds: Kinds) -> list[str]:
    """Return what is in a folder, at any level, and of none of some kinds.

    Args:
        folder: The folder.
        kinds: The kinds of files that are ours. An empty file is ours by its name alone. What a
            stopped copy has left of one is ours too, and what systems make by themselves nobody's.

    Returns:
        Paths below the folder, sorted; none if there is no folder. A folder that is not ours ends
        with "/", and what it holds is not listed.

    Raises:
        OSError: A folder or file cannot be read.
    """
    strangers: list[str] = []
    if not folder.exists():
        return strangers
    for above, folders, files in os.walk(folder, onerror=_raise):
        place = Path(above).relative_to(folder)
        for name in list(folders):
            path = (place / name).as_posix() + "/"
            if not any(re.fullmatch(pattern, path) for pattern in kinds):
                strangers.append(path)
                folders.remove(name)
        paths = ((place / name).as_posix() for name in files)
        strangers += (path for path in paths if not _is_own(folder, path, kinds))
    return sorted(strangers)


def _is_own(folder: Path, path: str, kinds: Kinds) -> bool:
    names = {path, _OF_RSYNC.sub(r"\1\2", path)}
    begins = [
        begin
        for pattern, begin in {**kinds, **_OF_SYSTEMS}.items()
        if any(re.fullmatch(pattern, name) for name in names)
    ]
    file = folder / path
    if not begins or not file.is_file():
        return bool(begins) and file.is_symlink()  # a link that leads nowhere is no loss
    with file.open("rb") as stream:
        found = stream.read(max(map(len, begins)))
    return not found or any(found.startswith(begin) for begin in begins)


def _raise(error: OSError) -> None:
    raise error
