"""A crew whose workers are threads of the test's own process, and can be lost at will."""

import pickle
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from tuner.training import Job
from tuner.training.remote.crew import Crew, Gone
from tuner.training.remote.messages import Context, LostWorker, Orders, WorkerReport
from tuner.training.remote.worker import Worker

__all__ = ["GONE", "ThreadCrew"]

GONE = object()


class ThreadCrew(Crew):
    """Workers that train in threads, one unit after another.

    Args:
        count: How many.
        lose: Returns why a worker is lost from its trials and its report; None if it goes on.
        keep: What a worker does with large arrays; what becomes `GONE` cannot be fetched.
    """

    def __init__(
        self,
        count: int = 2,
        lose: Callable[[list[int], WorkerReport], LostWorker | None] = lambda trials, report: None,
        keep: Callable[[Any], Any] | None = None,
    ) -> None:
        self._make = lambda: Worker("lanes", 1, {}, keep)
        self._lose = lose
        self._workers: dict[Hashable, Worker] = {n: self._make() for n in range(1, count + 1)}
        self._trains: dict[Hashable, list[int]] = {}
        self._context: Context | None = None
        self._next = count + 1
        self.lost = 0
        self.units: list[list[int]] = []
        self.contexts = 0
        self.closed = False

    @property
    def size(self) -> int:
        return len(self._workers)

    @property
    def starting(self) -> int:
        return 0

    def use(self, context: Context) -> None:
        self._context = context
        self.contexts += 1

    def list_idle(self) -> list[Hashable]:
        return [worker for worker in self._workers if worker not in self._trains]

    def name(self, worker: Hashable) -> str:
        return f"worker {worker}"

    def begin(self, worker: Hashable, jobs: Sequence[Job]) -> None:
        context = self._context
        assert context is not None
        sent = pickle.loads(pickle.dumps(list(jobs)))  # as to another process
        self._workers[worker].begin(lambda: context, sent)
        self._trains[worker] = [job.trial for job in jobs]
        self.units.append(self._trains[worker])

    def wait(
        self, give_orders: Callable[[Hashable], Orders]
    ) -> list[tuple[Hashable, WorkerReport | LostWorker]]:
        news: list[tuple[Hashable, WorkerReport | LostWorker]] = []
        for worker, trials in list(self._trains.items()):
            report = self._workers[worker].exchange(give_orders(worker), 0.05)
            lost = self._lose(trials, report)
            if lost is not None:  # and nothing of the report arrives
                self._remove(worker)
                self.lost += 1
            elif report.over:
                del self._trains[worker]
            news.append((worker, report if lost is None else lost))
            if report.over:  # one end at a time: how fast threads are decides nothing
                break
        return news

    def _remove(self, worker: Hashable) -> None:
        del self._workers[worker], self._trains[worker]
        self._workers[self._next] = self._make()
        self._next += 1

    def fetch(self, kept: Any) -> Any:
        if kept is GONE:
            raise Gone
        return kept

    def stop_training(self) -> None:
        for worker in list(self._trains):
            self._remove(worker)

    def close(self) -> None:
        self.closed = True
