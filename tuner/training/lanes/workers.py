"""Runs iterators on threads of their own, and gives what they yield as it comes."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["Workers"]

T = TypeVar("T")
_Answer = tuple[T | None, BaseException | None]


class Workers:
    """Threads that are kept from one use to the next.

    TensorFlow notes for each thread which kernels there are, when the thread first makes a
    program, which takes a tenth of a second.

    Args:
        most: Threads.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._pool = self._threads()

    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._most, thread_name_prefix="lanes")

    def side_by_side(
        self, tasks: Sequence[Callable[[], Iterator[T | None]]], *, at_once: int
    ) -> Iterator[T]:
        """Run tasks in their order, some at once; yield what they yield, but None, as it comes.

        A task that raises ends the others at their next None or answer, and the error is raised
        here; so does closing this iterator. Nobody waits for them, the next use neither, which
        has new threads then: what they compute may take long.

        Args:
            tasks: Each returns an iterator, which runs on one thread.
            at_once: Tasks that run at once, as many as there are threads at most.
        """
        answers: queue.SimpleQueue[_Answer[T]] = queue.SimpleQueue()
        left = iter(tasks)  # a list's iterator gives each once, whichever threads ask
        closing = threading.Event()

        def run() -> None:
            try:
                for task in left:
                    if closing.is_set():
                        return
                    for answer in task():
                        if closing.is_set():
                            return
                        if answer is not None:
                            answers.put((answer, None))
                answers.put((None, None))
            except BaseException as error:
                answers.put((None, error))

        running = min(at_once, len(tasks))
        try:
            for _ in range(running):
                self._pool.submit(run)
            while running:
                answer, error = answers.get()
                if error is not None:
                    raise error
                if answer is None:
                    running -= 1
                else:
                    yield answer
        finally:
            closing.set()
            if running:
                self._pool.shutdown(wait=False)
                self._pool = self._threads()
