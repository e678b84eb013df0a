"""Whether processes of Ray answer: a call of Ray that one does not answer may never return."""

import os
import socket

from tuner.errors import UserError, one_line

__all__ = ["ADDRESS", "check_ray", "find_fault"]

ADDRESS = "RAY_ADDRESS"
"""The environment variable that may hold a head's address."""

_REACH_SECONDS = 5.0  # in which a head must answer at first
# How a connection of HTTP/2 begins (RFC 9113, section 3.4): the server answers with its settings.
_NO_SETTINGS = b"\0\0\0\4\0\0\0\0\0"
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _NO_SETTINGS


def check_ray(address: str | None) -> None:
    """Check that Ray is installed, and that something listens at the address.

    Args:
        address: `HOST:PORT` of the head, or `auto`; None for the variable RAY_ADDRESS, or a cluster
            of this machine's own.

    Raises:
        UserError: Ray is missing, or the address is wrong or does not answer.
    """
    try:
        from ray import init  # noqa: F401  (is it installed? A folder `ray` is not it)
    except ImportError as error:
        raise UserError(
            f"--engine ray: Ray cannot be imported ({one_line(error)}); install it with "
            "pip install 'softmax-tuner[ray]', or leave out --engine"
        ) from error
    option = "--ray-address" if address else f"the environment variable {ADDRESS}"
    remedy = "leave the option out" if address else "unset the variable"
    address = address or os.environ.get(ADDRESS)
    if address in (None, "", "auto", "local"):
        return
    host, _, port = address.rpartition(":")
    if "://" in address or not host or not port.isdecimal():
        raise UserError(
            f"{option}: {address} is no address of a head; give HOST:PORT, as `ray start "
            "--head` prints it, and search on a machine of the cluster"
        )
    try:
        _greet((host.strip("[]"), int(port)), _REACH_SECONDS)
    except OSError as error:
        raise UserError(
            f"{option}: nothing answers at {address} ({error.strerror or error}); start Ray "
            f"there with `ray start --head`, or {remedy}"
        ) from error


def find_fault(place: tuple[str, int], seconds: float) -> OSError | None:
    """Return why a process of Ray does not answer in time; None if it does.

    Args:
        place: The host and the port where it listens.
        seconds: The longest to wait.
    """
    try:
        _greet(place, seconds)
    except OSError as error:
        return error
    return None


def _greet(place: tuple[str, int], seconds: float) -> None:
    """Check that a server of HTTP/2 answers, as Ray's processes are: Ray would try for minutes.

    A process that is stopped takes a connection all the same, and does not answer.

    Raises:
        OSError: None does.
    """
    with socket.create_connection(place, timeout=seconds) as connection:
        if os.environ.get("RAY_USE_TLS", "0") != "0":
            return
        connection.sendall(_PREFACE)
        answer = connection.recv(len(_NO_SETTINGS))
        if answer[3:4] != _NO_SETTINGS[3:4]:
            raise OSError("what answers is no head of Ray")
