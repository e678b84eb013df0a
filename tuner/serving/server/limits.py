"""Limits how much requests take of the server: its threads, and its memory."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tuner.serving.server.rejection import RejectedRequest

__all__ = ["MEGABYTE", "RequestMemory", "RequestThread", "Share"]

MEGABYTE = 1_000_000

_MOST_WAITING = 64  # requests
_MOST_BYTES = 128 * MEGABYTE
_ALWAYS_BYTES = 64 << 10  # so that nobody can keep small requests out with large ones
_RETRY_SECONDS = 1

_Result = TypeVar("_Result")


class RequestThread:
    """A thread for requests up to a size. One with many rows delays only those of its own.

    Args:
        most_waiting: How many requests may wait for the thread or have it.
    """

    def __init__(self, most_waiting: int = _MOST_WAITING) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._most, self._waiting = most_waiting, 0

    async def begin(self, work: Callable[[], _Result]) -> _Result:
        """Run the work of a request.

        Raises:
            RejectedRequest: Too many others wait.
        """
        if self._waiting >= self._most:
            raise _make_busy()
        self._waiting += 1
        try:
            return await self.go_on(work)
        finally:
            self._waiting -= 1

    async def go_on(self, work: Callable[[], _Result]) -> _Result:
        """Run more work of a request that was begun."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """End the thread, after what it does now."""
        self._thread.shutdown(wait=False, cancel_futures=True)


class RequestMemory:
    """The memory that all requests have for bodies and answers.

    Args:
        most: In bytes.
        most_of_body: Of these, for the body of one request.
    """

    def __init__(self, most: int = _MOST_BYTES, most_of_body: int = MEGABYTE) -> None:
        self.most = most
        self.most_of_body = most_of_body
        self.taken = 0


class Share:
    """What one request has of the memory. Use it as a context manager, which gives it back.

    Every request may have 64 KiB.
    """

    def __init__(self, memory: RequestMemory) -> None:
        self._memory = memory
        self._size = 0

    def __enter__(self) -> "Share":
        return self

    def __exit__(self, *exception: object) -> None:
        self._memory.taken -= max(self._size - _ALWAYS_BYTES, 0)

    def take(self, size: int) -> None:
        """Take more memory, in bytes.

        Raises:
            RejectedRequest: There is too little left.
        """
        before = max(self._size - _ALWAYS_BYTES, 0)
        more = max(self._size + size - _ALWAYS_BYTES, 0) - before
        if self._memory.taken + more > self._memory.most:
            raise _make_busy()
        self._memory.taken += more
        self._size += size


def _make_busy() -> RejectedRequest:
    reason = "the server has as many requests as it can answer at once; try again later"
    return RejectedRequest(503, reason, {"Retry-After": str(_RETRY_SECONDS)})
