"""Shows what a search would say of tables before it begins, and how long it takes to find out.

    python benchmarks/hazards.py iris wine ../shared/data/*.csv.gz
    python benchmarks/hazards.py --made            # tables of up to 1,000,000 × 50

For each table: the column that alone tells the target best and its balanced accuracy (told from
0.99 on), the seconds of the processor, and what is said.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np

from tuner.data import Column, Dataset, Schema, load_dataset
from tuner.data.hazards import find_hazards
from tuner.data.hazards.column_values import list_columns
from tuner.data.hazards.telling_columns import score_columns


def main() -> None:
    """Look at each table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="*", default=["iris", "wine", "breast_cancer", "digits"])
    parser.add_argument("--made", action="store_true", help="large tables, with one of each hazard")
    arguments = parser.parse_args()
    for dataset in make() if arguments.made else map(load_dataset, arguments.tables):
        started = time.process_time()
        warnings = find_hazards(dataset)
        seconds = time.process_time() - started
        rows = np.arange(len(dataset.y))
        scores = score_columns(list_columns(dataset.schema), dataset.x, dataset.y, rows)
        best = max(scores, key=lambda name: scores[name], default="-")
        size = f"{len(rows):,} × {len(dataset.schema.used) or dataset.x.shape[1]}"
        print(f"{dataset.name}, {size}: {best} {scores.get(best, 0):.4f}, {seconds:.2f} s")
        print("".join(f"    {warning}\n" for warning in warnings), end="")


def make() -> Iterator[Dataset]:
    """Yield large tables that are hard to look through, with one of each hazard."""
    rng = np.random.default_rng(0)
    for rows, columns in ((200_000, 100), (1_000_000, 50)):
        x, y = rng.normal(size=(rows, columns)).astype(np.float32), rng.integers(0, 3, rows)
        x[:, 3], x[:, 5] = y + rng.random(rows) / 2, x[:, 4]
        later, earlier = np.arange(rows - rows // 50, rows), np.arange(rows // 50)
        x[later] = x[earlier]
        y[later[:-100]] = y[earlier[:-100]]
        names = [f"n{number}" for number in range(columns)]
        yield Dataset(
            name="made",
            source="made",
            schema=Schema(tuple(Column(name, "numeric") for name in names), "y", ("0", "1", "2")),
            x=x,
            y=y,
            raw={name: x[:, place].copy() for place, name in enumerate(names)},
            warnings=(),
            fingerprint="",
        )


if __name__ == "__main__":
    main()
