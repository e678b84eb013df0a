"""The final training: the networks of each trial on all training rows, side by side."""

from collections import ChainMap, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
import tensorflow as tf

from tuner.problem import Problem
from tuner.training.lanes.block import LaneBlock
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.interfaces import LaneTrial
from tuner.training.lanes.machine import Machine
from tuner.training.lanes.programs import Programs
from tuner.training.lanes.threads import Threads, open_pool
from tuner.training.plan import FinalJob, Plan

__all__ = ["train_final_lanes"]

_Variables = list[np.ndarray]  # of a lane
_Trained = Iterator[dict[int, _Variables] | None]  # by the id of a network's job; None after epochs


def train_final_lanes(
    final_jobs: Sequence[FinalJob],
    trials: Mapping[int, LaneTrial],
    *,
    problem: Problem,
    plan: Plan,
    machine: Machine,
    threads: Threads,
) -> list[_Variables]:
    """Return the values of the variables of each network.

    The networks of a trial train as those of its folds do, by the same program. Trials train on
    threads, so that an interrupt does not wait for an epoch to end.

    Args:
        final_jobs: The networks.
        trials: The trials by number.
        problem: The rows.
        plan: The objective and the seed.
        machine: Decides how many trials train at once.
        threads: Train the trials.
    """
    # one more, for a network that would be alone
    programs = Programs(LaneData(problem.merge_folds(range(len(final_jobs) + 1))), machine)
    blocks: dict[tuple[int, int], list[FinalJob]] = defaultdict(list)
    for final in final_jobs:
        blocks[final.job.trial, final.epochs].append(final)
    at_once = min(machine.threads, len(blocks))
    with open_pool(machine.threads) as pool:
        cores = (pool, machine.threads // at_once)
        training = _FinalTraining(trials, problem, plan, programs, cores)
        tasks = [partial(training.train_whole_or_halved, block) for block in blocks.values()]
        trained = ChainMap(*threads.run_side_by_side(tasks, at_once=at_once))
    return [trained[id(final)] for final in final_jobs]


@dataclass(frozen=True, slots=True)
class _FinalTraining:
    """Trains networks of one trial and number of epochs side by side.

    Attributes:
        trials: The trials by number.
        problem: The rows.
        plan: The objective and the seed.
        programs: Finds the programs for these rows.
        cores: As `LaneBlock` takes them.
    """

    trials: Mapping[int, LaneTrial]
    problem: Problem
    plan: Plan
    programs: Programs
    cores: tuple[Executor, int]

    def train_whole_or_halved(self, block: Sequence[FinalJob]) -> _Trained:
        """Train networks; if memory runs out, train them in two halves."""
        try:
            yield from self._train(block)
            return
        except tf.errors.ResourceExhaustedError:
            if len(block) == 1:
                raise
        half = (len(block) + 1) // 2
        for part in (block[:half], block[half:]):
            yield from self.train_whole_or_halved(part)

    def _train(self, block: Sequence[FinalJob]) -> _Trained:
        trial, epochs = self.trials[block[0].job.trial], block[0].epochs
        program = self.programs.find(trial.shape)
        networks = [final.network for final in block]
        if not program.alone:  # a network that trains by itself would be rounded differently
            networks += range(networks[-1] + 1, networks[-1] + 1 + program.least_lanes - len(block))
        lanes = LaneBlock(
            [trial],
            program,
            data=self.programs.data,
            problem=self.problem.merge_folds(networks),
            plan=self.plan,
            cores=self.cores,
        )
        for values in lanes.train_epochs(epochs):
            yield None if values is None else dict(zip(map(id, block), values, strict=False))
