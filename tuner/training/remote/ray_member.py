"""One worker of a crew of Ray: how it is started, and why it is lost."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tuner.machine.memory import count_cores
from tuner.training.remote.messages import LostWorker, WorkerFacts

__all__ = ["CrewMember", "describe_lost_worker", "start_member"]

_HOST = re.compile(r"\bip=([^\s,)]+)")  # as Ray names the machine of a worker that raised


@dataclass(slots=True, eq=False)
class CrewMember:
    """A worker.

    Attributes:
        number: Its number, from 1.
        actor: Ray's handle.
        call: The answer that it owes; None if it owes none.
        silent: For how many seconds the search has listened for it in vain.
        facts: What it said of itself; None until it is ready.
        trains: Whether it has a unit.
    """

    number: int
    actor: Any
    call: Any
    silent: float = 0.0
    facts: WorkerFacts | None = None
    trains: bool = False

    @property
    def name(self) -> str:
        """How people know the worker."""
        return f"worker {self.number}" + (f" on {self.facts.host}" if self.facts else "")

    @property
    def is_idle(self) -> bool:
        """Whether it is ready, and has nothing to train."""
        return self.facts is not None and not self.trains


def start_member(number: int, trainer: str, gpus: int) -> CrewMember:
    """Ask Ray for a worker, and the worker for what it says of itself when it is ready.

    Args:
        number: The number of the worker.
        trainer: The name of the trainer.
        gpus: How many GPUs it has.
    """
    import ray

    from tuner.training.remote.ray_worker import RayWorker

    kind = ray.remote(num_cpus=1, num_gpus=gpus, max_restarts=0, max_task_retries=0)(RayWorker)
    actor = kind.remote(trainer, 1, _choose_environment(trainer))
    return CrewMember(number, actor, actor.describe.remote())


def _choose_environment(trainer: str) -> Mapping[str, str]:
    """Return the variables of this process that decide TensorFlow's numbers and threads.

    The trainer `fit` splits a product over all cores of a process, which may change the last bits.
    So its workers have as many threads as this process.
    """
    names = [name for name in os.environ if name.startswith(("TF_", "XLA_"))]
    taken = {name: os.environ[name] for name in names if name != "TF_CONFIG"}
    usual = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    if trainer == "fit":
        usual["TF_NUM_INTRAOP_THREADS"] = str(count_cores())
    return {**usual, **taken}


def describe_lost_worker(error: Exception) -> LostWorker:
    """Return why a worker is lost, in a few words."""
    text = str(error)
    if "running low on memory" in text:
        return LostWorker("its machine ran out of memory", out_of_memory=True)
    if "its node has died" in text or "node was terminated" in text:
        return LostWorker("its node is gone", with_node=True)
    if "worker process has died" in text or "worker died" in text:
        return LostWorker("its process died")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    host = _HOST.search(text)
    return LostWorker(
        (lines[-1][:200] if lines else type(error).__name__) + (f", on {host[1]}" if host else "")
    )
