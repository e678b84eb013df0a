"""A crew whose workers are actors of Ray, on all nodes of its cluster."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

from tuner.errors import EngineLost, UserError, one_line
from tuner.training.plan import Job
from tuner.training.remote.crew import RESUME, Crew, Gone
from tuner.training.remote.limits import Limits
from tuner.training.remote.listening import Listening
from tuner.training.remote.messages import (
    Context,
    LostWorker,
    Orders,
    Stored,
    WorkerFacts,
    WorkerReport,
)
from tuner.training.remote.ray_connection import RayConnection
from tuner.training.remote.ray_member import CrewMember, describe_lost_worker, start_member
from tuner.training.remote.ray_room import count_places, describe_lack, describe_rest
from tuner.training.remote.ray_sending import put_context
from tuner.training.remote.worker import list_worker_versions

__all__ = ["RayCrew"]

_POLLS = 200  # reports a second that this process takes at most of workers without news
_FAILED_STARTS = 3  # one after another, after which the search ends


class RayCrew(Crew):
    """As many workers as there are cores in the cluster, or GPUs if it has some.

    It follows the cluster as nodes come and go. A worker that is lost is replaced.

    Args:
        connection: The connection to the cluster, which ends with the crew.
        trainer: The name of the trainer.
        workers: How many workers. None for one a core, or one a GPU.
        limits: How long to wait.
        on_note: Told what a person should know about the cluster.
    """

    def __init__(
        self,
        connection: RayConnection,
        trainer: str,
        workers: int | None = None,
        limits: Limits | None = None,
        *,
        on_note: Callable[[str], None] = lambda note: None,
    ) -> None:
        self.lost = 0
        self._on_note = on_note
        self.limits = limits or Limits()
        self._connection = connection
        self._trainer = trainer
        self._workers = workers
        self._members: list[CrewMember] = []
        self._count = 0
        self._failed_starts = 0
        self._listening = Listening()
        self._context: Any = None
        self._tells_room = True
        self._free_at_first = connection.free  # before its own workers take it
        self._adjust()

    @property
    def size(self) -> int:
        """How many workers there are, or will soon be."""
        return min(self._choose_size(), count_places(self._connection.resources))

    @property
    def starting(self) -> int:
        """How many workers are asked for and not ready yet."""
        return sum(member.facts is None for member in self._members)

    def list_facts(self) -> list[WorkerFacts]:
        """Return what the workers that are ready said of themselves."""
        return [member.facts for member in self._members if member.facts is not None]

    def use(self, context: Context) -> None:
        """Put what units have in common into the object store."""
        self._context = self._connection.call(partial(put_context, context), self.limits.put)

    def list_idle(self) -> list[Hashable]:
        """Return the workers that are ready and have nothing to train."""
        return [member for member in self._members if member.is_idle]

    def name(self, worker: Hashable) -> str:
        """Return how people know a worker."""
        assert isinstance(worker, CrewMember)
        return worker.name

    def begin(self, worker: Hashable, jobs: Sequence[Job]) -> None:
        """Let an idle worker train a unit."""
        assert isinstance(worker, CrewMember)
        worker.call = worker.actor.begin_unit.remote([self._context], list(jobs), self.limits.rows)
        worker.silent, worker.trains = 0.0, True

    def wait(
        self, give_orders: Callable[[Hashable], Orders]
    ) -> list[tuple[Hashable, WorkerReport | LostWorker]]:
        """Wait about a second for the reports of workers that train."""
        self._tell_room()
        self._check()
        self._adjust()
        seconds = min(max(0.5, len(self._members) / _POLLS), self.limits.silence / 4)
        for member in self._members:
            if member.trains and member.call is None:
                orders = give_orders(member)
                member.call = member.actor.exchange.remote(orders, seconds)
                member.silent = 0.0
        calls = {member.call: member for member in self._members if member.call is not None}
        if not calls:
            time.sleep(0.1)
            self._listen([])
            return []
        answering = [calls[call] for call in self._connection.wait(list(calls))]
        self._listen(answering)
        news = [(member, self._read(member)) for member in answering]
        return [(member, told) for member, told in news if told is not None] + self._find_silent()

    def _listen(self, answering: Sequence[CrewMember]) -> None:
        """Count for how long each worker was silent, but for those that have answered."""
        seconds = self._listening.count(is_served=bool(self.list_facts()))
        for member in self._members:
            member.silent += seconds
        for member in answering:
            member.silent = 0.0

    def _read(self, member: CrewMember) -> WorkerReport | LostWorker | None:
        """Read the answer that a member owed; None if it told the search nothing."""
        import ray

        call, member.call = member.call, None
        try:
            answer = self._connection.get(call)
        except ray.exceptions.RayTaskError as error:
            raise RuntimeError(f"{member.name} failed: {one_line(error)}") from error
        except (ray.exceptions.RayError, TimeoutError) as error:
            return self._lose(member, describe_lost_worker(error))
        if member.facts is None:
            self._welcome(member, answer)
            return None
        assert isinstance(answer, WorkerReport)
        if answer.over:
            member.trains = False
        elif answer.silent > self.limits.stall:
            return self._lose(member, LostWorker(f"its training hung for {answer.silent:.0f} s"))
        return answer

    def _welcome(self, member: CrewMember, fields: Mapping[str, Any]) -> None:
        """Take in a worker that is ready.

        Raises:
            UserError: It has other versions than this process.
        """
        for name, here in list_worker_versions().items():
            if (there := fields["versions"].get(name)) != here:
                raise UserError(
                    f"--engine ray: the worker on {fields['host']} has {name} {there}, and this "
                    f"process {here}; install the same versions on all nodes"
                )
        member.facts = WorkerFacts(**fields)
        self._failed_starts = 0

    def _lose(self, member: CrewMember, lost: LostWorker) -> LostWorker | None:
        """Remove a member; return why it is lost, unless it had never begun to work."""
        self._remove(member)
        if member.facts is None:
            self._failed_starts += not lost.with_node
            if self._failed_starts >= _FAILED_STARTS:
                raise EngineLost(
                    f"{_FAILED_STARTS} workers of Ray, one after another, could not start "
                    f"({lost.reason}); mend that, {RESUME}"
                )
            return None
        self.lost += 1
        return lost

    def _find_silent(self) -> list[tuple[Hashable, WorkerReport | LostWorker]]:
        """Remove the members that train and have not answered for too long."""
        most = self.limits.silence
        silent = [member for member in self._members if member.trains and member.silent > most]
        news: list[tuple[Hashable, WorkerReport | LostWorker]] = []
        for member in silent:
            lost = self._lose(member, LostWorker(f"no answer for {most:.0f} s"))
            assert lost is not None  # it had begun to work
            news.append((member, lost))
        return news

    def fetch(self, kept: Any) -> Any:
        """Return what a worker may have kept in the object store."""
        import ray

        if not isinstance(kept, Stored):
            return kept
        try:
            return self._connection.get(kept.reference)
        except (ray.exceptions.RayError, TimeoutError) as error:
            raise Gone from error

    def stop_training(self) -> None:
        """Give up all units that train, without waiting for them."""
        for member in [member for member in self._members if member.trains]:
            self._remove(member)

    def close(self) -> None:
        """Let all workers go, and end the connection."""
        for member in list(self._members):
            self._remove(member)
        if not self._connection.close(self.limits.end):
            self._on_note(
                "Ray on this machine does not end; `ray stop --force` ends it, and all other "
                "clusters of this machine"
            )

    def _remove(self, member: CrewMember) -> None:
        import ray

        self._members.remove(member)
        ray.kill(member.actor)

    def _check(self) -> None:
        """Check that the head is there, and that there are workers, or soon will be.

        Raises:
            EngineLost: They are gone for too long.
        """
        gone = self._connection.look()
        if self._connection.node_gone > self.limits.head:
            what = "has ended" if math.isinf(self._connection.node_gone) else "does not answer"
            raise EngineLost(
                f"Ray on this machine {what}; start it again, {RESUME}; its last words are in "
                "/tmp/ray/session_latest/logs/raylet.out"
            )
        if gone > self.limits.head:
            raise EngineLost(
                f"Ray's head at {self._connection.head} does not answer; start Ray again, {RESUME}"
            )
        if self._listening.unserved > self.limits.nobody:
            raise EngineLost(
                f"no worker of Ray is ready after {self.limits.nobody:.0f} s; "
                f"{describe_rest(self._connection.resources, self._connection.free)}; "
                f"`ray status` shows who has them; add nodes, or wait for others, {RESUME}"
            )

    def _choose_size(self) -> int:
        """Return how many workers to ask for: a cluster may rent machines for those it lacks."""
        return self._workers or count_places(self._connection.resources)

    def _tell_room(self) -> None:
        """Say once that there is no room for all workers that were asked for."""
        if self._tells_room:
            self._tells_room = False
            lack = describe_lack(
                self._connection.resources,
                self._free_at_first,
                self._choose_size(),
                patience=self.limits.nobody,
            )
            if lack is not None:
                self._on_note(lack)

    def _adjust(self) -> None:
        """Ask for workers that are missing, and let those go that the cluster has no room for."""
        size = self._choose_size()
        for member in reversed(self._members[size:]):
            if member.facts is None:
                self._remove(member)
        # Ray's call hangs without a head, and ends this process after a minute
        if len(self._members) < size and self._connection.look(now=True) == 0.0:
            for _ in range(size - len(self._members)):
                self._count += 1
                gpus = int(self._connection.resources.get("GPU", 0) > 0)
                start = partial(start_member, self._count, self._trainer, gpus)
                self._members.append(self._connection.call(start, self.limits.head))
