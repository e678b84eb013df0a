"""The loop of a search: ask for trials, train, settle, record and tell them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import keras_tuner

from tuner.errors import SearchFailed, StudyError
from tuner.problem import Problem
from tuner.search.clock import Clock
from tuner.search.end_reasons import describe_end, describe_failure
from tuner.search.looks import Looks
from tuner.search.oracles import SearchOracle
from tuner.search.race_driver import RaceDriver
from tuner.search.recorder import Recorder
from tuner.search.trial_seconds import TrialSeconds
from tuner.study import EventKind, SearchEnd, SearchSettings, TrialRecord
from tuner.training import Job, Trainer, TrialResult
from tuner.training.race import Settled

__all__ = ["SearchLoop"]


class SearchLoop:
    """Searches one problem and writes one study; it runs once.

    Args:
        oracle: Proposes the trials, and learns their results.
        trainer: Trains them.
        hypermodel: Builds their networks.
        problem: The rows and folds on which they are trained.
        settings: The search settings.
        recorder: Writes the study, and tells the listeners.

    Attributes:
        records: The finished trials, in the order in which they ended.
        plan: How trials are trained; it can be changed before `run`.
    """

    def __init__(
        self,
        oracle: SearchOracle,
        trainer: Trainer,
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        settings: SearchSettings,
        recorder: Recorder,
    ) -> None:
        self.records: list[TrialRecord] = []
        self._oracle = oracle
        self._trainer = trainer
        self._hypermodel = hypermodel
        self._problem = problem
        self._settings = settings
        self.plan = settings.plan
        self._recorder = recorder
        self._seconds = TrialSeconds(hypermodel, self.plan.epochs)
        self._race = RaceDriver(settings, oracle, hypermodel)
        self._jobs: dict[int, Job] = {}  # proposed and not recorded, by trial number
        self._unfinished: list[Job] = []  # of an interrupted search, to be trained first

    def run(self, clock: Clock, looks: Looks) -> SearchEnd:
        """Search until there are enough trials, the oracle has no more, or the time is up.

        It also ends when a look says that the question of the space is answered, or that further
        trials would take long.

        Args:
            clock: The time limit.
            looks: Says when to look, and what it sees.

        Returns:
            Why the search ended.

        Raises:
            StudyError: The oracle cannot resume a study that has trials.
            SearchFailed: No trial was completed.
        """
        self._recorder.announce_begin()
        self._resume()
        while jobs := self._ask(clock, looks):
            for result in self._train(jobs, clock):
                self._recorder.announce_trained(result.trial)
                for settled in self._race.settle(result):
                    self._tell(self._record(settled), clock)
        for settled in self._race.close():
            self._tell(self._record(settled), clock)
        end = describe_end(
            self.records,
            self._settings,
            clock=clock,
            oracle=self._oracle,
            looked=looks.end,
            running=bool(self._jobs),
        )
        self._recorder.announce_end(end.sentence)
        if not any(record.completed for record in self.records):
            raise SearchFailed(describe_failure(self.records))
        return end

    def _resume(self) -> None:
        """Replay the journal: restore the finished trials, and queue the unfinished ones."""
        study = self._recorder.study
        ended = {record.trial: record for record in study.read_trials()}
        self.records += ended.values()
        self._recorder.recall(ended.values())
        proposed = {
            event["trial"]: event["hyperparameters"]
            for event in study.journal.read(EventKind.PROPOSED)
        }
        # a custom hypermodel may have declared more hyperparameters while it trained
        proposed |= {number: record.hyperparameters for number, record in ended.items()}
        if sorted(proposed) != list(range(len(proposed))):
            raise StudyError(
                f"journal {study.journal.path} lacks a trial before trial {max(proposed)}; restore "
                "the file from a copy"
            )
        proposed = dict(sorted(proposed.items()))
        for number in ended:
            self._race.recall(number, study.arrays.read_leads(number))
        self._unfinished = self._oracle.resume(
            proposed,
            [record.result for record in self.records],
            planned_trials=study.record.settings.max_trials,
            max_trials=self._settings.max_trials,
        )
        self._jobs = {job.trial: job for job in self._unfinished}

    def _ask(self, clock: Clock, looks: Looks) -> list[Job]:
        """Return the trials to train next: the unfinished ones, then new proposals.

        The first cohort is trained even if the time is up, so that there is a trial to pick.
        """
        if self.records and clock.is_over():
            return []
        jobs, self._unfinished = self._unfinished, []
        if not jobs and looks.look(self.records):
            return []
        started = len(self.records) + len(jobs)
        until_look = looks.limit(started=started, ended=len(self.records))
        room = self._settings.max_trials - started
        if until_look is not None:
            room = min(room, until_look)
        if not self._oracle.adaptive:  # the size of a cohort changes no result
            cohort = clock.limit_cohort(self._trainer.choose_cohort_size(self._problem))
            room = min(room, cohort - len(jobs))
        for _ in range(room):
            if jobs and clock.is_up():  # a model's proposals take seconds
                break
            job = self._oracle.ask()
            if job is None:
                break
            self._jobs[job.trial] = job
            self._recorder.record_proposal(job)
            jobs.append(job)
        return jobs

    def _train(self, jobs: Sequence[Job], clock: Clock) -> Iterator[TrialResult]:
        """Train the trials of a cohort, and yield each as it ends."""
        plan = replace(
            self.plan,
            race=self._race.race,
            time_is_up=clock.is_up,
            has_time=partial(self._has_time, clock),
            on_epoch=self._add_epoch,
        )
        return self._trainer.train(jobs, self._hypermodel, problem=self._problem, plan=plan)

    def _has_time(self, clock: Clock, job: Job) -> bool:
        return clock.has_time_for(self._seconds.estimate(job))

    def _add_epoch(self, trial: int, epoch: int) -> None:
        self._seconds.add_epoch(trial, epoch)
        self._recorder.announce_epoch(trial, epoch)

    def _record(self, settled: Settled) -> TrialRecord:
        """Write a trial to the study, before anything else learns of it."""
        record = self._recorder.record_trial(self._jobs.pop(settled.result.trial), settled)
        self.records.append(record)
        return record

    def _tell(self, record: TrialRecord, clock: Clock) -> None:
        """Tell a recorded trial to the clock, the oracle and the listeners."""
        clock.add(record.result)
        self._oracle.tell(record.result)
        self._recorder.announce_trial(record)
