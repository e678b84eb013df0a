"""A cohort that workers train: what they tell of its trials, and what they are told."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from tuner.problem import Problem
from tuner.training import TRAINERS
from tuner.training.fold_networks import FoldValues, MakeNetwork
from tuner.training.plan import Job, Plan
from tuner.training.processor import describe_processor
from tuner.training.remote.crew import Crew, Gone
from tuner.training.remote.messages import LostWorker, Orders, SentNetworks, Standing, WorkerReport
from tuner.training.remote.work import Work
from tuner.training.result import Snapshot, TrialResult
from tuner.training.trainer import Trainer
from tuner.words import count_noun

if TYPE_CHECKING:
    import keras
    import keras_tuner

__all__ = ["RemoteCohort"]


@dataclass(slots=True)
class RemoteCohort:
    """Takes what workers tell of the trials of a cohort, and says what they should know.

    Attributes:
        work: Its units.
        crew: The workers.
        inner: Trains in this process what was lost with a worker.
        hypermodel: Builds the networks.
        problem: The rows and folds.
        plan: How trials are trained.
    """

    work: Work
    crew: Crew
    inner: Trainer
    hypermodel: keras_tuner.HyperModel
    problem: Problem
    plan: Plan
    # epochs of the last rung that the race knows, by trial
    _reached: dict[int, int] = field(default_factory=dict)

    def give_orders(self, worker: Hashable) -> Orders:
        """Return what a worker should know of its trials."""
        race, trials = self.plan.hooks.race, self.work.list_trials(worker)
        beaten = frozenset(trial for trial in trials if race is not None and race.is_beaten(trial))
        return Orders(beaten, self.plan.hooks.time_is_up())

    def take(self, worker: Hashable, news: WorkerReport | LostWorker) -> Iterator[TrialResult]:
        """Take what a worker tells, or that it is lost.

        Yields:
            The results of trials that ended.
        """
        if isinstance(news, LostWorker):
            yield from self._take_lost(worker, news)
            return
        for note in news.notes:
            self.plan.hooks.on_note(note)
        for trial, epoch in news.epochs.items():
            self.plan.hooks.on_epoch(trial, epoch)
        for standing in news.standings:
            self._reach(worker, standing)
        for trial, declared in news.declared.items():
            hyperparameters = self.work.find_job(worker, trial).hyperparameters
            hyperparameters.merge(declared, overwrite=False)
            hyperparameters.values.update(declared.values)
        for trial, networks in news.networks.items():
            self._keep_networks(self.work.find_job(worker, trial), networks)
        for result in news.results:
            self.work.end(worker, result.trial)
            self._reached.pop(result.trial, None)
            yield result
        if news.error is not None:
            raise news.error
        if news.over:
            left = self.work.free(worker)
            if left and not self.plan.hooks.time_is_up():
                raise RuntimeError(f"a worker ended its unit without trials {left}")

    def _take_lost(self, worker: Hashable, lost: LostWorker) -> Iterator[TrialResult]:
        trials = self.work.list_trials(worker)
        failures = self.work.give_back(worker, lost)
        again = sorted({*trials} - {failure.trial for failure in failures})
        what = f"; {count_noun(len(again), 'trial')} of it will be trained again" if again else ""
        name = self.crew.name(worker)
        self.plan.hooks.on_note(f"{name} was lost ({lost.reason}){what}")
        yield from failures

    def _keep_networks(self, job: Job, sent: SentNetworks) -> None:
        """Bring networks of folds, if they are among the best; else they stay where they are."""
        kept = self.plan.hooks.fold_networks
        if kept is None or not kept.has_place(sent.score, sent.nbytes):
            return
        try:
            fetched = self.crew.fetch(sent.folds)
        except Gone:  # they are trained again if they are exported
            return
        folds = [[np.array(values) for values in fold] for fold in fetched]  # not in Ray's store

        @cache
        def prepare() -> MakeNetwork:
            own = self.inner
            trainer = own if own.name == sent.trainer else TRAINERS[sent.trainer]()
            plan = self.plan.detach()
            return trainer.prepare_fold_networks(
                job, self.hypermodel, problem=self.problem, plan=plan
            )

        def make_network(fold: int, values: FoldValues) -> keras.Model:
            return prepare()(fold, values)

        kept.keep(job.trial, sent.score, folds, make_network, trainer=sent.trainer)

    def _reach(self, worker: Hashable, standing: Standing) -> None:
        """Report a rung to the race, unless an earlier worker of the trial has done so."""
        epochs, race = len(standing.scores), self.plan.hooks.race
        if race is None or epochs <= self._reached.get(standing.trial, 0):
            return
        self._reached[standing.trial] = epochs
        job = self.work.find_job(worker, standing.trial)
        race.reach(
            standing.trial,
            standing.scores,
            standing.values,
            lambda: self._make_result(job, standing),
        )

    def _make_result(self, job: Job, standing: Standing) -> TrialResult:
        """Return the result at a rung; train the trial again if its worker took it along."""
        try:
            result = self.crew.fetch(standing.result)
        except Gone:
            return self._train_again(replace(job, epochs=len(standing.scores)))
        if standing.scored:
            return result
        return Snapshot(result, self.problem, self.plan.objective)()

    def _train_again(self, job: Job) -> TrialResult:
        plan = self.plan.detach()
        (result,) = self.inner.train([job], self.hypermodel, problem=self.problem, plan=plan)
        return replace(result, status="pruned", processor=describe_processor())
