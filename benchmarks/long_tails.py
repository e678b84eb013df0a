"""What outliers cost, with long tails scaled by quartiles and, as before, with all standardised.

Without tables, a made one of 1,500 rows is searched as it is and with 99,999,999 in 1 % of its best
column. A table is searched if the two scalings differ on it. Each line has the accuracy and the
cross-entropy on the held-out fifth.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from tuner.data import READING
from tuner.run.fitting import fit_network
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination
from tuner.scoring import accuracy, cross_entropy
from tuner.study import SearchSettings

ROWS, OUTLIERS, SEEDS = 1500, 15, (0, 1)
SETTINGS = SearchSettings(max_trials=6, epochs=30)
BEFORE = 1  # the rules of reading by which all numbers are standardised


def write_tables(folder: Path) -> list[str]:
    """Write the made table, without and with outliers."""
    rng = np.random.default_rng(0)
    x = rng.normal(50, 10, (ROWS, 4)).round(3)
    signal = (x[:, 0] - 50) / 10 + 0.3 * (x[:, 1] - 50) / 10 + 0.4 * rng.normal(size=ROWS)
    outlying = x.copy()
    outlying[rng.permutation(ROWS)[:OUTLIERS], 0] = 99_999_999
    paths = []
    for name, values in (("made", x), ("made, outliers", outlying)):
        lines = [
            f"{','.join(map(str, row))},{'ny'[int(s > 0)]}"
            for row, s in zip(values, signal, strict=True)
        ]
        path = folder / f"{name}.csv"
        path.write_text("\n".join(["a,b,c,d,kind", *lines]) + "\n")
        paths.append(str(path))
    return paths


def measure(source: str, seed: int, reading: int, root: Path) -> tuple[float, float]:
    """Search a table, and return the accuracy and the cross-entropy on its held-out rows."""
    setup = prepare("mlp", DataRequest(source, reading=reading), replace(SETTINGS, seed=seed))
    name = f"{Path(source).stem.split('.')[0]}-{seed}-{reading}".replace(", ", "-")
    _, trained = fit_network(setup, Destination(root, name), started=time.monotonic())
    rows = setup.split.test
    raw = {column: values[rows] for column, values in setup.dataset.raw.items()}
    probabilities, y = trained.predict_proba(raw), setup.dataset.y[rows]
    scores = (accuracy(probabilities, y), cross_entropy(probabilities, y))
    return float(scores[0].mean()), float(scores[1].mean())


def main() -> None:
    """Print the scores of each table, seed and scaling."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tables", nargs="*", help="CSV files whose last column is the target")
    tables = parser.parse_args().tables
    with tempfile.TemporaryDirectory() as folder:
        for source in tables or write_tables(Path(folder)):
            print(Path(source).name, flush=True)
            before, now = (
                DataRequest(source, reading=reading).load(SETTINGS.splitter)
                for reading in (BEFORE, READING)
            )
            if tables and before.fingerprint == now.fingerprint:
                print("  read alike")
                continue
            for seed in SEEDS:
                for name, reading in (("standardised", BEFORE), ("by quartiles", READING)):
                    scores = measure(source, seed, reading, Path(folder))
                    print(f"  seed {seed}, {name}: {scores[0]:.3f} {scores[1]:.3f}", flush=True)


if __name__ == "__main__":
    main()
