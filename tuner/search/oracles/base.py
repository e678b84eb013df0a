"""The base class of this package's oracles: a `keras_tuner.Oracle` whose state is its trials."""

import random
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import keras_tuner
from keras_tuner.engine.hyperparameters import Fixed

from tuner.errors import UserError
from tuner.scoring import Objective
from tuner.search.oracles.declared import Declared
from tuner.search.oracles.first_trials import FirstTrials
from tuner.search.oracles.light_trials import LightHyperParameters, LightMetrics
from tuner.search.oracles.proposal_limit import ProposalLimit
from tuner.search.oracles.search_oracle import SearchOracle
from tuner.search.oracles.time_limit import TimeLimit
from tuner.search.oracles.tried_configurations import TriedConfigurations, make_key
from tuner.space import Space, Value, find_nearest_configuration, from_keras_tuner, to_keras_tuner
from tuner.training import Job, TrialResult

__all__ = ["StudyOracle"]

_MOST_WARM = 5  # trials of another study, of those that have a place in the space


class StudyOracle(keras_tuner.Oracle, SearchOracle):
    """Proposes each configuration at most once, and ends when all have been proposed.

    A subclass implements `propose`. Its proposals are a pure function of the study's seed and the
    trials so far; all else that it keeps is a cache. So a resumed search proposes the same trials.

    Attributes:
        limit: Says which configurations may be proposed, by the size of their networks and the time
            of their trials; with one that goes by time no core waits for a cohort's last. None if
            all may.
        first: The trials that the space begins with.
        planned_trials: The most trials with which the study was created. Plans that depend on the
            number of trials, such as Hyperband's brackets, stay the same if a search is resumed
            with more trials.

    Args:
        space: The search space; None to search the hyperparameters that the hypermodel declares.
        objective: The objective to optimise.
        max_trials: The most trials.
        epochs: The most epochs of a trial.
        seed: The study's seed. KerasTuner takes 0 for "no seed"; here 0 is a seed like any other.
        declared: What a person says of the hyperparameters.
    """

    def __init__(
        self,
        space: Space | None,
        objective: Objective,
        *,
        max_trials: int,
        epochs: int,
        seed: int,
        declared: Declared | None = None,
    ) -> None:
        declared = declared or Declared()
        listed = declared.hyperparameters or (None if space is None else to_keras_tuner(space))
        keras_tuner.Oracle.__init__(
            self,
            objective=keras_tuner.Objective(
                declared.objective or objective.name, objective.direction
            ),
            max_trials=max_trials,
            hyperparameters=listed,
            tune_new_entries=declared.tune_new_entries,
            allow_new_entries=declared.allow_new_entries,
            seed=seed + 1,  # not used for proposals; KerasTuner draws a random seed for 0
        )
        # KerasTuner copies them for each trial
        self.hyperparameters = LightHyperParameters.from_config(self.get_space().get_config())
        SearchOracle.__init__(self)
        self.verbose = 0  # KerasTuner would print a table for each trial; listeners report trials
        self._space = None if declared.hyperparameters else space
        self.options = declared.options
        self.limit: ProposalLimit | None = None
        self.first = FirstTrials(self, objective)
        self._warm: tuple[Mapping[str, Value], ...] = ()
        self.planned_trials = max_trials
        self.most_epochs = epochs
        self.study_seed = seed
        self._recalled: dict[int, dict[str, Value]] = {}
        self._tried = self._make_tried()

    @property
    def keras_tuner_oracle(self) -> keras_tuner.Oracle:
        """This oracle."""
        return self

    @property
    def space(self) -> Space:
        """The search space; a custom hypermodel may have declared more since the last trial."""
        if self._space is not None:
            return self._space
        return from_keras_tuner(self.get_space(), name="hypermodel", title="")

    @property
    def time_limit(self) -> TimeLimit | None:
        """The limit, if it goes by time; None without a time limit."""
        return self.limit if isinstance(self.limit, TimeLimit) else None

    def take_warm_start(self, configurations: Sequence[Mapping[str, Value]]) -> None:
        """Propose the best configurations of another study first."""
        self._warm = tuple(configurations)

    def plan_trials(self, trials: int) -> None:
        """Set the most trials of a new study."""
        self.max_trials = self.planned_trials = trials

    def update_space(self, hyperparameters: keras_tuner.HyperParameters) -> None:
        """Add the hyperparameters that a hypermodel has declared.

        Those that are not to be searched are added with their default values alone.

        Raises:
            UserError: They are not allowed.
        """
        new = [hp for hp in hyperparameters.space if not self._lists(hp)]
        if new and not self.allow_new_entries:
            names = ", ".join(dict.fromkeys(hp.name for hp in new))
            raise UserError(
                f"allow_new_entries=False: hyperparameters lacks {names}, which the hypermodel "
                "declares; add what is missing, or leave allow_new_entries out"
            )
        if not self.tune_new_entries:
            new = [Fixed(hp.name, hp.default, conditions=hp.conditions) for hp in new]
        self.hyperparameters.merge(new)

    def _lists(self, declared: Any) -> bool:
        """Return whether the space has a hyperparameter of this name and these conditions."""
        return any(
            hp.name == declared.name and hp.conditions == declared.conditions
            for hp in self.hyperparameters.space
        )

    def resume(
        self,
        proposed: Mapping[int, dict[str, Value]],
        ended: Iterable[TrialResult],
        *,
        planned_trials: int,
        max_trials: int,
    ) -> list[Job]:
        """Propose the recorded trials again, take their results, and return the unfinished."""
        self.planned_trials = planned_trials
        self.max_trials = max(max_trials, len(proposed))
        for trial, values in proposed.items():
            self.recall(trial, values)
            self._start_trial()
        for result in ended:
            self.tell(result)
        return [self._make_job(number) for number in self._running]

    def tell(self, result: TrialResult) -> None:
        """Report the result of a trial, of which only a little stays: there may be very many."""
        trial = self._running[result.trial]
        super().tell(result)
        if result.is_ended_by_clock:
            trial.message = result.reason
        trial.hyperparameters.forget_builds()
        trial.metrics = LightMetrics(trial.metrics)
        self._run_times.pop(trial.trial_id, None)  # trials are not tried again
        self.tuner_ids.clear()  # each trial has one

    def recall(self, trial: int, values: dict[str, Value]) -> None:
        """Propose these values for a trial, because an interrupted search did."""
        self._recalled[trial] = values

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Return the next configuration in KerasTuner's form."""
        number = int(trial_id)
        if number in self._recalled:
            return {"status": "RUNNING", "values": self._recalled[number]}
        if self.must_wait(number):
            return {"status": "IDLE", "values": None}
        values = self.propose(number)
        self.exhausted = values is None
        return {"status": "STOPPED" if values is None else "RUNNING", "values": values}

    @abstractmethod
    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the active hyperparameters of a trial; None if all configurations were tried."""

    def must_wait(self, trial: int) -> bool:
        """Return whether a trial cannot be proposed until running trials have ended.

        The answer depends on the trial's number and the results so far, so that a search that was
        interrupted between two proposals waits at the same trials.
        """
        return False

    def read_tried(self) -> TriedConfigurations:
        """Return the configurations of all trials so far."""
        if not self._tried.is_cache_of(self.trials):
            self._tried = self._make_tried()
        self._tried.update()
        return self._tried

    def _make_tried(self) -> TriedConfigurations:
        compared = None if self._space is None else self._space.compare
        return TriedConfigurations(self.trials, compared)

    def allows(self, values: Mapping[str, Value]) -> bool:
        """Return whether a configuration may be proposed."""
        return self.limit is None or self.limit.allows(values)

    def _adapt_warm_start(self) -> list[dict[str, Value]]:
        """Return the first five of another study that have a place in the space, as they are there.

        With more, a search on other data would take long to find out that these ask for other
        networks. With fewer it would depend on one.
        """
        adapted: dict[Any, dict[str, Value]] = {}
        space = self.space
        for number, values in enumerate(self._warm):
            rng = random.Random(f"{self.study_seed} start {number}")
            own = find_nearest_configuration(space, values, rng)
            if own is not None and (own := self._narrow_size(own)):
                adapted.setdefault(make_key(own), own)
        return list(adapted.values())[:_MOST_WARM]

    def _narrow_size(self, values: dict[str, Value]) -> dict[str, Value] | None:
        """Return a configuration, a narrower one if it is too large, or None if none is allowed."""
        time_limit = self.time_limit
        sizes = self.limit if time_limit is None else time_limit.sizes
        if sizes is None or sizes.allows(values):
            return values
        return sizes.narrow(values, self.space)

    def propose_first(self) -> dict[str, Value] | None:
        """Return the next configuration that the search begins with; None if all were tried.

        Those of a warm start come before the first trials of the space.
        """
        for values in self._adapt_warm_start():
            if values not in self.read_tried() and self.allows(values):
                return values
        return None if self._space is None else self.first.propose()

    def make_hyperparameters(self, values: Mapping[str, Value]) -> keras_tuner.HyperParameters:
        """Return a configuration as a hypermodel takes it."""
        hyperparameters = self.hyperparameters.copy()
        hyperparameters.values = dict(values)
        hyperparameters.ensure_active_values()
        return hyperparameters

    def make_generator(self, trial: int) -> random.Random:
        """Return the random generator of a trial."""
        return random.Random(f"{self.study_seed} {trial}")

    def save(self) -> None:
        """Write nothing, because the journal holds the state."""

    def _save_trial(self, trial: Any) -> None:
        """Write nothing, because the journal holds the trials."""

    def _record_values(self, trial: Any) -> None:
        """Keep no hash of the values, which only KerasTuner's own oracles read."""
        trial.hyperparameters.ensure_active_values()

    def _check_consecutive_failures(self) -> None:
        """Read no trial, because failed trials do not end a search."""

    def get_best_trials(self, num_trials: int = 1) -> list[Any]:
        """Return the best completed trials, best first.

        KerasTuner's own method fills up the list with trials that did not complete.
        """
        trials = super().get_best_trials(max(num_trials, 1))
        return [trial for trial in trials if trial.status == "COMPLETED"][:num_trials]
