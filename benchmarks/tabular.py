"""How good the networks of the space `tabular` are on tables, beside those of `mlp` and peers.

    python benchmarks/tabular.py --folder TABLES --seconds 120 --json tabular.jsonl

Each table (at most 10,000 rows, each class with its share) is split into a training part of four
fifths and a test part. This package searches the training part with its command line; what is
scored is what `tuner predict` says of the test part with the exported model. The peers: CatBoost
and LightGBM as they come and with 20 random trials, scikit-learn's gradient boosting, RealMLP-TD
of pytabkit on five folds, and TabM as it comes. Each trains in a process of its own, one after
another. The last tables are made (`tabular_tables.py`): thresholds, long tails, word frequencies.

The tables that are taken by default are those that the space was developed on: its first trials and
how it divides its time were chosen by their scores. So they flatter it; other tables do not.

With `--json`, each result is kept as soon as it is there, and not computed again: peers take hours.
That goes for failures, too, which the report names; `--retry` trains them again. A result of this
package is computed again for another version of it, other options of `--search`, and other rows.
`--kadra` takes the split and the metric of Kadra et al. (2021), and compares with the results
that they published (`published.csv` in the folder of the tables).
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from kept_lines import KeptLines
from tabular_peers import PEERS
from tabular_report import report
from tabular_tables import KADRA_SEED, MADE, write_parts

TABLES = (
    "vehicle,anneal,credit-g,car,mfeat-factors,kc1,kr-vs-kp,phoneme,letter,bank-marketing,"
    "adult,shuttle," + ",".join(MADE)
)
CPU_LIMIT = {"tabm": 1_200}
"""Most CPU seconds of a peer: ten minutes of two cores. One that takes longer has no result."""

_HERE = Path(__file__).resolve().parent
_LEAST_PROBABILITY = 1e-7
_MAX_ROWS = 10_000
_PACKAGE = "import sys; from tuner.cli import main; sys.exit(main())"


def run_missing(options: argparse.Namespace, kept: KeptLines) -> None:
    """Train what is asked for and not kept yet, the cheap methods of all tables first."""
    for method in options.only:
        for seed in options.seeds:
            for table in options.tables:
                key = {"table": table, "seed": seed, "method": method}
                key |= _circumstances(method, options)
                done = [each for each in kept.all if key.items() <= _complete(each).items()]
                if not done or (options.retry and all("failed" in each for each in done)):
                    result = {**key, **_run(key, options)}
                    kept.add(result)
                    print(json.dumps(result), file=sys.stderr, flush=True)


def _circumstances(method: str, options: argparse.Namespace) -> dict[str, Any]:
    """Return what else decides a result of a method; one with another of it is another result."""
    shared = {"kadra": options.kadra, "max_rows": None if options.kadra else options.max_rows}
    if method in PEERS:
        return {**shared, "seconds": None}
    own = {"seconds": options.seconds, "search": options.search}
    return {**shared, **own, "version": version("softmax-tuner")}


def _complete(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result with what older files do not say: they were made with the defaults."""
    return {"max_rows": None if result["kadra"] else _MAX_ROWS, "search": [], **result}


