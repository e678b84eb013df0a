"""The interface through which a search asks any oracle for trials, and tells it their results."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

import keras_tuner

from tuner.scoring import add_keras_names, find_by_keras_name
from tuner.space import Value
from tuner.training import Job, TrialResult

__all__ = ["SearchOracle"]


class SearchOracle(ABC):
    """An oracle as the search loop uses it: ask for a trial, train it, tell its result.

    A KerasTuner oracle keeps the trials: KerasTuner's trials hold the hyperparameters that a
    hypermodel builds a network from, and those that it declares while it trains.

    Attributes:
        adaptive: Whether results change the proposals. An adaptive oracle declines while it waits
            for results, so it decides how many trials run at once. For other oracles the trainer
            decides.
        races: Whether trials that are clearly beaten may end early.
        exhausted: Whether the oracle has proposed every configuration.
    """

    adaptive = False
    races = True
    exhausted = False

    def __init__(self) -> None:
        self._running: dict[int, Any] = {}  # KerasTuner's trials by number

    @property
    @abstractmethod
    def keras_tuner_oracle(self) -> keras_tuner.Oracle:
        """The KerasTuner oracle that keeps the trials."""

    @abstractmethod
    def resume(
        self,
        proposed: Mapping[int, dict[str, Value]],
        ended: Iterable[TrialResult],
        *,
        planned_trials: int,
        max_trials: int,
    ) -> list[Job]:
        """Restore the trials of an interrupted search; return those that have not ended.

        Args:
            proposed: Hyperparameters by trial number, in the order of the numbers. For a trial that
                ended, those that it ended with.
            ended: The results of the trials that ended, in the order in which they did.
            planned_trials: The most trials with which the study was created.
            max_trials: The most trials of this search.

        Raises:
            StudyError: The oracle cannot resume a study that has trials.
        """

    def ask(self) -> Job | None:
        """Return the next trial to train; None if the oracle waits for results or has ended."""
        number = self._start_trial()
        return None if number is None else self._make_job(number)

    def tell(self, result: TrialResult) -> None:
        """Report the result of a trial that `ask` or `resume` returned.

        The scores of a pruned trial count, as those of the epochs that it trained.
        """
        oracle, trial = self.keras_tuner_oracle, self._running.pop(result.trial)
        if result.status == "failed":
            trial.status, trial.message = "FAILED", result.reason
        else:
            metrics = oracle.trials[trial.trial_id].metrics
            scores = add_keras_names(result.scores, oracle.objective.name)
            for name in scores:
                # KerasTuner would build a Keras metric to infer its direction, for 5 ms each
                known = find_by_keras_name(name)
                if known is not None and not metrics.exists(name):
                    metrics.register(name, known.direction)
            step = max(result.epoch - 1, 0)  # KerasTuner counts from 0
            oracle.update_trial(trial.trial_id, scores, step=step)
            trial.status = "COMPLETED"
        oracle.end_trial(trial)

    def leave_out(self, trial: int) -> None:
        """Go on without a trial that `ask` or `resume` returned; it counts as none."""
        oracle, left = self.keras_tuner_oracle, self._running.pop(trial)
        left.status, left.message = "FAILED", "no time was left for it"
        if oracle.max_trials is not None:
            oracle.max_trials += 1
        oracle.end_trial(left)

    def _start_trial(self) -> int | None:
        """Create a trial and return its number; None if the oracle proposes no trial now."""
        oracle = self.keras_tuner_oracle
        # each trial is asked for by a KerasTuner worker of its own, so that many run at once
        trial = oracle.create_trial(f"place-{len(oracle.trials)}")
        if trial.status != "RUNNING":
            return None
        number = int(trial.trial_id)
        self._running[number] = trial
        return number

    def _make_job(self, number: int) -> Job:
        return Job(number, self._running[number].hyperparameters, self.choose_epochs(number))

    def choose_epochs(self, trial: int) -> int | None:
        """Return the most epochs of a proposed trial; None for those of the search."""
        return None
