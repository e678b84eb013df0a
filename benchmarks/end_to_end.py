"""Goes the whole way on each table of a folder: search, export, serve, predict; and compares.

`python benchmarks/end_to_end.py --folder TABLES` runs the commands that a person would type, each
in a process of its own. Predictions of the same rows, as they stand in the table, must be the same
from the search's model, from the model of `tuner export`, from its ONNX file, from `tuner serve`
and from MLflow's own server, and score what the search reported. It prints a row of a table for
each, with the time that ONNX Runtime takes for one row, and ends with exit code 1 where any differ
by more than 1e-5 or in a class.
"""

import argparse
import json
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd

from tuner.scoring import OBJECTIVES
from tuner.serving.exported_model import ExportedModel

SEARCH = "--space mlp --max-trials 8 --folds 3 --epochs 10 --study whole --json"
TOLERANCE = 1e-5
_MODEL = "mlruns/studies/whole/model"
_FORMATS = "keras,saved_model,mlflow,onnx"
_CALLS = 300  # of ONNX Runtime for one row
_STARTING = 120.0  # seconds that a server is given


@dataclass(frozen=True, slots=True)
class Way:
    """What the whole way on a table came to.

    Attributes:
        rows: Of the table.
        search: Seconds of `tuner search`.
        export: Seconds of `tuner export`.
        onnx_row: Milliseconds of ONNX Runtime for one row, the median of 300 calls.
        differences: The greatest difference of a probability, by what was compared; infinite
            where a class differs.
    """

    rows: int
    search: float
    export: float
    onnx_row: float
    differences: dict[str, float]

    @property
    def same(self) -> bool:
        """Whether all predictions are the same."""
        return all(found <= TOLERANCE for found in self.differences.values())


