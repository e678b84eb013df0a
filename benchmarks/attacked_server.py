"""Sends mutated requests to `tuner serve`, beside slow connections that stay open."""

import collections
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from attacked_study import SEARCH, run_tuner

__all__ = ["send_requests"]

_SLOW = 50  # connections that send the beginning of a request, and nothing more
_CLIENTS = 8
_LIMIT = 60.0  # seconds to wait for an answer
_COME_AGAIN, _NO_ANSWER = "503 with Retry-After", "no answer"
_ROWS = {
    "columns": [
        "sepal length (cm)",
        "sepal width (cm)",
        "petal length (cm)",
        "petal width (cm)",
    ],
    "data": [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]],
}
_RECORDS = [dict(zip(_ROWS["columns"], row, strict=True)) for row in _ROWS["data"]]
_BODIES = [
    json.dumps({"dataframe_split": _ROWS}).encode(),
    json.dumps({"dataframe_records": _RECORDS}).encode(),
    json.dumps({"instances": _RECORDS}).encode(),
    json.dumps({"inputs": _RECORDS}).encode(),
]
_TYPES = ["application/json", "text/csv", "text/plain", "", "application/json; charset=utf-16"]
_METHODS = ["POST", "POST", "POST", "POST", "GET", "PUT", "DELETE", "HEAD", "OPTIONS", "X"]
_PATHS = [
    "/invocations",
    "/invocations",
    "/invocations",
    "/ping",
    "/health",
    "/version",
    "/",
    "/%ff",
]
_PIECES = [b"null", b"NaN", b"1e999", b"-Infinity", b"[]", b"{}", b'""', b"\xff", b"[" * 2000]


def send_requests(requests: int, seed: int) -> int:
    """Send mutated requests; return how many were answered wrongly or not at all.

    Args:
        requests: How many to send.
        seed: Draws the mutations.
    """
    folder = Path(tempfile.mkdtemp())
    code, said = run_tuner(*SEARCH, "--root", folder)
    assert code == 0, said
    model = folder / "studies" / "attacked" / "model"
    command = [sys.executable, "-m", "tuner", "serve", str(model), "--port", "0"]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
    )
    try:
        assert server.stdout is not None
        address = re.search(r":(\d+)", server.stdout.readline())
        assert address is not None, (folder / "log").read_text()
        return _attack(int(address.group(1)), requests, seed, folder / "log", server)
    finally:
        server.kill()
        server.wait()


def _attack(port: int, requests: int, seed: int, log: Path, server: "subprocess.Popen[str]") -> int:
    expected = [_send(port, "POST", "/invocations", body, "application/json") for body in _BODIES]
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(_SLOW)]
    for connection in slow:
        connection.sendall(b"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-")
    draws = [random.Random(f"{seed}-{number}") for number in range(requests)]
    with ThreadPoolExecutor(_CLIENTS) as clients:
        answers = list(clients.map(lambda draw: _send(port, *_mutate(draw)), draws))
    counts = collections.Counter(status for status, _ in answers)
    wrong = sum(count for status, count in counts.items() if status[0] == "5")
    wrong += counts[_NO_ANSWER] - counts[_COME_AGAIN]
    after = [_send(port, "POST", "/invocations", body, "application/json") for body in _BODIES]
    if after != expected:
        print(f"valid requests are answered otherwise: {after} instead of {expected}")
        wrong += 1
    for connection in slow:
        connection.close()
    server.send_signal(signal.SIGTERM)
    if code := server.wait(timeout=_LIMIT):
        print(f"SIGTERM ended the server with {code}")
        wrong += 1
    if "Traceback" in (text := log.read_text(errors="replace")):
        print(f"a traceback in the log: {text[-500:]}")
        wrong += 1
    answered = ", ".join(f"{count} × {status}" for status, count in sorted(counts.items()))
    print(f"{requests} requests: {answered}; {len(text)} bytes of log", flush=True)
    return wrong


def _mutate(draw: random.Random) -> tuple[str, str, bytes, str]:
    """Return a method, a path, a body and a content type, most of them odd."""
    body = bytearray(draw.choice(_BODIES))
    for _ in range(draw.randrange(4)):
        place = draw.randrange(len(body))
        match draw.randrange(4):
            case 0:
                body[place] ^= 1 << draw.randrange(8)
            case 1:
                del body[place : place + draw.randrange(1, 40)]
            case 2:
                body[place:place] = draw.choice(_PIECES)
            case 3:
                body = body[:place] + body[place // 2 :]
        body = body or bytearray(b"0")
    kind = _TYPES[0] if draw.random() < 0.7 else draw.choice(_TYPES)
    return draw.choice(_METHODS), draw.choice(_PATHS), bytes(body), kind


def _send(port: int, method: str, path: str, body: bytes, kind: str) -> tuple[str, bytes]:
    """Send a request; return how it was answered, if it was, and the answer's body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_LIMIT)
    try:
        connection.request(method, path, body, {"Content-Type": kind})
        answer = connection.getresponse()
        content = answer.read()
        asks_again = answer.status == 503 and answer.headers["Retry-After"]
        return _COME_AGAIN if asks_again else str(answer.status), content
    except (OSError, http.client.HTTPException) as error:
        print(f"{method} {path}: {error!r}")
        return _NO_ANSWER, b""
    finally:
        connection.close()
