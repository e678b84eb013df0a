"""Where trials train: what is wrong is said before anything is written."""

import socket
import sys
import threading
from contextlib import contextmanager, suppress
from types import ModuleType

import pytest

from tuner.errors import UserError
from tuner.training.remote import LOCAL, Engine
from tuner.training.remote.ray_member import describe_lost_worker


@pytest.fixture
def installed(monkeypatch):
    """Make a Ray that is installed, but does not answer."""
    module = ModuleType("ray")
    module.init = lambda: None
    monkeypatch.setitem(sys.modules, "ray", module)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rya"], "--engine: there is no engine rya; did you mean ray"),
        (["local", "host:6379"], "--ray-address: give --engine ray, too, or leave it out"),
        (["local", None, 2], "--ray-workers: give --engine ray, too, or leave it out"),
        (["ray", None, 0], "--ray-workers: 0 is too small; give at least 1"),
    ],
)
def test_an_engine_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        Engine(*arguments)


def test_without_ray_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError, match=r"--engine ray: Ray cannot be imported .*pip install"):
        Engine("ray").check()


@pytest.mark.parametrize("address", ["ray://head:10001", "head", ":6379", "head:port"])
def test_an_address_is_a_host_and_a_port(installed, address):
    with pytest.raises(UserError, match=f"--ray-address: {address} is no address of a head"):
        Engine("ray", address).check()


@pytest.mark.parametrize("by_environment", [False, True])
def test_an_address_at_which_nothing_answers_is_refused(installed, monkeypatch, by_environment):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    if by_environment:
        monkeypatch.setenv("RAY_ADDRESS", address)
    source = "the environment variable RAY_ADDRESS" if by_environment else "--ray-address"
    remedy = "unset the variable" if by_environment else "leave the option out"
    with pytest.raises(UserError, match=f"{source}: nothing answers at {address} .*or {remedy}$"):
        Engine("ray", None if by_environment else address).check()


@contextmanager
def serving(answer):
    """Serve one connection: send an answer, if there is one, and wait for its end."""

    def serve():
        connection, _ = server.accept()
        with connection, suppress(ConnectionResetError):  # it left an answer unread
            connection.sendall(answer)
            while connection.recv(100):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def test_an_address_at_which_http_2_answers_is_taken(installed):
    with serving(b"\0\0\0\4\0\0\0\0\0") as address:
        Engine("ray", address).check()
    Engine("ray", "auto").check()
    Engine("ray").check()


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n"])
def test_what_answers_and_is_no_head_of_ray_is_refused(installed, monkeypatch, answer):
    """Ray would try for many minutes to reach a head there."""
    monkeypatch.setattr("tuner.training.remote.ray_answers._REACH_SECONDS", 0.2)
    refused = pytest.raises(UserError, match="--ray-address: nothing answers at 127")
    with serving(answer) as address, refused:
        Engine("ray", address).check()


def test_here_there_is_nothing_to_check_or_start():
    LOCAL.check()
    assert LOCAL.start("lanes") is None


@pytest.mark.parametrize(
    ("text", "reason", "out_of_memory"),
    [
        ("Task was killed due to the node running low on memory.\nmore", "its machine ran", True),
        ("The actor died because its node has died. Node Id: 1", "its node is gone", False),
        ("The actor is dead because its worker process has died.", "its process died", False),
        ("one\n\nsomething else\n", "something else", False),
        (
            "ray::Worker.__init__() (pid=7, ip=10.0.0.2, actor_id=1)\nOSError",
            "OSError, on 10",
            False,
        ),
        ("", "ValueError", False),
    ],
)
def test_what_ray_says_of_a_lost_worker_is_said_in_a_few_words(text, reason, out_of_memory):
    lost = describe_lost_worker(ValueError(text))
    assert lost.reason.startswith(reason)
    assert lost.out_of_memory == out_of_memory
