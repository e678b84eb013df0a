"""Measures `tuner predict` on a large table: seconds from outside, and the process's peak memory.

`python benchmarks/predicting.py` searches two networks on a small table of mixed columns, then
predicts `--rows` rows by 20 columns in a process of its own, and prints a row of a table.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

_NUMBERS = 15  # columns; five more are texts
_LEVELS = ("red", "green", "blue", "white", "black")
_TRAINING = 2000  # rows
_PART = 100_000  # rows that are made at once


def main() -> None:
    """Make a model and a table, predict, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--classes", type=int, default=3)
    parser.add_argument("--suffix", choices=["csv", "parquet"], default="csv", help="of the output")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_rows(folder / "training.csv", _TRAINING, given.classes)
        search = "search --space mlp_depth --data training.csv --max-trials 2 --epochs 5"
        tuner(folder, *search.split(), "--study", "small")
        write_rows(folder / "rows.csv", given.rows, given.classes)
        predict = "predict mlruns/studies/small/model --data rows.csv --output"
        load, started = os.getloadavg()[0], time.perf_counter()
        usage = tuner(folder, *predict.split(), f"out.{given.suffix}")
        seconds, cpu = time.perf_counter() - started, usage.ru_utime + usage.ru_stime
        print("| rows | output | seconds | CPU seconds | peak memory, MB | load before |")
        print("|---|---|---|---|---|---|")
        print(
            f"| {given.rows:,} | {given.suffix} | {seconds:.1f} | {cpu:.1f} | "
            f"{usage.ru_maxrss / 1024:.0f} | {load:.1f} |"
        )


def write_rows(path: Path, rows: int, classes: int) -> None:
    """Write a table of numbers with gaps, texts and a class."""
    rng = np.random.default_rng(rows)
    for start in range(0, rows, _PART):
        count = min(_PART, rows - start)
        numbers = rng.normal(size=(count, _NUMBERS)).round(4)
        table = pd.DataFrame(numbers, columns=[f"number_{n}" for n in range(_NUMBERS)])
        table.loc[rng.random(count) < 0.05, "number_0"] = np.nan
        for n in range(20 - _NUMBERS):
            table[f"text_{n}"] = rng.choice(_LEVELS, size=count)
        table["kind"] = [f"class {number}" for number in rng.integers(classes, size=count)]
        table.to_csv(path, mode="a", index=False, header=start == 0)


def tuner(folder: Path, *arguments: str) -> resource.struct_rusage:
    """Run a command of the tuner in a process of its own; return what that process took."""
    command = [sys.executable, "-m", "tuner", *arguments]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage


if __name__ == "__main__":
    main()