def select(kept: KeptLines, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the results to report: with what is asked for, and `--report` of every version."""
    selected = []
    for result in kept.all:
        asked = _circumstances(result["method"], options)
        if options.report:
            asked.pop("version", None)
        named = result["table"] in options.tables and result["seed"] in options.seeds
        if named and asked.items() <= _complete(result).items():
            selected.append(result)
    return selected


def _run(key: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """Train one method on one split; return its scores, or why there are none."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        split = KADRA_SEED if options.kadra else key["seed"]
        max_rows = None if options.kadra else options.max_rows
        write_parts(key["table"], options.folder, max_rows=max_rows, seed=split, folder=folder)
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        make = _peer if key["method"] in PEERS else _own
        for command in make(key, folder, options):
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
            if done.returncode:
                break
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        cost = {
            "wall": round(time.perf_counter() - started, 1),
            "cpu": round(spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime, 1),
            "load": round(os.getloadavg()[0], 1),
        }
        if done.returncode:
            return {"error": None, **cost, "failed": done.stderr[-500:]}
        return {**_score(folder), **cost}


def _peer(key: dict[str, Any], folder: Path, options: argparse.Namespace) -> list[list[str]]:
    command = [options.python, str(_HERE / "tabular_peers.py"), key["method"], str(folder)]
    command.append(str(key["seed"]))
    if key["method"] in CPU_LIMIT:
        limit = f'ulimit -t {CPU_LIMIT[key["method"]]}; exec "$@"'
        command = ["bash", "-c", limit, "bash", *command]
    return [command]


def _own(key: dict[str, Any], folder: Path, options: argparse.Namespace) -> list[list[str]]:
    """Return the commands that search a space, and predict the test part."""
    tuner = [sys.executable, "-c", _PACKAGE]
    search = ["search", "--space", key["method"], "--data", str(folder / "train.csv")]
    search += ["--test-size", "0", "--max-seconds", str(key["seconds"]), "--seed", str(key["seed"])]
    study = f"{key['table']}-{key['seed']}-{Path(key['method']).stem}"
    root = options.keep or folder / "root"
    search += ["--root", str(root), "--study", study, "--overwrite", "--quiet", "--json"]
    if options.kadra:
        search += ["--objective", "balanced_accuracy", "--class-weight", "balanced"]
    search += options.search
    model = root / "studies" / study / "model"
    predict = ["predict", str(model), "--data", str(folder / "test.csv")]
    predict += ["--output", str(folder / "predicted.csv"), "--quiet"]
    return [[*tuner, *search], [*tuner, *predict]]


def _score(folder: Path) -> dict[str, float]:
    """Return what the probabilities of the test part come to."""
    labels = pd.read_csv(folder / "test.csv", dtype=str, keep_default_na=False).iloc[:, -1]
    if (folder / "predicted.csv").exists():
        shares = pd.read_csv(folder / "predicted.csv").drop(columns="class")
        shares.columns = [name.removeprefix("probability_") for name in shares.columns]
    else:
        shares = pd.read_csv(folder / "probabilities.csv")
    classes = np.array([str(name) for name in shares.columns])
    probabilities, truth = shares.to_numpy(float), labels.to_numpy(str)
    predicted = classes[probabilities.argmax(axis=1)]
    of_truth = np.where(truth[:, None] == classes, probabilities, 0.0).sum(axis=1)
    right = predicted == truth
    recalls = [right[truth == label].mean() for label in np.unique(truth)]
    return {
        "error": round(float(1 - right.mean()), 5),
        "cross_entropy": round(float(-np.log(np.maximum(of_truth, _LEAST_PROBABILITY)).mean()), 5),
        "balanced_accuracy": round(float(np.mean(recalls)), 5),
        "rows": len(truth),
    }


def compare_with_published(results: list[dict[str, Any]], path: Path) -> str:
    """Return a table of balanced accuracies in % beside those that Kadra et al. published."""
    published = pd.read_csv(path)
    published = published[published["source"] == "Kadra2021"]
    theirs = published.pivot_table(index="dataset", columns="method", values="value")
    own = pd.DataFrame([r for r in results if r["error"] is not None])
    ours = 100 * own.pivot_table(index="table", columns="method", values="balanced_accuracy")
    both = ours.join(theirs, how="inner").dropna()
    both.loc["mean"] = both.mean()
    lines = ["| table | " + " | ".join(both.columns) + " |", "|---" * (len(both.columns) + 1) + "|"]
    for table, row in both.iterrows():
        lines.append(f"| {table} | " + " | ".join(f"{value:.2f}" for value in row) + " |")
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    def names(text: str) -> list[str]:
        return text.split(",")

    def numbers(text: str) -> list[int]:
        return [int(number) for number in text.split(",")]

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, help="holds NAME.csv.gz, and published.csv")
    parser.add_argument("--tables", type=names, default=names(TABLES))
    parser.add_argument("--seeds", type=numbers, default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=120.0, help="of a search of this package")
    parser.add_argument("--max-rows", type=int, default=_MAX_ROWS)
    parser.add_argument(
        "--only", type=names, default=["tabular", "mlp", *PEERS], help="spaces and peers"
    )
    parser.add_argument("--search", type=str.split, default=[], help="more options of a search")
    parser.add_argument("--keep", type=Path, help="folder to keep the studies of searches in")
    parser.add_argument("--python", default=sys.executable, help="with which the peers run")
    parser.add_argument("--json", type=Path, help="file to keep the results in, and to go on from")
    parser.add_argument("--retry", action="store_true", help="train again what failed")
    parser.add_argument("--kadra", action="store_true", help="the split and metric of Kadra et al.")
    parser.add_argument("--report", action="store_true", help="only print what is kept")
    parser.add_argument("--first", default="tabular", help="what the others are compared with")
    return parser.parse_args()


def main() -> None:
    """Train what is missing, and print the comparison."""
    options = _options()
    kept = KeptLines(options.json)
    if not options.report:
        run_missing(options, kept)
    selected = select(kept, options)
    if options.kadra:
        print(compare_with_published(selected, options.folder / "published.csv"))
    else:
        print(report(selected, options.first))


if __name__ == "__main__":
    main()