def main() -> None:
    """Go the whole way on every table, and say where it differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="of tables, NAME.csv.gz")
    parser.add_argument("--tables", help="names, separated by commas; all of the folder if absent")
    parser.add_argument("--rows", type=int, default=200, help="that servers are asked about")
    given = parser.parse_args()
    found = {path.name.partition(".")[0]: path for path in sorted(given.folder.glob("*.csv.gz"))}
    names = given.tables.split(",") if given.tables else list(found)
    if not names or not found.keys() >= set(names):
        parser.error(f"{given.folder} has the tables {', '.join(found) or '–'}; asked for: {names}")
    differ = []
    for number, name in enumerate(names):
        with tempfile.TemporaryDirectory() as temporary:
            way = whole_way(found[name].resolve(), Path(temporary), given.rows)
        if not number:
            compared = list(way.differences)
            print(f"| table | rows | search, s | export, s | {' | '.join(compared)} | row, ms |")
            print(f"|---|---|---|---|{'---|' * len(compared)}---|")
        cells = " | ".join(f"{difference:.1e}" for difference in way.differences.values())
        seconds = f"{way.search:.0f} | {way.export:.0f}"
        print(f"| {name} | {way.rows:,} | {seconds} | {cells} | {way.onnx_row:.3f} |")
        sys.stdout.flush()
        differ += [] if way.same else [name]
    if differ:
        sys.exit(f"predictions differ: {', '.join(differ)}")


def whole_way(data: Path, folder: Path, rows: int) -> Way:
    """Search a table, export and serve the model, and compare what each predicts.

    Args:
        data: A CSV whose last column is the target.
        folder: An empty one to work in.
        rows: How many of the table's rows the servers are asked about.
    """
    started = time.perf_counter()
    summary = json.loads(tuner(folder, "search", "--data", str(data), *SEARCH.split()))
    searched = time.perf_counter()
    tuner(folder, "export", "whole", "--formats", _FORMATS, "--output", "exported")
    exported = time.perf_counter()
    table = pd.read_csv(data, dtype=str, keep_default_na=False)
    of_search = predictions(folder, _MODEL, data)
    rows = min(rows, len(table))
    few = table.iloc[np.random.default_rng(0).choice(len(table), rows, replace=False)]
    few.to_csv(folder / "few.csv", index=False)
    expected = of_search.iloc[few.index].reset_index(drop=True)
    asked = pd.read_csv(folder / "few.csv").drop(columns=table.columns[-1])
    answers = {
        "rows alone": predictions(folder, _MODEL, folder / "few.csv"),
        "export": predictions(folder, "exported", folder / "few.csv"),
    }
    answers["ONNX"], onnx_row = onnx_predictions(folder / "exported", folder / "few.csv")
    for name, server in (("tuner serve", tuner_server), ("mlflow models serve", mlflow_server)):
        with server(folder) as address:
            answers[name] = ask(address, asked)
    differences = {name: difference(answer, expected) for name, answer in answers.items()}
    told = held_out_loss(folder, table.iloc[:, -1], of_search)
    differences["held-out loss"] = abs(told - summary["test_score"])
    return Way(len(table), searched - started, exported - searched, onnx_row, differences)


def tuner(folder: Path, *arguments: str) -> str:
    """Run a command of the tuner in a process of its own; return what it printed.

    Raises:
        RuntimeError: It failed.
    """
    command = [sys.executable, "-m", "tuner", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def predictions(folder: Path, model: str, data: Path) -> pd.DataFrame:
    """Return what `tuner predict` writes: a class and probabilities for every row."""
    tuner(folder, "predict", model, "--data", str(data), "--output", "out.parquet")
    return pd.read_parquet(folder / "out.parquet")


def onnx_predictions(folder: Path, data: Path) -> tuple[pd.DataFrame, float]:
    """Return what the ONNX file of a model predicts, and its median milliseconds for one row."""
    (part,) = ExportedModel.open(folder).read(str(data))
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    classes, probabilities = session.run(["class", "probabilities"], dict(part.inputs))
    first, seconds = part.slice(0, 1).inputs, []
    for _ in range(_CALLS):
        started = time.perf_counter()
        session.run(None, dict(first))
        seconds.append(time.perf_counter() - started)
    names = json.loads(session.get_modelmeta().custom_metadata_map["classes"])
    table = pd.DataFrame(probabilities, columns=[f"probability_{name}" for name in names])
    table.insert(0, "class", classes)
    return table, float(np.median(seconds)) * 1e3


def held_out_loss(folder: Path, labels: Sequence[str], predicted: pd.DataFrame) -> float:
    """Return the cross-entropy over the rows that the search held out."""
    study = json.loads((folder / "mlruns/studies/whole/study.json").read_text(encoding="utf-8"))
    held_out = study["split"]["test"]
    classes = [name.removeprefix("probability_") for name in predicted.columns[1:]]
    places = [classes.index(str(labels[row])) for row in held_out]
    probabilities = predicted.iloc[held_out, 1:].to_numpy()
    return float(OBJECTIVES["cross_entropy"].row_values(probabilities, np.array(places)).mean())


@contextmanager
def tuner_server(folder: Path) -> Iterator[str]:
    """Run `tuner serve` and give its address."""
    command = [sys.executable, "-m", "tuner", "serve", "exported", "--port", "0"]
    with process(command, folder, stdout=subprocess.PIPE) as serving:
        yield serving.stdout.readline().strip()


@contextmanager
def mlflow_server(folder: Path) -> Iterator[str]:
    """Run MLflow's own server of the exported folder and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve = f"mlflow models serve -m exported/mlflow_model --env-manager local --port {port}"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = [sys.executable, "-m", *serve.split()]
    with process(command, folder, stdout=subprocess.DEVNULL, env={**os.environ, "PATH": path}):
        address, until = f"http://127.0.0.1:{port}", time.monotonic() + _STARTING
        while True:
            try:
                with urllib.request.urlopen(f"{address}/ping"):
                    break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
        yield f"{address}/invocations"


@contextmanager
def process(command: Sequence[str], folder: Path, **options: Any) -> Iterator[Any]:
    """Start a process and what it starts itself; end them all afterwards."""
    started = subprocess.Popen(
        command, cwd=folder, stderr=subprocess.DEVNULL, text=True, start_new_session=True, **options
    )
    with started:
        try:
            yield started
        finally:
            os.killpg(started.pid, signal.SIGKILL)


def ask(address: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the answer of a server about rows, sent as a person would from pandas."""
    body = {"dataframe_split": json.loads(rows.to_json(orient="split", index=False))}
    request = urllib.request.Request(
        address, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return pd.DataFrame(json.loads(answer.read())["predictions"])


def difference(answer: pd.DataFrame, expected: pd.DataFrame) -> float:
    """Return the greatest difference of a probability, infinite where a class differs.

    Classes do not differ where the two most probable ones are as good as each other.
    """
    if list(answer.columns) != list(expected.columns) or len(answer) != len(expected):
        return math.inf
    values = expected.iloc[:, 1:].to_numpy(float)
    largest = np.sort(values, axis=1)
    clear = largest[:, -1] - largest[:, -2] > 2 * TOLERANCE
    if (answer["class"].astype(str) != expected["class"].astype(str))[clear].any():
        return math.inf
    return float(np.abs(answer.iloc[:, 1:].to_numpy(float) - values).max())


if __name__ == "__main__":
    main()
