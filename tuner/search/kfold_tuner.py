"""`KFoldTuner`: a `keras_tuner.Tuner` that scores each trial by k-fold cross-validation."""

import shutil
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.errors import SearchFailed, StudyError, UserError
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES
from tuner.search.arrays import LabelledRows
from tuner.search.clock import Clock
from tuner.search.oracles import ORACLES, StudyOracle, check_foreign, configuration_key
from tuner.space import Space, Value, from_keras_tuner
from tuner.study import (
    EventKind,
    Listener,
    SearchSettings,
    Study,
    StudyRecord,
    TrialRecord,
    find_free_name,
    list_versions,
)
from tuner.training import TRAINERS, FinalJob, Job, TrialResult
from tuner.training.race import Leads, Race, Settled
from tuner.training.race_rule import choose_rungs

__all__ = ["KFoldTuner"]


class KFoldTuner(keras_tuner.Tuner):
    """Searches a hypermodel: every trial is trained on every fold, and scored on all rows.

    Args:
        hypermodel: A `keras_tuner.HyperModel` whose `build` returns a compiled softmax
            classifier with the loss `sparse_categorical_crossentropy`.
        settings: How to search; the defaults where it is None.
        oracle: A `keras_tuner.Oracle` of one's own, instead of the one that `settings` names.
        directory: The folder that holds all that searches write.
        listeners: Who is told of the search's events.

    Attributes:
        study: The study on the disk; None before the search.
        records: The finished trials, in the order in which they ended.

    Example:
        >>> tuner = KFoldTuner(MyHyperModel(), SearchSettings(max_trials=8))  # doctest: +SKIP
        >>> tuner.search(x, y)  # doctest: +SKIP
        >>> model = tuner.get_best_models()[0]  # doctest: +SKIP
    """

    def __init__(
        self,
        hypermodel: keras_tuner.HyperModel,
        settings: SearchSettings | None = None,
        *,
        oracle: keras_tuner.Oracle | None = None,
        directory: str | Path = "mlruns",
        listeners: Sequence[Listener] = (),
    ) -> None:
        self.settings = settings or SearchSettings()
        if oracle is not None:
            check_foreign(oracle)
        self.root = Path(directory)
        self.listeners = tuple(listeners)
        self.trainer = TRAINERS[self.settings.trainer]()
        self.trainer.on_note = self.note
        self.study: Study | None = None
        self.problem: Problem | None = None
        self.records: list[TrialRecord] = []
        self._running: dict[int, Any] = {}  # trial number to KerasTuner's trial
        self._unfinished: list[Job] = []  # proposed by an earlier search, and not ended
        self._race: Race | None = None
        self._clock: Clock | None = None
        # KerasTuner keeps files of its own; the study's journal takes their place.
        scratch = tempfile.mkdtemp(prefix="tuner-")
        weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)
        super().__init__(
            oracle or self._make_oracle(hypermodel),
            hypermodel,
            directory=scratch,
            project_name="keras_tuner",
        )

    def _make_oracle(self, hypermodel: keras_tuner.HyperModel) -> keras_tuner.Oracle:
        space = getattr(hypermodel, "space", None)  # a user's hypermodel may mean another thing
        return ORACLES[self.settings.oracle](
            space if isinstance(space, Space) else None,
            self.settings.plan.objective,
            max_trials=self.settings.max_trials,
            epochs=self.settings.epochs,
            seed=self.settings.seed,
        )

    def search(
        self,
        x: np.ndarray,
        y: np.ndarray,
        *,
        groups: np.ndarray | None = None,
        order: np.ndarray | None = None,
        study: str | None = None,
    ) -> None:
        """Search on rows that a network can take as they are.

        Args:
            x: Shape `(rows, …)`, numbers; not scaled here, since a user's model may do so.
            y: The class of each row, shape `(rows,)`, numbers or words.
            groups: What group each row is of, shape `(rows,)`, numbers or words: no group is on
                both sides of a split. None where each row stands for itself.
            order: What rows are ordered by, shape `(rows,)`, numbers or times: each fold is
                predicted from what comes before it. None where they are in no order.
            study: The study's name; a free one where it is None. A study that is there already,
                on the same rows and with the same settings, goes on.

        Raises:
            DataError: The arrays do not fit together, or hold values that are not finite.
            StudyError: The study of this name is another one, or is being searched.
            SearchFailed: No trial was completed.
        """
        self._refuse_second_search()
        rows = LabelledRows.of(x, y, groups=groups, order=order)
        split = self.settings.splitter.split(
            rows.y, classes=rows.classes, groups=rows.groups, order=rows.order
        )
        space = from_keras_tuner(
            self.oracle.get_space(), name=type(self.hypermodel).__name__, title=""
        )
        record = StudyRecord(
            name=study or find_free_name(f"array-{space.name}", self.root),
            space=space.name,
            title=space.title,
            definition=space.to_dict(),
            data=rows.to_dict(),
            settings=self.settings,
            split=split,
            versions=list_versions(),
        )
        problem = Problem(
            rows.x,
            rows.y,
            split.folds,
            class_weight=self.settings.class_weight,
            groups=rows.groups,
        )
        opened = Study.open_or_create(record, self.root)
        with opened.lock_search():
            opened.begin(self.settings)
            self.run(problem, opened)

    def run(
        self,
        problem: Problem,
        study: Study,
        *,
        started: float | None = None,
        export_seconds: float = 0.0,
        final_networks: int = 1,
    ) -> str:
        """Search a problem and write the study.

        Args:
            problem: Rows and folds.
            study: Where it is written; what it has already is not done again.
            started: Since when a time limit counts, by `time.monotonic`; None for now.
            export_seconds: What is left of a time limit for what follows the final training.
            final_networks: How many networks the final training may be of.

        Returns:
            Why the search ended, in one sentence.

        Raises:
            SearchFailed: No trial was completed.
        """
        self._refuse_second_search()
        self.problem, self.study = problem, study
        self._clock = Clock(
            self.settings.max_seconds,
            started=time.monotonic() if started is None else started,
            export_seconds=export_seconds,
            final_rounds=partial(self.trainer.estimate_final_rounds, final_networks),
            share=len(problem.rows) / sum(len(fold.train) for fold in problem.folds),
            objective=self.settings.plan.objective,
        )
        for listener in self.listeners:
            listener.on_study_begin(study)
        self._race = self._make_race()
        self._recall(study)
        plan = replace(self.settings.plan, race=self._race, time_is_up=self._clock.is_up)
        # one cohort is trained whatever the time, so that there is something to pick
        while (not self.records or not self._clock.is_up()) and (
            jobs := self._next_cohort(study, self._clock)
        ):
            for result in self.trainer.train(jobs, self.hypermodel, problem=problem, plan=plan):
                for settled, leads in self._settle(result):
                    self._end_trial(settled, leads, study)
        for settled, leads in self._race.close() if self._race else []:
            self._end_trial(settled, leads, study)
        sentence = self._why_ended()
        for listener in self.listeners:
            listener.on_search_end(study, sentence)
        if not any(record.completed for record in self.records):
            raise SearchFailed(self._first_failure())
        return sentence

    def _make_race(self) -> Race | None:
        own = isinstance(self.oracle, StudyOracle)
        if not self.settings.racing or (own and not self.oracle.races):
            return None
        return Race(choose_rungs(self.settings.epochs), self.settings.plan.objective)

    def _enter_race(self, trial: int, values: Mapping[str, Value]) -> None:
        """Let a trial race with those of the same value of what the space compares."""
        space = getattr(self.hypermodel, "space", None)
        compared = space.compare if isinstance(space, Space) else None
        if self._race and compared:
            self._race.enter(trial, values.get(compared))

    def _settle(self, result: TrialResult) -> list[Settled]:
        return self._race.settle(result) if self._race else [Settled(result, {})]

    def _recall(self, study: Study) -> None:
        """Take in what an earlier search of the study proposed and finished."""
        proposed = list(study.journal.read(EventKind.PROPOSED))
        if proposed and not isinstance(self.oracle, StudyOracle):
            raise StudyError(
                f"study {study.record.name} has trials already, and an oracle of one's own cannot "
                "take them in; give the study another name"
            )
        ended = {record.trial: record for record in study.read_trials()}
        if isinstance(self.oracle, StudyOracle):
            self.oracle.planned_trials = study.record.settings.max_trials
            self.oracle.max_trials = max(self.settings.max_trials, len(proposed))
        for event in proposed:
            number, values = event["trial"], event["hyperparameters"]
            # while it trained, a hypermodel may have asked for more than was proposed
            self.oracle.recall(number, ended[number].hyperparameters if number in ended else values)
            self._running[number] = self._ask()
            self._enter_race(number, values)
        for record in ended.values():
            self._tell_oracle(self._running.pop(record.trial), record.result)
            self.records.append(record)
            if self._race:
                self._race.recall(record.trial, study.arrays.read_leads(record.trial))
        self._unfinished = [self._job(number, trial) for number, trial in self._running.items()]

    def note(self, note: str) -> None:
        """Tell the listeners what a person should know of how the search is run."""
        for listener in self.listeners:
            listener.on_note(note)

    def _refuse_second_search(self) -> None:
        if self.study is not None:
            raise UserError(
                f"this tuner has searched study {self.study.record.name} already; make a new "
                "KFoldTuner for another search"
            )

    def _why_ended(self) -> str:
        count = len(self.records)
        trials = "1 trial" if count == 1 else f"{count} trials"
        if count > self.settings.max_trials:
            return f"the study has {trials} already, and {self.settings.max_trials} were asked for"
        if count == self.settings.max_trials:
            return f"{trials} {'was' if count == 1 else 'were'} asked for"
        if self._clock and self._clock.is_up():
            return f"{self.settings.max_seconds:g} seconds were over after {trials}"
        if getattr(self.oracle, "exhausted", False):
            tried = len({configuration_key(record.hyperparameters) for record in self.records})
            return (
                f"all {tried} configurations that the {self.settings.oracle} oracle has were tried"
            )
        return f"the oracle ended it after {trials}"

    def _first_failure(self) -> str:
        failed = [record for record in self.records if record.result.status == "failed"]
        first = min(failed, key=lambda record: record.trial, default=None)
        if first is None:
            return "no trial was completed"
        reason = f"trial {first.trial}: {first.result.reason}"
        if len(failed) == len(self.records):
            return f"every trial failed; {reason}"
        # the trials that led the race diverged, and had beaten the others before
        return f"no trial was completed; {reason}; search again with --no-racing"

    def _next_cohort(self, study: Study, clock: Clock) -> list[Job]:
        """Ask for as many trials as the oracle knows without results, and the trainer likes."""
        jobs, self._unfinished = self._unfinished, []
        room = self.settings.max_trials - len(self.records) - len(jobs)
        if not isinstance(self.oracle, StudyOracle):
            size = 1  # KerasTuner asks a stock oracle of its own for one after another
        elif self.oracle.adaptive:
            size = room  # it says itself when it waits
        else:  # the number changes no result
            assert self.problem is not None  # it is being searched
            size = clock.trials_in_time(self.trainer.cohort_size(self.problem)) - len(jobs)
        for _ in range(min(size, room)):
            if jobs and clock.is_up():  # a model's proposals take seconds
                break
            trial = self._ask()
            if trial.status != "RUNNING":
                break
            jobs.append(self._begin_trial(trial, study))
        return jobs

    def _ask(self) -> Any:
        """Return the oracle's next trial; each place in a cohort is a worker of KerasTuner's."""
        return self.oracle.create_trial(f"place-{len(self.oracle.trials)}")

    def _begin_trial(self, trial: Any, study: Study) -> Job:
        number, values = int(trial.trial_id), dict(trial.hyperparameters.values)
        self._running[number] = trial
        study.journal.append(EventKind.PROPOSED, trial=number, hyperparameters=values)
        self._enter_race(number, values)
        for listener in self.listeners:
            listener.on_trial_begin(number, values)
        return self._job(number, trial)

    def _job(self, number: int, trial: Any) -> Job:
        own = isinstance(self.oracle, StudyOracle)
        return Job(number, trial.hyperparameters, self.oracle.epochs(number) if own else None)

    def _end_trial(self, result: TrialResult, leads: Leads, study: Study) -> None:
        """Write the journal first, since it is the truth, then tell everyone."""
        trial = self._running.pop(result.trial)
        values = dict(trial.hyperparameters.values)
        derive = getattr(self.hypermodel, "derived_hyperparameters", None)
        derived = derive(values) if derive else {}
        record = TrialRecord(result.trial, values, derived, result)
        study.write_trial(record, leads)
        self.records.append(record)
        if self._clock:
            self._clock.take(result)
        self._tell_oracle(trial, result)
        for listener in self.listeners:
            listener.on_trial_end(record)

    def _tell_oracle(self, trial: Any, result: TrialResult) -> None:
        if result.status != "failed":  # of a pruned trial it learns what it came to
            metrics = self.oracle.trials[trial.trial_id].metrics
            for name in result.scores:
                # KerasTuner would build a metric of Keras to learn its direction, for 5 ms each
                if not metrics.exists(name):
                    metrics.register(name, OBJECTIVES[name].direction)
            self.oracle.update_trial(trial.trial_id, result.scores)
            trial.status = "COMPLETED"
        else:
            trial.status, trial.message = "FAILED", result.reason
        self.oracle.end_trial(trial)

    @property
    def project_dir(self) -> str:
        """The study's folder; before the search, KerasTuner's own, which is deleted at the end."""
        return str(self.study.folder if self.study else Path(self.directory) / self.project_name)

    def load_model(self, trial: Any) -> keras.Model:
        """Train a trial's network on all training rows for its epochs.

        Nothing is kept of the folds' networks: what is scored is the recipe, and this is its
        product.
        """
        assert self.problem is not None  # there is no trial before the search
        number = int(trial.trial_id)
        record = next(record for record in self.records if record.trial == number)
        final = FinalJob(Job(number, trial.hyperparameters), record.result.epoch)
        (network,) = self.trainer.train_on_all_rows(
            [final], self.hypermodel, problem=self.problem, plan=self.settings.plan
        )
        return network

    def get_best_models(self, num_models: int = 1) -> list[keras.Model]:
        """Return the networks of the best trials, trained on all training rows, best first."""
        return [self.load_model(trial) for trial in self._best_trials(num_models)]

    def get_best_hyperparameters(self, num_trials: int = 1) -> list[keras_tuner.HyperParameters]:
        """Return the hyperparameters of the best completed trials, best first."""
        return [trial.hyperparameters for trial in self._best_trials(num_trials)]

    def _best_trials(self, number: int) -> list[Any]:
        if self.problem is None:
            raise UserError("there was no search yet; call search(x, y) first")
        completed = {record.trial for record in self.records if record.completed}
        trials = self.oracle.get_best_trials(len(self.records))
        return [trial for trial in trials if int(trial.trial_id) in completed][:number]
