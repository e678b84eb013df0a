"""Times how a large table is read and encoded, in a process of its own.

    python benchmarks/reading.py                    # 1,000,000 rows × 50 columns
    python benchmarks/reading.py --rows 100000

The table has 30 columns of numbers, 3 of which have gaps and 2 a decimal comma, 12 of words (2 of
them with thousands of levels), 4 of dates and times, an identifier, free text, a truth value, and
the target.
"""

import argparse
import hashlib
import inspect
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

CHUNK = 100_000  # rows that are made at once


def main() -> None:
    """Make the table where it is not there yet, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp"))
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure)
        return
    source = hashlib.sha256(inspect.getsource(table).encode()).hexdigest()[:8]
    path = arguments.folder / f"reading-{arguments.rows}-{source}.csv"
    if not path.exists():
        make(path, arguments.rows)
    print(f"{path}: {path.stat().st_size / 1e6:.0f} MB")
    subprocess.run([sys.executable, __file__, "--measure", str(path)], check=True)


def make(path: Path, rows: int) -> None:
    """Write the table, a part at a time."""
    rng = np.random.default_rng(0)
    with path.open("wb") as file:
        writer = None
        for start in range(0, rows, CHUNK):
            part = table(rng, start, min(CHUNK, rows - start))
            writer = writer or arrow_csv.CSVWriter(file, part.schema)
            writer.write(part)
        assert writer is not None
        writer.close()


def table(rng: np.random.Generator, start: int, rows: int) -> pa.Table:
    """Return some rows of the table, all as text."""
    columns: dict[str, pa.Array] = {}
    for number in range(30):
        values = np.round(rng.normal(size=rows) * 10.0 ** (number % 5), 4)
        text = pa.array(values).cast(pa.string())
        if number < 3:
            text = pc.if_else(pa.array(rng.random(rows) < 0.1), pa.scalar("NA"), text)
        columns[f"number {number}"] = pc.replace_substring(text, ".", ",") if number > 27 else text
    for number in range(10):
        words = pa.array([f"word {number} {level}" for level in range(3 + number)])
        columns[f"word {number}"] = words.take(pa.array(rng.integers(0, len(words), rows)))
    for number in range(2):
        words = pa.array([f"city {level}" for level in range(5000)])
        places = np.minimum(rng.zipf(1.5, rows), 5000) - 1
        columns[f"city {number}"] = words.take(pa.array(places))
    seconds = pa.array(rng.integers(0, 10**9, rows)).cast(pa.timestamp("s"))
    days = pa.array(rng.integers(0, 20_000, rows).astype(np.int32)).cast(pa.date32())
    columns["moment"] = seconds.cast(pa.string())
    columns["second moment"] = pc.strftime(seconds, "%d/%m/%Y %H:%M:%S")
    columns["day"] = days.cast(pa.string())
    columns["second day"] = pc.if_else(
        pa.array(rng.random(rows) < 0.1), pa.scalar(""), pc.strftime(days, "%d.%m.%Y")
    )
    columns["id"] = pa.array(np.arange(start, start + rows)).cast(pa.string())
    columns["notes"] = pa.array(
        [f"these are the words of row {start + row}" for row in range(rows)]
    )
    columns["truth"] = pa.array(np.where(rng.random(rows) < 0.5, "yes", "no"))
    columns["class"] = pa.array(["a", "b", "c"]).take(pa.array(rng.integers(0, 3, rows)))
    return pa.table(columns)


def measure(path: Path) -> None:
    """Read and encode the table in this process, and print what it took."""
    began = time.perf_counter()
    from tuner.data import load_dataset

    imported = time.perf_counter()
    dataset = load_dataset(str(path))
    ended = time.perf_counter()
    peak = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    )  # GB; Linux counts in KiB
    found = {
        "rows": len(dataset.y),
        "columns": len(dataset.schema.columns) + 1,
        "features": dataset.x.shape[1],
        "import_seconds": round(imported - began, 1),
        "seconds": round(ended - imported, 1),
        "cpu_seconds": round(time.process_time(), 1),
        "peak_gb": round(peak, 2),
    }
    print(json.dumps(found))
    print(*dataset.warnings, sep="\n", file=sys.stderr)


if __name__ == "__main__":
    main()
