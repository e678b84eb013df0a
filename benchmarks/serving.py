"""Measures `tuner serve`: one row, 1,000 rows, 16 clients, small ones beside large ones; pyfunc.

`python benchmarks/serving.py --model MODEL --data TABLE` serves an exported model and asks it about
rows of a table, as JSON has them. It prints milliseconds of an answer, requests a second, and the
server's memory before and after (`--requests 50000` for a long run). Then it asks the model as
`mlflow.pyfunc` loads it.
"""

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

_LARGEST = 1_000_000  # bytes of the large request, the most that the server takes by default
_CLIENTS = 16
_REPEATS = 20  # of a large request


def main() -> None:
    """Start the server, and print a line for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="folder of an exported model")
    parser.add_argument("--data", type=Path, required=True, help="CSV file of rows")
    parser.add_argument("--requests", type=int, default=2_000, help="of one row each")
    options = parser.parse_args()
    table = pd.read_csv(options.data, sep=None, engine="python")
    records = json.loads(table.to_json(orient="records"))
    command = [sys.executable, "-m", "tuner", "serve", str(options.model), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # it is a pipe
        address = server.stdout.readline().strip().removeprefix("http://").partition("/")[0]
        try:
            measure(address, records, options.requests, server.pid)
        finally:
            server.terminate()
    measure_pyfunc(options.model / "mlflow_model", records)


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


def measure(address: str, records: Sequence[dict[str, object]], requests: int, pid: int) -> None:
    """Print what a server takes.

    Args:
        address: Its host and port.
        records: Rows of a table.
        requests: How many requests of a row are sent by one client, and by all clients.
        pid: The server's process.
    """
    bodies = [encode([record]) for record in records]
    before = read_memory(pid)
    ask(address, bodies, 50)
    show("one row", ask(address, bodies, requests))
    many = (records * (1 + 1_000 // len(records)))[:1_000]
    show("1,000 rows", ask(address, [encode(many)], 50))
    started = time.perf_counter()
    seconds = ask_together(lambda: ask(address, bodies, requests // _CLIENTS), _CLIENTS)
    rate = len(seconds) / (time.perf_counter() - started)
    show(f"one row, {_CLIENTS} clients, {rate:.0f} requests a second", seconds)
    rows = int(0.95 * _LARGEST * len(records) / len(encode(records)))
    large = encode((records * (1 + rows // len(records)))[:rows])
    seconds, beside = ask_beside(address, bodies, large, 200)
    taken = statistics.median(seconds)
    show(f"one row beside {rows:,} rows, which take {taken:.1f} s", beside)
    worst = b"[" + b"[]," * (_LARGEST // 3 - 1) + b"1]"  # it takes Python's reader longest
    show("one row beside 1 MB of empty lists", ask_beside(address, bodies, worst, 400)[1])
    print(f"memory: {before:,} MB before, {read_memory(pid):,} MB after")


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
