"""The connection of a search to a cluster of Ray."""

from __future__ import annotations

import atexit
import os
import socket
import threading
import time
from typing import Any

from tuner.errors import UserError, one_line

__all__ = ["WATCH", "RayConnection", "check_ray"]

WATCH = "watch Ray's resources"
"""The name of the thread that follows what a cluster has."""

_REACH_SECONDS = 5.0  # in which a head must answer at first
_LOOK_SECONDS = 2.0  # between two looks at the cluster
_ADDRESS = "RAY_ADDRESS"
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
    option = "--ray-address" if address else f"the environment variable {_ADDRESS}"
    remedy = "leave the option out" if address else "unset the variable"
    address = address or os.environ.get(_ADDRESS)
    if address in (None, "", "auto", "local"):
        return
    host, _, port = address.rpartition(":")
    if "://" in address or not host or not port.isdecimal():
        raise UserError(
            f"{option}: {address} is no address of a head; give HOST:PORT, as `ray start "
            "--head` prints it, and search on a machine of the cluster"
        )
    try:
        _greet(host.strip("[]"), int(port))
    except OSError as error:
        raise UserError(
            f"{option}: nothing answers at {address} ({error.strerror or error}); start Ray "
            f"there with `ray start --head`, or {remedy}"
        ) from error


def _greet(host: str, port: int) -> None:
    """Check that a server of HTTP/2 answers, as a head is one: Ray would try for many minutes.

    Raises:
        OSError: None does.
    """
    with socket.create_connection((host, port), timeout=_REACH_SECONDS) as connection:
        if os.environ.get("RAY_USE_TLS", "0") != "0":
            return
        connection.sendall(_PREFACE)
        answer = connection.recv(len(_NO_SETTINGS))
        if answer[3:4] != _NO_SETTINGS[3:4]:
            raise OSError("what answers is no head of Ray")


class RayConnection:
    """Connects this process to Ray, and watches whether the head is there.

    Without an address, Ray is started on this machine and ends with the connection. A program that
    is connected already stays so.

    Args:
        address: As of `check_ray`.

    Attributes:
        has_lost_node: Whether Ray's own process on this machine was gone at the last look. Ray ends
            this process, too, when the head learns of it, or when it is asked for an object.

    Raises:
        UserError: The process cannot be connected.
    """

    def __init__(self, address: str | None) -> None:
        import ray

        self._owns = not ray.is_initialized()
        if self._owns:
            _initialize(ray, address)
        host, _, port = ray.get_runtime_context().gcs_address.rpartition(":")
        self._head = host.strip("[]"), int(port)
        self._looked, self._gone = time.monotonic(), 0.0
        self._own_node = _find_own_node(ray)
        self._resources: dict[str, float] = ray.cluster_resources()
        self._free: dict[str, float] = ray.available_resources()
        self.has_lost_node = False
        self._closing = threading.Event()
        watch = threading.Thread(target=self._watch_resources, name=WATCH, daemon=True)
        watch.start()

    @property
    def resources(self) -> dict[str, float]:
        """What the nodes of the cluster have, by name, such as `CPU`, as last seen."""
        return self._resources

    @property
    def free(self) -> dict[str, float]:
        """What of the resources nobody has taken, as last seen, without what is all taken."""
        return self._free

    @property
    def head(self) -> str:
        """The address of the head."""
        return f"{self._head[0]}:{self._head[1]}"

    def look(self, *, now: bool = False) -> float:
        """Look whether the head answers, at times.

        Args:
            now: Look in any case.

        Returns:
            Seconds for which it is gone; 0.0 if it answers.
        """
        passed = time.monotonic() - self._looked
        if now or passed > _LOOK_SECONDS:
            self._looked += passed
            # the caller decides for how long that may be; it may have been stopped for a while
            self._gone = 0.0 if self._answers() else self._gone + min(passed, 2 * _LOOK_SECONDS)
            self.has_lost_node = self._has_lost_node()
        return self._gone

    def _answers(self) -> bool:
        try:
            with socket.create_connection(self._head, timeout=_LOOK_SECONDS):
                return True
        except OSError:
            return False

    def _has_lost_node(self) -> bool:
        """Return whether nothing listens where Ray did on this machine; it may be slow."""
        try:
            with socket.create_connection(self._own_node, timeout=_LOOK_SECONDS):
                return False
        except ConnectionRefusedError:
            return True
        except OSError:
            return False

    def _watch_resources(self) -> None:
        """Follow what the cluster has.

        Ray's call for that hangs if the head is gone, and a call that waits for a head makes Ray
        end this process after a minute, even if it is no longer connected.
        """
        import ray

        while not self._closing.wait(_LOOK_SECONDS):
            if not self._answers():
                continue
            try:
                resources, free = ray.cluster_resources(), ray.available_resources()
            except Exception:  # the head may have gone since; `look` tells of it
                resources = free = {}
            if resources:
                self._resources, self._free = resources, free

    def close(self, limit: float) -> bool:
        """End the connection, and what was started for it.

        Args:
            limit: Seconds to wait: Ray waits for ever for a process of its own that is stopped.

        Returns:
            Whether it ended in time. Else nothing waits for it at this process's end either.
        """
        self._closing.set()
        if not self._owns:
            return True
        import ray

        ending = threading.Thread(target=ray.shutdown, name="end Ray", daemon=True)
        ending.start()
        ending.join(limit)
        self._owns = False
        if ending.is_alive():
            atexit.unregister(ray.shutdown)
        return not ending.is_alive()


def _find_own_node(ray: Any) -> tuple[str, int]:
    """Return where Ray's process of this machine listens."""
    own = ray.get_runtime_context().get_node_id()
    node = next(node for node in ray.nodes() if node["NodeID"] == own)
    return node["NodeManagerAddress"], node["NodeManagerPort"]


def _initialize(ray: Any, address: str | None) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    address = address or os.environ.get(_ADDRESS) or "local"
    local = {"include_dashboard": False} if address == "local" else {}
    try:
        ray.init(
            address,
            log_to_driver=False,
            logging_level="ERROR",
            configure_logging=True,
            **local,
        )
    except Exception as error:  # ConnectionError, RuntimeError, ValueError, TimeoutError, …
        place, remedy = f"reached at {address}", "look with `ray status`"
        if address == "local":  # which Ray gives up after half a minute
            place, remedy = "started on this machine", "try again when it is less busy"
        raise UserError(
            f"--engine ray: Ray cannot be {place} ({one_line(error)}); {remedy}, or leave out "
            "--engine"
        ) from error
    # Ray prints what happens to its nodes on standard output, where results belong
    ray._private.worker._worker_logs_enabled = False
