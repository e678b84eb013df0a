"""What all oracles share: a `keras_tuner.Oracle` without state of its own."""

import random
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import keras_tuner

from tuner.space import Space, Value, from_keras_tuner, to_keras_tuner
from tuner.training import Objective

__all__ = ["StudyOracle", "configuration_key"]


class StudyOracle(keras_tuner.Oracle):
    """The base of the oracles: never the same configuration twice, and none once all are tried.

    Attributes:
        cohort: How many trials it is asked for at once, where their results would change what it
            proposes; None where they would not, and the trainer may have as many as it likes.

    Args:
        space: What is searched; None for what the tuner's hypermodel declares.
        objective: What is optimised.
        max_trials: Most trials.
        seed: The study's seed. KerasTuner takes 0 for "no seed"; here it is a seed like others.
    """

    cohort: int | None = None

    def __init__(
        self, space: Space | None, objective: Objective, *, max_trials: int, seed: int
    ) -> None:
        super().__init__(
            objective=keras_tuner.Objective(objective.name, objective.direction),
            max_trials=max_trials,
            hyperparameters=None if space is None else to_keras_tuner(space),
            seed=seed + 1,  # not used for proposals; KerasTuner draws a random one for 0
            max_consecutive_failed_trials=max_trials + 1,  # a failed trial does not end a search
        )
        self.verbose = 0  # KerasTuner would print a table a trial; listeners tell people
        self.given_space = space
        self.study_seed = seed
        self.exhausted = False
        self._recorded: dict[int, dict[str, Value]] = {}

    def recall(self, trial: int, values: dict[str, Value]) -> None:
        """Propose these values for a trial: an earlier search did."""
        self._recorded[trial] = values

    @property
    def space(self) -> Space:
        """What is searched; a user's hypermodel may have declared more since the last trial."""
        if self.given_space is not None:
            return self.given_space
        return from_keras_tuner(self.get_space(), name="hypermodel", title="")

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Return the next configuration in KerasTuner's form."""
        number = int(trial_id)
        values = self._recorded[number] if number in self._recorded else self.propose(number)
        self.exhausted = values is None
        if values is None:
            return {"status": "STOPPED", "values": None}
        return {"status": "RUNNING", "values": values}

    @abstractmethod
    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the active hyperparameters of a trial, or None if all were tried."""

    def tried(self) -> list[dict[str, Value]]:
        """Return the configurations so far, in the order of their trials."""
        return [dict(trial.hyperparameters.values) for trial in self.trials.values()]

    def generator(self, trial: int) -> random.Random:
        """Return the trial's own random generator."""
        return random.Random(f"{self.study_seed} {trial}")

    def save(self) -> None:
        """Write nothing: the journal is the state."""

    def get_best_trials(self, num_trials: int = 1) -> list[Any]:
        """Return the best completed trials, and never others to fill up their number."""
        trials = super().get_best_trials(max(num_trials, 1))
        return [trial for trial in trials if trial.status == "COMPLETED"][:num_trials]


def configuration_key(values: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
    """Return a configuration as something that can be looked up in a set."""
    return tuple(sorted(values.items()))
