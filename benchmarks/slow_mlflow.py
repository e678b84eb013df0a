"""What MLflow costs a search: none, its own database, a server, a slow one, one that is away.

    python benchmarks/slow_mlflow.py                 # digits, mlp_depth, 12 trials × 20 epochs
    python benchmarks/slow_mlflow.py --delay 5

A real MLflow server listens on the loopback address; the slow one is the same behind a proxy that
holds every answer back. With none, nothing writes to MLflow, and its process is not started; where
MLflow is away, there is one, which tries. Each way is searched in a process of its own, twice in
turn; the seconds of the search are those from the study's beginning to the end of its last trial,
by the journal, and those of the command are taken from outside, imports and the end included. How
many runs MLflow has when the command is over, and how many the server has after `tuner sync`,
stands beside them.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

WAYS = ("none", "database", "server", "slow", "away")
_ATTEMPTS = 10  # at a sync, of half a minute each


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mlflow_server(folder: Path) -> Iterator[int]:
    """Run an MLflow server; give its port."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1"]
    command += ["--port", str(port), "--backend-store-uri", f"sqlite:///{folder}/server.db"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.2)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def slow_proxy(port: int, delay: float) -> int:
    """Pass on to a port, and hold every answer back for some seconds; return the proxy's port."""
    listening = free_port()

    async def passed_on(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
    ) -> None:
        while chunk := await reader.read(65536):
            await asyncio.sleep(seconds)
            writer.write(chunk)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(passed_on(reader, forth, 0.0), passed_on(back, writer, delay))

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", listening)
        async with server:
            await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(run()), daemon=True).start()
    return listening


_WITHOUT_MLFLOW = """
import sys
import tuner.api.search
from tuner.cli import main
from tuner.study import Listener

class NoMirror(Listener):
    complete, experiment_id, fault = False, "", ""
    def __init__(self, *_):
        pass
    def fall_silent(self):
        pass

tuner.api.search.MlflowMirror = NoMirror
sys.exit(main())
"""


def search(
    way: str, uri: str | None, server: str, options: argparse.Namespace
) -> tuple[float, float, int, int]:
    """Return the seconds of search and command, and MLflow's runs at the end and after a sync.

    Args:
        way: One of `WAYS`.
        uri: Where the search records; None for a database of its own.
        server: Where it is written to afterwards, but for that database.
        options: What to search.
    """
    with tempfile.TemporaryDirectory() as root:
        program = ["-c", _WITHOUT_MLFLOW] if way == "none" else ["-m", "tuner"]
        command = [sys.executable, *program, "search", "--space", options.space, "--json"]
        command += ["--data", options.data, "--max-trials", str(options.trials), "--root", root]
        command += ["--epochs", str(options.epochs), "--no-racing"]
        command += ["--tracking-uri", uri] if uri else []
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        whole = time.perf_counter() - started
        study = str(json.loads(done.stdout)["study"])
        folder = Path(root) / "studies" / study
        identity = json.loads((folder / "study.json").read_text())["id"]
        lines = (folder / "journal.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in lines]
        begun = next(event["time"] for event in events if event["event"] == "begun")
        ended = max(event["time"] for event in events if event["event"] == "trial")
        seconds = (ended - begun) / 1e3
        if way == "none":
            return seconds, whole, 0, 0
        database = f"sqlite:///{root}/mlflow.db"
        at_the_end = runs_of(identity, uri or database)
        store = server if uri else database
        sync(study, store, root)
        return seconds, whole, at_the_end, runs_of(identity, store)


def sync(study: str, store: str, root: str) -> None:
    """Write what MLflow lacks; the search's own recorder may still be at it."""
    command = [sys.executable, "-m", "tuner", "sync", study, "--root", root]
    for _ in range(_ATTEMPTS):
        done = subprocess.run(
            [*command, "--tracking-uri", store], capture_output=True, text=True, check=False
        )
        if not done.returncode:
            return
        if "is being written" not in done.stderr:
            raise RuntimeError(done.stderr)
    raise RuntimeError(done.stderr)


def runs_of(identity: str, uri: str) -> int:
    """Return how many ended runs MLflow has of a study by its id; 0 where it does not answer."""
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    client = MlflowClient(tracking_uri=uri)
    try:
        experiments = [e.experiment_id for e in client.search_experiments()]
        wanted = f"tags.`tuner.id` = '{identity}' and attributes.status != 'RUNNING'"
        return len(client.search_runs(experiments, wanted, max_results=1000))
    except MlflowException:
        return 0


def main() -> None:
    """Search every way, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--space", default="mlp_depth")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--delay", type=float, default=1.0, help="seconds that the slow one waits")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--ways", default=",".join(WAYS))
    options = parser.parse_args()
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    print("| MLflow | search, s | command, s | runs at the end | after sync |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, mlflow_server(Path(folder)) as port:
        proxy, server = slow_proxy(port, options.delay), f"http://127.0.0.1:{port}"
        uris = {
            "none": None,
            "database": None,
            "server": server,
            "slow": f"http://127.0.0.1:{proxy}",
            "away": f"http://127.0.0.1:{free_port()}",
        }
        for _ in range(options.rounds):
            for way in options.ways.split(","):
                seconds, whole, *runs = search(way, uris[way], server, options)
                cells = f"{seconds:.1f} | {whole:.1f} | {runs[0]} | {runs[1]}"
                print(f"| {way} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
