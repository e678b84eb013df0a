"""A trainer whose trials train in other processes, perhaps on other machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from tuner.problem import Problem
from tuner.training.fold_networks import MakeNetwork
from tuner.training.plan import FinalJob, Job, Plan
from tuner.training.remote.cohort import RemoteCohort
from tuner.training.remote.crew import Crew, CrewState
from tuner.training.remote.messages import Context
from tuner.training.remote.work import Work
from tuner.training.result import TrialResult
from tuner.training.trainer import Trainer

if TYPE_CHECKING:
    import keras
    import keras_tuner

__all__ = ["RemoteTrainer"]

_MOST_SHARING = 8  # workers for which a cohort is made; for more, others follow while it trains
_STATE_SECONDS = 0.2  # between two looks at what a crew does, which many workers make slow


class RemoteTrainer(Trainer):
    """Lets workers train the trials, each with a trainer like the one that it stands for.

    This process keeps the study and the race. Workers report the rungs that their trials reach, go
    on without waiting, and learn with their next report which trials are beaten. A trial's result
    does not depend on its worker, so the search is that of one machine.

    Final networks are trained in this process.

    Args:
        inner: Trains in this process, and cuts cohorts into units.
        crew: The workers.
        on_crew: Called with the state of the crew when it changes.
    """

    def __init__(self, inner: Trainer, crew: Crew, on_crew: Callable[[CrewState], None]) -> None:
        self.name = inner.name
        self.inner = inner
        self.crew = crew
        self._on_crew = on_crew
        self._context: Context | None = None
        self._told: CrewState | None = None
        self._told_at = 0.0

    def choose_cohort_size(self, problem: Problem, workers: int = 1) -> int:
        """Return how many trials of a problem this trainer should be given at once."""
        return self.inner.choose_cohort_size(problem, min(max(self.crew.size, 2), _MOST_SHARING))

    @property
    def at_once(self) -> int:
        """How many trials train side by side, one on each worker."""
        return max(self.crew.size, 1)

    def train(
        self,
        jobs: Sequence[Job],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> Iterator[TrialResult]:
        """Train the trials of a cohort on the workers, unit by unit.

        Raises:
            EngineLost: The workers are gone, and no others will come.
        """
        self._use(problem, hypermodel, plan)

        def cut(some: Sequence[Job]) -> list[list[Job]]:
            return self.inner.cut(some, hypermodel, plan=plan, workers=max(self.crew.size, 1))

        work, has_more = Work(cut(jobs)), True
        cohort = RemoteCohort(work, self.crew, self.inner, hypermodel, problem, plan)
        try:
            while not work.is_over:
                if plan.hooks.time_is_up():
                    work.drop_waiting()
                self._give_out(work, plan)
                if has_more and work.waiting < self.crew.size:
                    further = plan.hooks.ask_more()
                    has_more = bool(further)
                    work.add(cut(further))
                for worker, news in self.crew.wait(cohort.give_orders):
                    for result in cohort.take(worker, news):
                        yield result
                        has_more = True  # it may be room for one, or tell of one
        finally:
            self.crew.stop_training()
            self._tell(CrewState(lost=self.crew.lost))

    def _use(self, problem: Problem, hypermodel: keras_tuner.HyperModel, plan: Plan) -> None:
        """Tell the crew what units have in common, unless it knows."""
        import keras

        rungs = None if plan.hooks.race is None else plan.hooks.race.rungs
        sent = plan.detach()
        policy = keras.config.dtype_policy().name
        rest = (sent, rungs, policy, plan.hooks.fold_networks is not None)
        known = self._context
        if (
            known is None
            or known.problem is not problem
            or known.hypermodel is not hypermodel
            or (known.plan, known.rungs, known.policy, known.keeps_networks) != rest
        ):
            self._context = Context(problem, hypermodel, *rest)
            self.crew.use(self._context)

    def _give_out(self, work: Work, plan: Plan) -> None:
        idle = self.crew.list_idle()
        while idle and work.waiting:
            if unit := work.take(idle[0], plan.hooks.begin):
                self.crew.begin(idle.pop(0), unit)
        if time.monotonic() - self._told_at > _STATE_SECONDS:
            names = {self.crew.name(worker): trials for worker, trials in work.training.items()}
            self._tell(CrewState(names, len(idle), self.crew.starting, self.crew.lost))

    def _tell(self, state: CrewState) -> None:
        self._told_at = time.monotonic()
        if state != self._told:
            self._told = state
            self._on_crew(state)

    def train_on_all_rows(
        self,
        final_jobs: Sequence[FinalJob],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> list[keras.Model]:
        """Train networks on all training rows in this process."""
        return self.inner.train_on_all_rows(final_jobs, hypermodel, problem=problem, plan=plan)

    def prepare_fold_networks(
        self,
        job: Job,
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> MakeNetwork:
        """Return what makes networks of values that the inner trainer kept."""
        return self.inner.prepare_fold_networks(job, hypermodel, problem=problem, plan=plan)

    def estimate_fold_times(self, networks: int) -> float:
        """Return the estimated time of training networks on all rows, in times of one fold."""
        return self.inner.estimate_fold_times(networks)

    def estimate_training_again(self, seconds: Sequence[float]) -> float:
        """Return the estimated seconds of training some trials again in this process."""
        return self.inner.estimate_training_again(seconds)

    def close(self) -> None:
        """Let the workers go."""
        self.crew.close()
