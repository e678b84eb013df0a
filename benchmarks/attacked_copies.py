"""Copies a study at random moments while it is searched, and goes on with each copy."""

import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from attacked_study import SEARCH, fails, read_study, run_tuner
from killed import started, wait_for_beginning

__all__ = ["copy_studies"]

_STUDY = Path("studies", "attacked")
_COPIES = 10  # of one search
_PAUSE = 0.01  # seconds between two files of a slow copy


def copy_studies(moments: int, seed: int) -> int:
    """Copy a study at random moments of its search and resume the copies; return how many fail.

    Every other copy has the study's folder alone, the others all of the root. A copy that was
    stopped may be refused with a sentence; made whole, it must go on as the others.

    Args:
        moments: How many copies to make.
        seed: Draws the moments and the ways to copy.
    """
    draw = random.Random(seed)
    folder = Path(tempfile.mkdtemp())
    search = started(folder / "whole", *SEARCH)
    wait_for_beginning(search, folder / "whole", "attacked")
    beginning = time.monotonic()
    search.communicate()
    assert search.returncode == 0
    duration = time.monotonic() - beginning
    expected = read_study(folder / "whole")
    failures = copied = 0
    while copied < moments:
        count = min(_COPIES, moments - copied)
        root = folder / f"searched-{copied}"
        # MLflow keeps its connection to a database, even if another one takes its place
        place = folder / f"copies-{copied}"
        copies = _copy_while_searched(root, place, count, duration, draw)
        for copy, name in copies:
            reason = _find_fault(copy, root, expected)
            failures += bool(reason)
            print(f"copy {copied}, {name}: {reason or 'well'}", flush=True)
            copied += 1
            shutil.rmtree(copy)
        shutil.rmtree(root)
    print(f"{copied} copies, {failures} of them failed", flush=True)
    return failures


def _copy_while_searched(
    root: Path, folder: Path, count: int, duration: float, draw: random.Random
) -> list[tuple[Path, str]]:
    """Search, and copy at random moments; return each copy and how it was made."""
    ways = {name: way for name, way in _WAYS.items() if name == "shuffled" or _has(name)}
    search = started(root, *SEARCH)
    wait_for_beginning(search, root, "attacked")
    beginning = time.monotonic()
    copies = []
    for number, moment in enumerate(sorted(draw.uniform(0, duration) for _ in range(count))):
        time.sleep(max(0.0, beginning + moment - time.monotonic()))
        name = draw.choice([*ways])
        source = root / _STUDY if number % 2 else root
        place = folder / f"{number}"
        target = place / _STUDY if number % 2 else place
        target.mkdir(parents=True)
        ways[name](source, target, draw)
        stopped = draw.random() < 0.2
        if stopped:
            _stop(target, draw)
        copies.append((place, f"{name} after {moment:.1f} s{', stopped' if stopped else ''}"))
    search.communicate()
    assert search.returncode == 0
    return copies


def _find_fault(place: Path, whole: Path, expected: str) -> str:
    """Return what went wrong with a copy; "" if nothing."""
    code, said = run_tuner("resume", "attacked", "--root", place)
    if fails(code, said):
        return f"resume ended with {code}: {said[-300:]}"
    if code:
        print(f"  {said.strip()[-200:]}", flush=True)
        study = place / _STUDY
        shutil.rmtree(study, ignore_errors=True)
        shutil.copytree(whole / _STUDY, study)
        code, said = run_tuner("resume", "attacked", "--root", place)
        if code:
            return f"resume of a copy that was made again ended with {code}: {said[-300:]}"
    code, said = run_tuner("sync", "attacked", "--root", place)
    if code:
        return f"sync ended with {code}: {said[-300:]}"
    return "" if read_study(place) == expected else "the study is another one"


def _stop(target: Path, draw: random.Random) -> None:
    """Leave what a copy leaves that was stopped: files are missing, one is half there."""
    files = sorted(path for path in target.rglob("*") if path.is_file())
    draw.shuffle(files)
    missing = files[: draw.randrange(len(files))]
    for path in missing[1:]:
        path.unlink()
    if missing:
        half = missing[0].read_bytes()
        missing[0].with_name(f".{missing[0].name}.Xy1Zw2").write_bytes(half[: len(half) // 2])
        if draw.random() < 0.5:  # as `cp` leaves it, and not as rsync
            missing[0].write_bytes(half[: len(half) // 2])
        else:
            missing[0].unlink()


def _has(command: str) -> bool:
    return shutil.which(command) is not None


def _copy_shuffled(source: Path, target: Path, draw: random.Random) -> None:
    """Copy files in a random order, slowly; what has gone by then is left out."""
    paths = sorted(source.rglob("*"))
    draw.shuffle(paths)
    for path in paths:
        to = target / path.relative_to(source)
        try:
            if path.is_dir():
                to.mkdir(parents=True, exist_ok=True)
            else:
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, to)
        except FileNotFoundError:
            continue
        time.sleep(_PAUSE)


def _run(*command: object) -> None:
    """Run a copying command, which complains of files that have changed or gone."""
    subprocess.run([*map(str, command)], check=False, stderr=subprocess.DEVNULL)


_WAYS: dict[str, Callable[[Path, Path, random.Random], None]] = {
    "shuffled": _copy_shuffled,
    "rsync": lambda source, target, draw: _run("rsync", "-a", f"{source}/", target),
    "cp": lambda source, target, draw: _run("cp", "-r", f"{source}/.", target),
    "tar": lambda source, target, draw: _run(
        "sh", "-c", 'tar -C "$0" -cf - . | tar -C "$1" -xf -', source, target
    ),
}
