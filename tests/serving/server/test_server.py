"""`tuner serve`: a real server process, which answers, refuses, continues, and ends."""

import http.client
import json
import random
import socket
import subprocess
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.helpers.warm_processes import warm_command
from tuner.errors import UserError
from tuner.serving.server.limits import MEGABYTE
from tuner.serving.server.listener import listen

REQUESTS = 500
ODD = [
    None, True, False, -1, 0.5, 1e308, -1e39, 10**30, 10**400, float("nan"), float("inf"), "",
    "red", "\0", "\ud800", "é" * 1000, "2020-01-01", "1e999", [], {}, [1], [[["x"]]],
    {"a": {"b": None}}, ["red", 1, None],
]  # fmt: skip
TYPES = [
    "application/json", "application/json; charset=utf-8", "text/csv", "text/plain", "",
    "application/json; charset=latin-1", "application/vnd.apache.parquet", ";;;", "\xff",
]  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A running server.

    Attributes:
        address: Where it answers requests.
        records: Rows that it knows, as JSON has them.
        expected: What the network in memory predicts for them.
    """

    address: str
    records: list[dict[str, Any]]
    expected: np.ndarray

    def post(self, body, content_type="application/json"):
        """Return the status and the body of the answer."""
        headers = {"Content-Type": content_type} if content_type else {}
        return self.ask("POST", "/invocations", headers, body)

    def ask(self, method, path, headers=None, body=None):
        """Return the status and the body of an answer."""
        with closing(http.client.HTTPConnection(*process_address(self.address))) as connection:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def predict(self, content):
        """Return the probabilities for a JSON body, shape `(rows, classes)`."""
        status, answer = self.post(json.dumps(content))
        assert status == 200, answer
        predictions = json.loads(answer)["predictions"]
        return np.array([[*record.values()][1:] for record in predictions])


@pytest.fixture(scope="module")
def served(exported):
    dataset = exported.dataset
    numeric = {column.name for column in dataset.schema.used if column.kind == "numeric"}
    records = [
        {
            name: (None if np.isnan(v[row]) else float(v[row])) if name in numeric else v[row]
            for name, v in dataset.raw.items()
        }
        for row in range(5)
    ]
    command = warm_command("tuner", "serve", str(exported.folder), "--port", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().strip()
        yield Served(address, records, exported.predict_first(5))
        assert process.poll() is None
        idle = socket.create_connection(process_address(address))
        process.terminate()
        assert process.wait(300) == 0
        idle.close()


def process_address(address):
    """Return the host and the port of an address."""
    host, _, port = address.removeprefix("http://").partition("/")[0].partition(":")
    return host, int(port)


def test_it_answers_one_record_a_row_on_the_loopback_address(served):
    assert served.address.startswith("http://127.0.0.1:")
    assert served.address.endswith("/invocations")
    status, answer = served.post(json.dumps({"dataframe_records": served.records}))
    assert status == 200
    predictions = json.loads(answer)["predictions"]
    fields = ["class", "probability_may be", "probability_no", "probability_yes"]
    assert [list(record) for record in predictions] == [fields] * 5
    received = [[record[name] for name in fields[1:]] for record in predictions]
    np.testing.assert_allclose(received, served.expected, atol=1e-5)


def test_every_form_of_a_request_has_the_same_answer(served):
    records = served.records
    names = list(records[0])
    columns = {name: [record[name] for record in records] for name in names}
    cells = [[record[name] for name in reversed(names)] for record in records]
    split = {"columns": names[::-1], "data": cells, "index": [*range(5)]}
    for content in (
        {"dataframe_split": split},
        {"instances": records},
        {"inputs": records},
        {"inputs": columns},
        {"inputs": {**columns, "odd": [None] * 5}, "params": {}},
    ):
        np.testing.assert_allclose(served.predict(content), served.expected, atol=1e-5)
    one = served.predict({"inputs": records[0]})
    np.testing.assert_allclose(one, served.expected[:1], atol=1e-5)
    status, answer = served.post(pd.DataFrame(records).to_csv(index=False), "text/csv")
    assert status == 200
    assert answer == served.post(json.dumps({"instances": records}))[1]
    assert served.predict({"dataframe_split": {"columns": names, "data": []}}).size == 0
    assert served.predict({"dataframe_records": []}).size == 0


def test_other_paths_say_how_the_server_is(served):
    assert served.ask("GET", "/ping") == (200, b"\n")
    assert served.ask("HEAD", "/health?x=1") == (200, b"")
    assert served.ask("GET", "http://localhost/ping") == (200, b"\n")  # as of a proxy
    status, answer = served.ask("GET", "/version")
    content = json.loads(answer)
    assert (status, content["study"], content["schema"]["target"]) == (200, "test", "kind")
    assert content["name"] == "exported"  # the folder of the study, which has the model's folder
    for method, path, expected in [
        ("GET", "/", 404),
        ("GET", "/docs", 404),
        ("GET", "http://evil.example/ping", 421),
        ("GET", "http://evil.example", 421),
        ("GET", "https://localhost", 404),
        ("POST", "/ping", 405),
        ("GET", "/invocations", 405),
        ("OPTIONS", "/invocations", 405),
    ]:
        status, answer = served.ask(method, path)
        assert (status, list(json.loads(answer))) == (expected, ["error"])


def test_only_requests_to_the_server_itself_are_answered(served):
    host, port = process_address(served.address)
    for name in (host, f"{host}:{port}", f"localhost:{port}", "[::1]:1"):
        assert served.ask("GET", "/ping", {"Host": name})[0] == 200
    status, answer = served.ask("GET", "/ping", {"Host": f"rebound.example:{port}"})
    assert status == 421
    assert json.loads(answer)["error"] == (
        f"the server is not known as rebound.example:{port}; use its address, or start it with "
        "--allow-host and this name"
    )


def test_a_large_request_is_answered_for_all_its_rows(served):
    times = 900_000 // len(json.dumps(served.records))
    predictions = served.predict({"dataframe_records": served.records * times})
    np.testing.assert_allclose(predictions, np.tile(served.expected, (times, 1)), atol=1e-5)


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        (b"{", "application/json", 400, "the body is not JSON in UTF-8"),
        (b"[" * 200_000, "application/json", 400, "a value of the body is nested too deep"),
        ('{"inputs": "é"}'.encode("latin-1"), "application/json", 400, "is not JSON in UTF-8"),
        (b"[1]", "application/json", 400, "must be an object with one of dataframe_records"),
        (b'{"inputs": 1, "instances": 2}', "application/json", 400, "must be an object with one"),
        (b"a,b\n1,2\n", "text/csv", 400, "the model does not know a, b"),
        (b"{}", "", 415, "the content type must be application/json or text/csv"),
        (b"{}", "application/json; charset=utf-16", 415, "no parameter except charset=utf-8"),
        (b" " * (MEGABYTE + 1), "application/json", 413, "larger than 1,000,000 bytes"),
        (
            b'{"dataframe_records": [{"colour": "red", "odd": 1}]}',
            "application/json",
            400,
            "the model does not know odd",
        ),
        (b'{"inputs": [[1, 2]]}', "application/json", 400, "the model does not know 0, 1"),
        (
            b'{"dataframe_records": [{"colour": "red", "size": 1}, {"colour": "red"}]}',
            "application/json",
            400,
            "record 1 of dataframe_records lacks size, which other records have",
        ),
        (b'{"dataframe_records": [1]}', "application/json", 400, "must be a list of objects"),
    ],
    ids=[
        "torn", "deep", "latin-1", "no object", "two forms", "csv", "no type", "charset",
        "large", "columns", "no names", "unlike", "no records",
    ],
)  # fmt: skip
def test_a_request_that_it_cannot_take_is_rejected_with_a_reason(served, body, kind, status, words):
    received, answer = served.post(body, kind)
    assert received == status
    assert words in json.loads(answer)["error"]
    assert len(answer) < 400


def test_values_that_are_nested_deep_are_rejected(served):
    nested = "[" * 900 + "]" * 900  # about as deep as Python's reader goes
    for name in served.records[0]:
        record = json.dumps({**served.records[0], name: "nested"}).replace('"nested"', nested)
        status, answer = served.post('{"dataframe_records": [' + record + "]}")
        assert status == 400, answer


def mutate_request(chance, records):
    """Return a valid request after random changes, as bytes, and its content type."""
    records = json.loads(json.dumps(records))
    for _ in range(chance.randint(1, 4)):
        record = chance.choice(records)
        name = chance.choice(list(record))
        if chance.random() < 0.2:
            del record[name]
        else:
            record[name] = chance.choice(ODD)
        if not record:
            records.remove(record)
    names = list(records[0])
    cells = [[*record.values()] for record in records]
    content = chance.choice(
        [
            {"dataframe_records": records},
            {"dataframe_split": {"columns": names, "data": cells}},
            {"instances": records},
            {"inputs": {name: [record.get(name) for record in records] for name in names}},
            {chance.choice(["dataframe_records", "dataframe_split", "inputs"]): chance.choice(ODD)},
            {"dataframe_records": records, "params": chance.choice(ODD), "prompt": "x"},
            chance.choice(ODD),
        ]
    )  # fmt: skip
    body = json.dumps(content).encode()
    damage = chance.random()
    if damage < 0.1:
        body = body[: chance.randrange(len(body))]
    elif damage < 0.2:
        body = body.decode().encode(chance.choice(["utf-16", "utf-32", "utf-8-sig"]))
    elif damage < 0.3:
        at = chance.randrange(len(body))
        body = body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :]
    elif damage < 0.35:
        body = chance.randbytes(200)
    kind = chance.choice(TYPES) if chance.random() < 0.15 else "application/json"
    return body, kind


def test_no_mutated_request_is_answered_with_a_fault_of_the_server(served):
    records, chance, statuses = served.records, random.Random(0), []
    for _ in range(REQUESTS):
        body, kind = mutate_request(chance, records)
        status, answer = served.post(body, kind)
        assert 200 <= status < 500, (body[:500], kind, answer[:500])
        statuses.append(status)
        if status == 200:  # the answer must be probabilities
            for record in json.loads(answer)["predictions"]:
                assert np.isfinite([v for k, v in record.items() if k != "class"]).all()
    assert {200, 400, 415} <= set(statuses)
    status, answer = served.post(json.dumps({"dataframe_records": records}))
    assert status == 200
    assert json.loads(answer)["predictions"][0]["probability_no"] == pytest.approx(
        served.expected[0][1], abs=1e-5
    )


def test_an_address_that_is_taken_is_a_user_error():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UserError) as error:
            listen("127.0.0.1", port)
    assert str(error.value) == (
        f"cannot listen on 127.0.0.1, port {port} (Address already in use); give another --host "
        "or --port"
    )


def test_an_address_that_does_not_exist_is_a_user_error():
    with pytest.raises(UserError, match=r"^cannot listen on 256\.0\.0\.1, port 0 \("):
        listen("256.0.0.1", 0)
