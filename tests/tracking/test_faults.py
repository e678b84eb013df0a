"""Why MLflow cannot be reached, in a few words: real clients, real servers, no library's text."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from mlflow import MlflowClient

from tuner.tracking.faults import describe_fault


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"<html>no MLflow here</html>")

    def log_message(self, *_):
        pass


@pytest.fixture
def serve():
    """Start a server that answers every request with a status; return its address."""
    servers = []

    def start(status):
        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        servers[-1].status = status
        # which looks that often whether it is to end
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return f"127.0.0.1:{servers[-1].server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def explain(monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "60")

    def explain(uri):
        with pytest.raises(Exception) as error:  # noqa: PT011  (of any library)
            MlflowClient(tracking_uri=uri).search_experiments(max_results=1)
        return describe_fault(error.value)

    return explain


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "the server answers with status 401, it asks for a name and a password"),
        (404, "the server answers with status 404, it may not be MLflow's"),
        (500, "the server answers with status 500"),
    ],
)
def test_a_server_that_refuses(serve, explain, status, reason):
    assert explain(f"http://{serve(status)}") == reason


def test_no_server_a_silent_one_and_one_without_a_name(explain, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with monkeypatch.context() as patched:
            patched.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
            assert explain(f"http://{address}") == "the server does not answer in time"
    assert explain(f"http://{address}") == "the server does not answer"
    assert explain("http://no-such-host.invalid:1") == "the server's name is not known"


def test_a_server_without_encryption(serve, explain):
    assert explain(f"https://{serve(200)}") == "no secure connection: wrong version number"


def test_a_file_that_is_no_database(explain, tmp_path):
    (tmp_path / "mlflow.db").write_bytes(b"no database at all, but more than a header" * 50)
    assert explain(f"sqlite:///{tmp_path}/mlflow.db") == "file is not a database"


def test_what_mlflow_refuses_is_said_in_its_first_sentence(explain):
    reason = explain("uc:main")
    assert reason.startswith("Detected Unity Catalog tracking URI")
    assert ". " not in reason


def test_a_plain_folder_is_refused_with_what_takes_its_place(explain, tmp_path):
    assert explain(f"file://{tmp_path}") == (
        "MLflow takes no plain folder any more, unless MLFLOW_ALLOW_FILE_STORE=true; "
        "sqlite:///FILE is a database"
    )


def test_a_driver_that_is_not_installed_is_named(explain):
    assert explain("postgresql+pg8000://host/base") == (
        "a package that this store needs is not installed: Python has no pg8000"
    )


def test_what_the_system_says_of_a_file_is_said_without_its_number(tmp_path):
    absent = tmp_path / "absent"
    for file, reason in [
        (absent, f"{absent}: No such file or directory"),
        (absent / ".mlflow.db-0123.tmp", "No such file or directory"),
    ]:
        with pytest.raises(OSError, match="No such file") as error:
            file.read_bytes()
        assert describe_fault(error.value) == reason


def test_another_error_keeps_its_class():
    assert describe_fault(KeyError("x")) == "KeyError: 'x'"
