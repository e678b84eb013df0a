"""The loop of a search: ask for trials, train, settle, record and tell them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import keras_tuner

from tuner.errors import SearchFailed, StudyError
from tuner.problem import Problem
from tuner.search.clock import Clock
from tuner.search.end_reasons import describe_end, describe_failure
from tuner.search.end_rules import EndRules
from tuner.search.oracles import SearchOracle
from tuner.search.proposals import make_proposals
from tuner.search.race_driver import RaceDriver
from tuner.search.recorder import Recorder
from tuner.search.trial_seconds import TrialSeconds
from tuner.study import EventKind, SearchEnd, SearchSettings, TrialRecord
from tuner.training import Job, Plan, Trainer, TrialResult
from tuner.training.race import Settled

__all__ = ["SearchLoop"]


class SearchLoop:
    """Searches one problem and writes one study; it runs once.

    Args:
        oracle: Proposes the trials, and learns their results.
        trainer: Trains them.
        hypermodel: Builds their networks.
        problem: The rows and folds on which they are trained.
        plan: How they are trained.
        settings: The search settings.
        recorder: Writes the study, and tells the listeners.
        clock: The time limit.
        end_rules: Say when to look whether to end, and whether it does.
    """

    def __init__(  # noqa: PLR0913  (all parts of a search meet here)
        self,
        oracle: SearchOracle,
        trainer: Trainer,
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
        settings: SearchSettings,
        recorder: Recorder,
        clock: Clock,
        end_rules: EndRules,
    ) -> None:
        self._oracle = oracle
        self._trainer = trainer
        self._hypermodel = hypermodel
        self._problem = problem
        self._plan = plan
        self._settings = settings
        self._recorder = recorder
        self._clock = clock
        self._end_rules = end_rules
        fold_rows = [len(fold.train) for fold in problem.folds]
        self._seconds = TrialSeconds(hypermodel, plan.epochs, fold_rows)
        self._proposals = make_proposals(
            oracle, self._seconds, clock, recorder, at_once=trainer.at_once
        )
        self._race = RaceDriver(settings, oracle, hypermodel)
        # only the study has all that ended, since there may be very many
        self._ended: Counter[str] = Counter()  # by status
        self._jobs: dict[int, Job] = {}  # proposed and not recorded, by trial number
        self._unfinished: list[Job] = []  # of an interrupted search, to be trained first
        self._most_trials = 0  # that may begin before the next look
        self._left_out: set[int] = set()  # trials for which no time was left

    def run(self) -> SearchEnd:
        """Search until there are enough trials, the oracle has no more, or the time is up.

        It also ends when one of the rules says so, as when the question of the space is answered.

        Returns:
            Why the search ended.

        Raises:
            StudyError: The oracle cannot resume a study that has trials.
            SearchFailed: No trial was completed.
        """
        self._recorder.announce_begin()
        self._resume()
        while jobs := self._ask():
            for result in self._train(jobs):
                self._recorder.announce_trained(result.trial)
                for settled in self._race.settle(result):
                    self._tell(self._record(settled))
        for settled in self._race.close():
            self._tell(self._record(settled))
        end = describe_end(
            self._ended.total(),
            self._settings,
            clock=self._clock,
            oracle=self._oracle,
            ended_by=self._end_rules.end,
            running=bool(self._jobs),
        )
        end = replace(end, adds_networks_on_all_rows=self._clock.adds_networks_on_all_rows)
        self._recorder.announce_end(end.sentence)
        if not self._ended["completed"]:
            raise SearchFailed(describe_failure(self._recorder.study.read_trials()))
        return end

    def _resume(self) -> None:
        """Replay the journal: restore the finished trials, and queue the unfinished ones."""
        study = self._recorder.study
        ended: dict[int, TrialRecord] = {}
        for record in study.read_trials():
            self._end_rules.add(record)
            self._clock.recall(record.result)
            self._ended[record.result.status] += 1
            ended[record.trial] = record.brief
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
        unfinished = self._oracle.resume(
            proposed,
            [record.result for record in ended.values()],
            planned_trials=study.record.settings.max_trials,
            max_trials=self._settings.max_trials,
        )
        self._jobs = {job.trial: job for job in unfinished}
        room = max(self._settings.max_trials - self._ended.total(), 0)
        self._unfinished = unfinished[:room]
        self._left_out.update(job.trial for job in unfinished[room:])

    def _ask(self) -> list[Job]:
        """Return the trials to train next: the unfinished ones, then new proposals.

        The first cohort is trained even if the time is up, so that there is a trial to pick.
        """
        if self._ended.total() and self._clock.is_over():
            return []
        jobs, self._unfinished = self._unfinished, []
        if not jobs and self._end_rules.check():
            return []
        most, ended = self._settings.max_trials, self._ended.total()
        next_look = self._end_rules.find_next(ended)
        self._most_trials = most if next_look is None else min(most, next_look)
        room = self._most_trials - ended - len(jobs)
        if self._proposals.are_limited:  # others follow while these train
            room = min(room, self._trainer.at_once - len(jobs))
        elif not self._oracle.adaptive:  # the size of a cohort changes no result
            room = min(room, self._limit_cohort() - len(jobs))
        jobs = self._extend(jobs, room)
        if not jobs and not self._ended.total() and (job := self._proposals.insist()):
            jobs = [self._note_proposal(job)]
        return jobs

    def _ask_more(self) -> list[Job]:
        """Return further trials while others train; none if what these come to may matter.

        With a time limit a trial follows as soon as a worker is free.
        """
        if self._clock.is_over():
            return []
        running = len(self._list_running())
        room = self._most_trials - self._ended.total() - running
        if self._proposals.are_limited:
            running += self._proposals.screened_now
            return self._extend([], min(room, self._trainer.at_once - running))
        if self._oracle.adaptive:
            return []
        return self._extend([], min(room, self._limit_cohort()))

    def _list_running(self) -> list[Job]:
        """Return the proposed trials that are to end in this search."""
        return [job for trial, job in self._jobs.items() if trial not in self._left_out]

    def _limit_cohort(self) -> int:
        """Return the most trials of a cohort whose size changes no result."""
        return self._clock.limit_cohort(self._trainer.choose_cohort_size(self._problem))

    def _extend(self, jobs: list[Job], most: int) -> list[Job]:
        """Add proposals to the jobs of a cohort, at most so many, and return it."""
        for _ in range(most):
            if jobs and self._clock.is_up():  # a model's proposals take seconds
                break
            job = self._proposals.propose()
            if job is None:
                break
            jobs.append(self._note_proposal(job))
        return jobs

    def _note_proposal(self, job: Job) -> Job:
        """Write a proposed trial to the study, and return it."""
        if job.is_trial:
            self._jobs[job.trial] = job
            self._recorder.record_proposal(job)
        return job

    def _train(self, jobs: Sequence[Job]) -> Iterator[TrialResult]:
        """Train the trials of a cohort, and those that follow, and yield each as it ends."""
        waiting = {job.trial for job in jobs}

        def ask_more() -> list[Job]:
            further = self._ask_more()
            waiting.update(job.trial for job in further)
            return further

        hooks = replace(
            self._plan.hooks,
            race=self._race.race,
            time_is_up=self._clock.is_up,
            begin=self._begin,
            ask_more=ask_more,
            on_epoch=self._add_epoch,
        )
        plan = replace(self._plan, hooks=hooks)
        for result in self._trainer.train(jobs, self._hypermodel, problem=self._problem, plan=plan):
            waiting.discard(result.trial)
            if not self._proposals.take_screened(result):
                yield result
        for trial in sorted(waiting):
            if self._proposals.leave_out(trial):
                self._left_out.add(trial)

    def _begin(self, job: Job) -> bool:
        """Note that a trial is to begin; return whether it can end in time, as it was to."""
        seconds = self._seconds.estimate_job(job)
        self._seconds.begin(job)
        has_time = self._clock.has_time_for(seconds)
        if not has_time and job.is_trial:
            self._left_out.add(job.trial)
        return has_time

    def _add_epoch(self, trial: int, epoch: int) -> None:
        self._seconds.add_epoch(trial, epoch)
        if trial in self._jobs:
            self._recorder.announce_epoch(trial, epoch)

    def _record(self, settled: Settled) -> TrialRecord:
        """Write a trial to the study, before anything else learns of it."""
        record = self._recorder.record_trial(self._jobs.pop(settled.result.trial), settled)
        self._ended[record.result.status] += 1
        return record

    def _tell(self, record: TrialRecord) -> None:
        """Tell a recorded trial to all that learns from it, and to the listeners."""
        self._clock.add(
            record.result,
            lambda: self._seconds.estimate_longest(self._list_running()),
        )
        self._end_rules.add(record)
        self._oracle.tell(record.result)
        self._recorder.announce_trial(record)
