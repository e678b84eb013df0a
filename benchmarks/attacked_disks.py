"""Searches on disks that are full sooner or later, and goes on with more space."""

import os
import subprocess
import tempfile
from pathlib import Path

from attacked_study import SEARCH, fails, is_same, run_tuner, search_whole

__all__ = ["fill_disks"]

_LARGE = "200m"
_FLUSH = 6.0  # seconds in which processes beside a search end


def fill_disks(sizes: int) -> int:
    """Search on disks of growing sizes; return how many searches were not withstood.

    Args:
        sizes: How many sizes to try, between 64 kB and what a search takes.
    """
    if os.geteuid() != 0:
        print("disks: left out, since only a superuser may make small disks")
        return 0
    folder = Path(tempfile.mkdtemp())
    expected = search_whole(folder / "whole")
    taken = sum(path.stat().st_size for path in (folder / "whole").rglob("*") if path.is_file())
    failures = 0
    for number in range(sizes):
        kilobytes = 64 + (taken // 1024 - 64) * number // max(sizes - 1, 1)
        disk = folder / f"disk-{number}"
        disk.mkdir()
        _mount(disk, f"size={kilobytes}k")
        try:
            reason = _find_fault(disk, expected)
        finally:
            subprocess.run(["umount", "-l", disk], check=True)
        failures += bool(reason)
        print(f"disk of {kilobytes} kB: {reason or 'well'}", flush=True)
    return failures


def _find_fault(disk: Path, expected: str) -> str:
    """Return what went wrong with a search on a small disk; "" if nothing."""
    root = disk / "mlruns"
    code, said = run_tuner(*SEARCH, "--root", root)
    if fails(code, said):
        return f"search ended with {code}: {said[-200:]}"
    _wait_for_others(disk)
    if found := [path.name for path in disk.rglob("*.tmp")]:
        return f"left {found}"
    _mount(disk, f"remount,size={_LARGE}")
    begun = (root / "studies" / "attacked" / "study.json").is_file()
    again = ("resume", "attacked") if begun else SEARCH
    code, said = run_tuner(*again, "--root", root)
    if code:
        return f"{again[0]} with more space ended with {code}: {said[-200:]}"
    code, said = run_tuner("sync", "attacked", "--root", root)
    if code:
        return f"sync with more space ended with {code}: {said[-200:]}"
    return "" if is_same(root, expected) else "the study is another one"


def _wait_for_others(disk: Path) -> None:
    """Wait until no process has a file of the disk open, for some seconds at most."""
    command = ["timeout", str(_FLUSH), "sh", "-c", f"while fuser -sm {disk}; do sleep 0.2; done"]
    subprocess.run(command, check=False, stderr=subprocess.DEVNULL)


def _mount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], check=True)
