"""What all oracles share: a `keras_tuner.Oracle` without state of its own."""

import random
from abc import abstractmethod
from typing import Any

import keras_tuner

from tuner.scoring import Objective
from tuner.search.oracles.tried import Tried
from tuner.space import Space, Value, from_keras_tuner, to_keras_tuner

__all__ = ["StudyOracle"]


class StudyOracle(keras_tuner.Oracle):
    """The base of the oracles: never the same configuration twice, and none once all are tried.

    Attributes:
        adaptive: Whether results change what it proposes. It then says itself how many trials it
            can be asked for at once (`waits`); else they are as many as the trainer likes.
        races: Whether trials that are clearly beaten may end early.
        planned_trials: The trials that the study was begun with. What an oracle plans by their
            number stays as it is where a search goes on with more of them.

    Args:
        space: What is searched; None for what the tuner's hypermodel declares.
        objective: What is optimised.
        max_trials: Most trials.
        epochs: Most epochs of a trial.
        seed: The study's seed. KerasTuner takes 0 for "no seed"; here it is a seed like others.
    """

    adaptive = False
    races = True

    def __init__(
        self, space: Space | None, objective: Objective, *, max_trials: int, epochs: int, seed: int
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
        self.planned_trials = max_trials
        self.most_epochs = epochs
        self.study_seed = seed
        self.exhausted = False
        self._recorded: dict[int, dict[str, Value]] = {}
        self._tried = Tried(self.trials)

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
        if number in self._recorded:
            return {"status": "RUNNING", "values": self._recorded[number]}
        if self.waits(number):
            return {"status": "IDLE", "values": None}
        values = self.propose(number)
        self.exhausted = values is None
        return {"status": "STOPPED" if values is None else "RUNNING", "values": values}

    @abstractmethod
    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the active hyperparameters of a trial, or None if all were tried."""

    def waits(self, trial: int) -> bool:
        """Tell whether a trial cannot be proposed before those under way have ended.

        It follows from the trial's number and the results so far, so that a search that was
        stopped between two proposals goes on as if it had not been.
        """
        return False

    def epochs(self, trial: int) -> int | None:
        """Return the most epochs of a trial that was proposed; None for the plan's."""
        return None

    def tried(self) -> Tried:
        """Return the configurations so far."""
        if not self._tried.follows(self.trials):
            self._tried = Tried(self.trials)
        self._tried.read()
        return self._tried

    def generator(self, trial: int) -> random.Random:
        """Return the trial's own random generator."""
        return random.Random(f"{self.study_seed} {trial}")

    def save(self) -> None:
        """Write nothing: the journal is the state."""

    def get_best_trials(self, num_trials: int = 1) -> list[Any]:
        """Return the best completed trials, and never others to fill up their number."""
        trials = super().get_best_trials(max(num_trials, 1))
        return [trial for trial in trials if trial.status == "COMPLETED"][:num_trials]
