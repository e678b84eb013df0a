"""Runs iterators on threads, and yields their values as they come."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import keras

__all__ = ["Workers"]

T = TypeVar("T")
_Answer = tuple[T | None, BaseException | None]


class Workers:
    """Threads that are kept between calls.

    When a thread first makes a program, TensorFlow lists the kernels for this thread, which takes
    a tenth of a second.

    Args:
        most: Number of threads.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._pool = self._make_pool()

    def _make_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._most, thread_name_prefix="lanes")

    def run_side_by_side(
        self, tasks: Sequence[Callable[[], Iterator[T | None]]], *, at_once: int
    ) -> Iterator[T]:
        """Run tasks in their order, several at once.

        If a task raises an error, the other tasks stop at their next yield, and the error is raised
        here. Closing this iterator stops the tasks too. Neither waits for running tasks, which may
        take long; the next call uses new threads then.

        Args:
            tasks: Each returns an iterator, which runs on one thread.
            at_once: How many tasks run at once, at most the number of threads.

        Yields:
            The values of all iterators as they come, except None.
        """
        answers: queue.SimpleQueue[_Answer[T]] = queue.SimpleQueue()
        remaining = iter(tasks)  # a list's iterator yields each task once, to any thread
        closing = threading.Event()

        running = min(at_once, len(tasks))
        try:
            for _ in range(running):
                self._pool.submit(_run, remaining, answers, closing, keras.config.dtype_policy())
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
                self._pool = self._make_pool()


def _run(
    tasks: Iterator[Callable[[], Iterator[T | None]]],
    answers: "queue.SimpleQueue[_Answer[T]]",
    closing: threading.Event,
    policy: keras.DTypePolicy,
) -> None:
    """Run tasks on one thread until there are no more.

    Args:
        tasks: Shared by all threads.
        answers: Gets each value except None, then `(None, None)`; or an error.
        closing: Ends the run at the next value of a task.
        policy: Keras's float types, which it keeps for each thread.
    """
    keras.config.set_dtype_policy(policy)
    try:
        for task in tasks:
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
