"""Runs iterators on threads of their own, and gives what they yield as it comes."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["side_by_side"]

T = TypeVar("T")
_Answer = tuple[T | None, BaseException | None]


def side_by_side(tasks: Sequence[Callable[[], Iterator[T | None]]], *, workers: int) -> Iterator[T]:
    """Run tasks in their order, some at once; yield what they yield, but None, as it comes.

    A task that raises ends the others at their next None or answer, and the error is raised here;
    so does closing this iterator. Nobody waits for them: what they compute may take long.

    Args:
        tasks: Each returns an iterator, which runs on one thread.
        workers: Tasks that run at once.
    """
    answers: queue.SimpleQueue[_Answer[T]] = queue.SimpleQueue()
    closing = threading.Event()

    def run(task: Callable[[], Iterator[T | None]]) -> None:
        try:
            for answer in task():
                if closing.is_set():
                    return
                if answer is not None:
                    answers.put((answer, None))
            answers.put((None, None))
        except BaseException as error:
            answers.put((None, error))

    pool = ThreadPoolExecutor(workers, thread_name_prefix="lanes")
    try:
        for task in tasks:
            pool.submit(run, task)
        left = len(tasks)
        while left:
            answer, error = answers.get()
            if error is not None:
                raise error
            if answer is None:
                left -= 1
            else:
                yield answer
    finally:
        closing.set()
        pool.shutdown(wait=False, cancel_futures=True)
