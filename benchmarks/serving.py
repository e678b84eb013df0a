"""Measures `tuner serve`: one row, 1,000 rows, 16 clients, small ones beside large ones, memory.

`python benchmarks/serving.py --data TABLE` searches a table briefly, serves the exported model, and
asks it about rows of the table, as JSON has them; `--kind KIND` makes a table, and `--model MODEL`
serves a model that is there. It prints milliseconds of an answer, requests a second, and the
server's memory, with `--requests 50000` before these requests, after 10,000 and after all. Then it
asks the model as `mlflow.pyfunc` loads it, and ONNX Runtime.
"""

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from served_models import KINDS, make_model, make_table

_LARGEST = 1_000_000  # bytes of the large request, the most that the server takes by default
_CLIENTS = 16
_REPEATS = 20  # of a large request


def main() -> None:
    """Start the server, and print a line for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--data", type=Path, help="CSV file of rows; its last column is the target")
    given.add_argument("--kind", choices=KINDS, help="kind of a table to make")
    parser.add_argument("--model", type=Path, help="folder of an exported model of the table")
    parser.add_argument("--requests", type=int, default=2_000, help="of one row each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        data = options.data or Path(temporary, "made.csv")
        if options.kind:
            make_table(options.kind).to_csv(data, index=False)
        model = options.model or make_model(data, Path(temporary))
        table = pd.read_csv(data)
        measure_model(model, table.drop(columns=table.columns[-1]), options.requests)


def measure_model(model: Path, table: pd.DataFrame, requests: int) -> None:
    """Print what a model takes, as it is served, by pyfunc, and in ONNX Runtime if it has a file.

    Args:
        model: Its folder.
        table: Rows of raw columns.
        requests: How many requests of a row are sent.
    """
    records = json.loads(table.to_json(orient="records"))
    command = [sys.executable, "-m", "tuner", "serve", str(model), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # it is a pipe
        address = server.stdout.readline().strip().removeprefix("http://").partition("/")[0]
        try:
            measure(address, records, requests, server.pid)
        finally:
            server.terminate()
    measure_pyfunc(model / "mlflow_model", records)
    if (model / "model.onnx").exists():
        measure_onnx(model)


def measure_pyfunc(folder: Path, records: Sequence[dict[str, object]]) -> None:
    """Print what MLflow's own way of predicting takes, in this process."""
    import mlflow

    model = mlflow.pyfunc.load_model(str(folder))
    known = model.metadata.get_input_schema().input_names()
    table = pd.DataFrame(records)[known].astype(object)
    many = pd.concat([table] * (1 + 1_000 // len(table)), ignore_index=True)[:1_000]
    for name, rows in (("one row", table[:1]), ("1,000 rows", many)):
        model.predict(rows)  # the first call takes longer
        seconds = []
        for _ in range(100):
            started = time.perf_counter()
            model.predict(rows)
            seconds.append(time.perf_counter() - started)
        show(f"pyfunc, {name}", seconds)


def measure_onnx(model: Path) -> None:
    """Print what ONNX Runtime takes for one row, which it is given with zeros and empty texts."""
    import onnxruntime

    file = model / "model.onnx"
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    types = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(string)": object}
    row = {
        each.name: np.zeros((1, *each.shape[1:]), types[each.type])
        if types[each.type] is not object
        else np.full((1, *each.shape[1:]), "", object)
        for each in session.get_inputs()
    }
    seconds = []
    for _ in range(500):
        started = time.perf_counter()
        session.run(None, row)
        seconds.append(time.perf_counter() - started)
    show(f"ONNX Runtime, one row, of a file of {file.stat().st_size / 1e6:.1f} MB", seconds[20:])


def measure(address: str, records: Sequence[dict[str, object]], requests: int, pid: int) -> None:
    """Print what a server takes.

    Args:
        address: Its host and port.
        records: Rows of a table.
        requests: How many requests of a row are sent by one client, and by all clients.
        pid: The server's process.
    """
    bodies = [encode([record]) for record in records]
    ask(address, bodies, 50)
    memory = [read_memory(pid)]
    seconds = ask(address, bodies, requests // 5)
    memory.append(read_memory(pid))
    seconds += ask(address, bodies, requests - len(seconds))
    memory.append(read_memory(pid))
    show("one row", seconds)
    print(f"memory before, after a fifth and after all of them: {memory} MB")
    rows = int(0.95 * _LARGEST * len(records) / len(encode(records)))  # that a body can have
    many = (records * (1 + rows // len(records)))[: min(rows, 1_000)]
    show(f"{len(many):,} rows", ask(address, [encode(many)], 50))
    started = time.perf_counter()
    seconds = ask_together(lambda: ask(address, bodies, requests // _CLIENTS), _CLIENTS)
    rate = len(seconds) / (time.perf_counter() - started)
    show(f"one row, {_CLIENTS} clients, {rate:.0f} requests a second", seconds)
    large = encode((records * (1 + rows // len(records)))[:rows])
    seconds, beside = ask_beside(address, bodies, large, 200)
    taken = statistics.median(seconds)
    show(f"one row beside {rows:,} rows, which take {taken:.1f} s", beside)
    worst = b"[" + b"[]," * (_LARGEST // 3 - 1) + b"1]"  # it takes Python's reader longest
    show("one row beside 1 MB of empty lists", ask_beside(address, bodies, worst, 400)[1])
    print(f"memory at the end: {read_memory(pid):,} MB")


def encode(records: Sequence[dict[str, object]]) -> bytes:
    """Return the body of a request."""
    return json.dumps({"dataframe_records": records}).encode()


def ask_beside(
    address: str, bodies: Sequence[bytes], large: bytes, status: int
) -> tuple[list[float], list[float]]:
    """Send a large request again and again, and small ones beside it.

    Args:
        address: Host and port of the server.
        bodies: Of the small requests.
        large: The body of the large request.
        status: The status with which the large request is answered.

    Returns:
        The seconds of each answer to the large request, and to small ones.
    """
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(ask, address, [large], _REPEATS, status)
        beside: list[float] = []
        while not asked.done():
            beside += ask(address, bodies, 1)
            time.sleep(0.01)
        return asked.result(), beside


def ask(address: str, bodies: Sequence[bytes], requests: int, status: int = 200) -> list[float]:
    """Send requests one after another, and return the seconds of each answer.

    Raises:
        RuntimeError: An answer has another status.
    """
    seconds = []
    connection = http.client.HTTPConnection(address)
    for number in range(requests):
        started = time.perf_counter()
        body = bodies[number % len(bodies)]
        connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        seconds.append(time.perf_counter() - started)
        if answer.status != status:
            raise RuntimeError(f"the server answered {answer.status}: {content[:200]!r}")
    connection.close()
    return seconds


def ask_together(client: Callable[[], list[float]], clients: int) -> list[float]:
    """Run clients at once, and return the seconds of all their answers."""
    seconds: list[float] = []
    threads = [threading.Thread(target=lambda: seconds.extend(client())) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds


def show(name: str, seconds: Sequence[float]) -> None:
    """Print the milliseconds of answers."""
    ordered = sorted(1_000 * value for value in seconds)
    late = ordered[int(len(ordered) * 0.99)]
    print(
        f"{name}: median {statistics.median(ordered):.1f} ms, 99 % within {late:.1f} ms, "
        f"most {ordered[-1]:.1f} ms, of {len(ordered):,}"
    )


def read_memory(pid: int) -> int:
    """Return the resident memory of a process, in MB. 0 where the system does not say."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1_000


if __name__ == "__main__":
    main()
