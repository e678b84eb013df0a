"""The connection of a search to a cluster of Ray."""

from __future__ import annotations

import atexit
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from tuner.errors import EngineLost, UserError, one_line
from tuner.phrasing import phrase
from tuner.training.remote.crew import RESUME
from tuner.training.remote.last_words import last_words
from tuner.training.remote.ray_answers import ADDRESS, find_fault
from tuner.training.remote.ray_thread import NoAnswer, RayThread

__all__ = ["WATCH", "RayConnection"]

WATCH = "watch Ray's resources"
"""The name of the thread that follows what a cluster has."""

_Answer = TypeVar("_Answer")

_CONNECT_SECONDS = 180.0  # for a connection, or a start on a busy machine
_MORE_SECONDS = 10.0  # after which this process is ended, if it hangs so that it cannot tell
_RESTART = "look with `ray status`, and start it again, or leave out --engine"
_GET_SECONDS = 30.0  # for what Ray says is here
_LOOK_SECONDS = 2.0  # between two looks at the cluster


class RayConnection:
    """Connects this process to Ray, and watches whether the head is there.

    Without an address, Ray is started on this machine and ends with the connection. A program that
    is connected already stays so.

    Args:
        address: As of `check_ray`.

    Attributes:
        node_gone: Seconds for which Ray's own process on this machine has not answered, as of the
            last look; infinite if it has ended. Ray ends this process, too, when the head learns of
            it, or when it is asked for an object.

    Raises:
        UserError: The process cannot be connected.
    """

    def __init__(self, address: str | None) -> None:
        import ray

        address = address or os.environ.get(ADDRESS) or "local"
        self._owns = not ray.is_initialized()
        self._starts = self._owns and address == "local"
        self._thread = RayThread()
        place = "started on this machine" if address == "local" else f"reached at {address}"
        fault = f"--engine ray: Ray cannot be {place}"
        ended = f"error: {fault} (a process of it here does not answer); {_RESTART}"
        try:
            with last_words(phrase(ended), _CONNECT_SECONDS + _MORE_SECONDS):
                self._thread.call(partial(self._connect, ray, address), _CONNECT_SECONDS)
        except Exception as error:  # ConnectionError, RuntimeError, ValueError, TimeoutError, …
            if isinstance(error, NoAnswer):
                atexit.unregister(ray.shutdown)  # it would wait, too
            raise UserError(
                f"{fault} ({one_line(error)}); {_choose_remedy(error, address)}, or leave out "
                "--engine"
            ) from error
        self._looked, self._gone, self.node_gone = time.monotonic(), 0.0, 0.0
        self._closing = threading.Event()
        watch = threading.Thread(target=self._watch_resources, name=WATCH, daemon=True)
        watch.start()

    def _connect(self, ray: Any, address: str) -> None:
        if self._owns:
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
            ray.init(
                address,
                log_to_driver=False,
                logging_level="ERROR",
                configure_logging=True,
                **({"include_dashboard": False} if address == "local" else {}),
            )
            # Ray prints what happens to its nodes on standard output, where results belong
            ray._private.worker._worker_logs_enabled = False
        host, _, port = ray.get_runtime_context().gcs_address.rpartition(":")
        self._head = host.strip("[]"), int(port)
        self._own_node = _find_own_node(ray)
        self._resources: dict[str, float] = ray.cluster_resources()
        self._free: dict[str, float] = ray.available_resources()

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
            passed = min(passed, 2 * _LOOK_SECONDS)
            self._gone = (
                0.0 if find_fault(self._head, _LOOK_SECONDS) is None else self._gone + passed
            )
            fault = find_fault(self._own_node, _LOOK_SECONDS)
            self.node_gone = 0.0 if fault is None else self.node_gone + passed
            if isinstance(fault, ConnectionRefusedError):  # it does not come back, as a head may
                self.node_gone = math.inf
        return self._gone

    def _watch_resources(self) -> None:
        """Follow what the cluster has.

        Ray's call for that hangs if the head is gone, and a call that waits for a head makes Ray
        end this process after a minute, even if it is no longer connected.
        """
        import ray

        while not self._closing.wait(_LOOK_SECONDS):
            if find_fault(self._head, _LOOK_SECONDS) is not None:
                continue
            try:
                resources, free = ray.cluster_resources(), ray.available_resources()
            except Exception:  # the head may have gone since; `look` tells of it
                resources = free = {}
            if resources:
                self._resources, self._free = resources, free

    def call(self, function: Callable[[], _Answer], seconds: float) -> _Answer:
        """Call a function of Ray that may hang; return what it returns.

        Args:
            function: It is called in a thread.
            seconds: The longest to wait.

        Raises:
            EngineLost: It did not return in time.
        """
        try:
            return self._thread.call(function, seconds)
        except NoAnswer as error:
            raise EngineLost(
                f"Ray on this machine does not answer ({error}); start it again, {RESUME}"
            ) from error

    def wait(self, calls: Sequence[Any]) -> list[Any]:
        """Wait about a second; return the calls of workers that have been answered.

        Raises:
            EngineLost: As of `call`.
        """
        import ray

        def wait() -> list[Any]:
            ready, _ = ray.wait(list(calls), num_returns=1, timeout=1.0)
            if ready:
                ready, _ = ray.wait(list(calls), num_returns=len(calls), timeout=0)
            return list(ready)

        return self.call(wait, _GET_SECONDS)

    def get(self, reference: Any) -> Any:
        """Return what a reference stands for, which is here, or soon will be.

        Raises:
            EngineLost: As of `call`.
        """
        import ray

        return self.call(partial(ray.get, reference, timeout=_GET_SECONDS), 2 * _GET_SECONDS)

    def close(self, limit: float) -> bool:
        """End the connection, and what was started for it.

        Args:
            limit: Seconds to wait.

        Returns:
            Whether all that was started has ended, as far as is known.
        """
        self._closing.set()
        owns, self._owns = self._owns, False
        ends = True
        if owns:
            import ray

            try:
                self._thread.call(ray.shutdown, limit)
            except NoAnswer:
                atexit.unregister(ray.shutdown)  # it would wait, too
                ends = not self._starts
        self._thread.close()
        return ends


def _choose_remedy(error: Exception, address: str) -> str:
    """Return what to do if Ray cannot be started, or reached, for an error of it."""
    if "ersion mismatch" in str(error):  # of Ray or Python, which are named
        return "install the same versions on all machines"
    if address == "local":  # which Ray gives up after half a minute
        return "try again when it is less busy"
    return "look with `ray status`"


def _find_own_node(ray: Any) -> tuple[str, int]:
    """Return where Ray's process of this machine listens."""
    own = ray.get_runtime_context().get_node_id()
    node = next(node for node in ray.nodes() if node["NodeID"] == own)
    return node["NodeManagerAddress"], node["NodeManagerPort"]
