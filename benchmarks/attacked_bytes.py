"""Flips bytes of the files of a study and its model, and sees what commands make of them."""

import random
import shutil
import tempfile
from pathlib import Path

from attacked_study import fails, is_same, run_tuner, search_whole

__all__ = ["flip_bytes"]


def flip_bytes(flips: int, seed: int) -> int:
    """Flip a byte of each file, one after the other; return how many flips were not withstood.

    Args:
        flips: How many bytes of each file are tried.
        seed: Draws the bytes.
    """
    draw = random.Random(seed)
    folder = Path(tempfile.mkdtemp())
    whole, root = folder / "whole", folder / "attacked"
    left = search_whole(whole)
    study = root / "studies" / "attacked"
    rows = folder / "rows.csv"
    rows.write_text(_describe_rows())
    files = sorted(
        path.relative_to(whole / "studies" / "attacked")
        for path in (whole / "studies" / "attacked").rglob("*")
        if path.is_file() and path.stat().st_size
    )
    shutil.copytree(whole, root)
    expected = left, _predict(study / "model", rows, folder / "expected.csv")[0]
    failures = tried = 0
    for name in files:
        for _ in range(flips):
            shutil.rmtree(root)
            shutil.copytree(whole, root)
            place = _flip(study / name, draw)
            reason = _find_fault(root, name, rows, folder / "found.csv", expected)
            tried += 1
            failures += bool(reason)
            if reason:
                print(f"byte {place} of {name}: {reason}", flush=True)
    print(f"{tried} bytes of {len(files)} files flipped, {failures} not withstood", flush=True)
    return failures


def _flip(path: Path, draw: random.Random) -> int:
    """Change one bit of a file, without a new time of its last change; return its byte."""
    content = bytearray(path.read_bytes())
    place = draw.randrange(len(content))
    content[place] ^= 1 << draw.randrange(8)
    path.write_bytes(content)
    return place


def _find_fault(
    root: Path, name: Path, rows: Path, found: Path, expected: tuple[str, bytes]
) -> str:
    """Return what went wrong with a study one byte of whose file was flipped; "" if nothing."""
    study = root / "studies" / "attacked"
    if name.parts[0] == "model":
        predictions, code, said = _predict(study / "model", rows, found)
        if fails(code, said):
            return f"predict ended with {code}: {said[-200:]}"
        if code == 0 and predictions != expected[1]:
            return "predict gave other classes without a word"
    for command in ("report", "resume"):
        code, said = run_tuner(command, "attacked", "--root", root)
        if fails(code, said):
            return f"{command} ended with {code}: {said[-200:]}"
        if code == 0 and command == "resume" and not is_same(root, expected[0]):
            return "the resumed study is another one"
    return ""


def _predict(model: Path, rows: Path, output: Path) -> tuple[bytes, int, str]:
    """Return the predictions of a model as a file has them, and how the command ended."""
    output.unlink(missing_ok=True)
    code, said = run_tuner("predict", model, "--data", rows, "--output", output)
    return output.read_bytes() if output.exists() else b"", code, said


def _describe_rows() -> str:
    """Return rows of iris as a CSV text."""
    from sklearn.datasets import load_iris

    bunch = load_iris(as_frame=True)
    return str(bunch.data.iloc[::5].to_csv(index=False))
