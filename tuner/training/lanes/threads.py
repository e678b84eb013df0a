"""Threads that train: those that run iterators, and those that share the lanes of a block."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import keras

__all__ = ["Threads", "open_pool"]

T = TypeVar("T")
_Answer = tuple[T | None, BaseException | None]
_Task = Callable[[], Iterator[T | None]]


class Threads:
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

    # Over 40 lines: half of them describe what it does.
    def run_side_by_side(
        self,
        tasks: Sequence[_Task[T]],
        *,
        at_once: int,
        ask_more: Callable[[], Sequence[_Task[T]]] = tuple,
    ) -> Iterator[T]:
        """Run tasks in their order, several at once.

        If a task raises an error, the other tasks stop at their next yield, and the error is raised
        here. Closing this iterator stops the tasks too. Neither waits for running tasks, which may
        take long; the next call uses new threads then.

        Args:
            tasks: Each returns an iterator, which runs on one thread.
            at_once: How many tasks run at once, at most the number of threads.
            ask_more: Returns further tasks, when a thread would have none.

        Yields:
            The values of all iterators as they come, except None.
        """
        answers: queue.SimpleQueue[_Answer[T]] = queue.SimpleQueue()
        remaining = deque(tasks)
        closing = threading.Event()
        running = 0
        try:
            while True:
                policy = keras.config.dtype_policy()
                for _ in range(min(at_once - running, len(remaining))):
                    self._pool.submit(_run, remaining, answers, closing, policy)
                    running += 1
                if not running:
                    return
                answer, error = answers.get()
                if error is not None:
                    raise error
                if answer is not None:
                    yield answer
                    continue
                running -= 1
                if not remaining:
                    remaining.extend(ask_more())
        finally:
            closing.set()
            if running:
                self._pool.shutdown(wait=False)
                self._pool = self._make_pool()


@contextmanager
def open_pool(threads: int) -> Iterator[Executor]:
    """Give an executor for the parts of blocks, whose end does not wait for an epoch's."""
    pool = ThreadPoolExecutor(
        threads,
        thread_name_prefix="part",
        initializer=keras.config.set_dtype_policy,  # which Keras keeps for each thread
        initargs=(keras.config.dtype_policy(),),
    )
    try:
        yield pool
    finally:  # an interrupt does not wait either
        pool.shutdown(wait=False, cancel_futures=True)


def _run(
    tasks: deque[_Task[T]],
    answers: "queue.SimpleQueue[_Answer[T]]",
    closing: threading.Event,
    policy: keras.DTypePolicy,
) -> None:
    """Run tasks on one thread until there are no more.

    Args:
        tasks: Shared by all threads, each of which takes the next.
        answers: Gets each value except None, then `(None, None)`; or an error.
        closing: Ends the run at the next value of a task.
        policy: Keras's float types, which it keeps for each thread.
    """
    keras.config.set_dtype_policy(policy)
    try:
        while (task := _take(tasks)) is not None:
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


def _take(tasks: deque[_Task[T]]) -> _Task[T] | None:
    try:
        return tasks.popleft()
    except IndexError:  # another thread has taken the last one
        return None
