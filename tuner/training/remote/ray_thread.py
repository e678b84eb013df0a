"""Calls of Ray that may hang, in a thread of their own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import Any, TypeVar

__all__ = ["NoAnswer", "RayThread"]

_Answer = TypeVar("_Answer")


class NoAnswer(TimeoutError):
    """Ray has not answered in time, and perhaps never will."""


class RayThread:
    """Calls Ray in one thread, for which it waits for a limited time only.

    Ray waits for ever for a process of its own that is stopped. The thread stays until `close`,
    since what Ray starts ends with the thread that started it. It does not keep Python from ending;
    and Ray takes the handling of SIGTERM from the search only if it is called in the main thread.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        threading.Thread(target=self._run, name="call Ray", daemon=True).start()

    def _run(self) -> None:
        while call := self._calls.get():
            function, answer = call
            try:
                answer.set_result(function())
            except BaseException as error:  # raised again where it is waited for
                answer.set_exception(error)

    def call(self, function: Callable[[], _Answer], seconds: float) -> _Answer:
        """Call a function; return what it returns.

        Args:
            function: It is called once all earlier ones have returned.
            seconds: The longest to wait.

        Raises:
            NoAnswer: It did not return in time.
        """
        answer: Future[_Answer] = Future()
        self._calls.put((function, answer))
        wait([answer], seconds)
        if not answer.done():
            raise NoAnswer(f"no answer for {seconds:.0f} s")
        return answer.result()

    def close(self) -> None:
        """End the thread once all calls have returned."""
        self._calls.put(None)
