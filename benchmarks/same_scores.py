"""Whether this tree computes the same as an earlier revision, to the bit.

    python benchmarks/same_scores.py REVISION [--table vehicle.csv.gz]

It runs the search of `make search` on digits with both, and `mlp` with 40 trials on a table if one
is given. It compares hyperparameters, scores, curves, epochs and out-of-fold probabilities of all
trials, the picks with their corrected scores, the baselines, and the test scores. Measured times,
paths and wording are left out. It prints a line a search, and exits with 1 if anything differs.
Two searches of each tree take about two minutes on two cores.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

TREE = Path(__file__).resolve().parents[1]
MOST_DIFFERENCES = 5  # that are printed for a search

# What depends on the clock, on the study's id, on the folder or on the wording of a version.
IGNORED = {"time", "checksum", "seconds", "row_seconds", "batch_seconds", "pareto_by_time"}
IGNORED |= {"model", "report", "reason", "failure"}


def main() -> None:
    """Search with both trees and compare."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("revision", help="the revision to compare with, as git has it")
    parser.add_argument("--table", type=Path, help="a table for the second search")
    parser.add_argument("--trials", type=int, default=40, help="trials on the table")
    arguments = parser.parse_args()
    searches = {"digits": ["--space", "mlp_depth"]}
    if arguments.table is not None:
        table, trials = str(arguments.table.resolve()), str(arguments.trials)
        name = arguments.table.name.partition(".")[0]
        searches[name] = ["--space", "mlp", "--data", table, "--max-trials", trials]
    same = True
    with (
        check_out(arguments.revision) as earlier,
        tempfile.TemporaryDirectory(
            ignore_cleanup_errors=True  # MLflow's process may still write
        ) as folder,
    ):
        for name, options in searches.items():
            then, now = (
                search(tree, Path(folder) / f"{name}-{number}", options)
                for number, tree in enumerate((earlier, TREE))
            )
            differences = list(find_differences(then, now))
            same = same and not differences
            print(describe(name, len(now["trials"]), differences), flush=True)
    sys.exit(0 if same else 1)


@contextmanager
def check_out(revision: str) -> Iterator[Path]:
    """Check a revision out into a temporary git worktree."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        git = ["git", "-C", str(TREE), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), revision], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def search(tree: Path, root: Path, options: list[str]) -> dict[str, Any]:
    """Run a search with the package of a tree, and return its results."""
    command = [sys.executable, "-m", "tuner", "search", *options]
    command += ["--study", "same", "--root", str(root), "--json"]
    done = subprocess.run(
        command,
        cwd=root.parent,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"the search of {tree} failed:\n{done.stderr}")
    study = root / "studies" / "same"
    lines = (study / "journal.jsonl").read_text().splitlines()
    events = [event for event in map(json.loads, lines) if event["event"] == "trial"]
    arrays = {}
    for path in sorted([*study.glob("oof/*.np[yz]"), study / "baselines.npz"]):
        loaded = np.load(path)
        named = dict(loaded) if path.suffix == ".npz" else {"": loaded}
        arrays[path.name] = {
            key: values
            for key, values in named.items()
            if not key.endswith(("/seconds", "/notes"))  # of baselines: the clock's, and wording
        }
    return {
        "trials": {str(event["result"]["trial"]): event for event in events},
        "arrays": arrays,
        "summary": json.loads(done.stdout.replace(str(root), "ROOT")),  # an answer names it
    }


def find_differences(then: Any, now: Any, place: str = "") -> Iterator[str]:
    """Yield each place at which two results differ; a field that only `now` has is none."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in then:
            if key not in now:
                yield f"{place}/{key} is missing"
            elif key not in IGNORED:
                yield from find_differences(then[key], now[key], f"{place}/{key}")
        if place in {"/trials", "/arrays"}:
            yield from (f"{place}/{key} is new" for key in now if key not in then)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, (one, other) in enumerate(zip(then, now, strict=True)):
            yield from find_differences(one, other, f"{place}/{number}")
    elif isinstance(then, np.ndarray):
        if then.dtype != now.dtype or then.shape != now.shape or then.tobytes() != now.tobytes():
            yield f"{place} has other bits"
    elif then != now:
        yield f"{place} was {then} and is {now}"


def describe(name: str, trials: int, differences: list[str]) -> str:
    """Return the line about a search."""
    if not differences:
        return f"{name}: {trials} trials, the same to the bit"
    few = "; ".join(differences[:MOST_DIFFERENCES])
    more = len(differences) - MOST_DIFFERENCES
    return f"{name}: differs: {few}" + (f"; and {more} more" if more > 0 else "")


if __name__ == "__main__":
    main()
