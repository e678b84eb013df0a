"""Optuna's tree-structured Parzen estimator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from tuner.search.oracles.model_based import ModelBasedOracle
from tuner.search.oracles.optuna_dimension import OptunaDimension
from tuner.space import Space, Value

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

__all__ = ["TPEOracle"]


class TPEOracle(ModelBasedOracle):
    """Optuna's TPE (Bergstra et al. 2011), in its multivariate form (Falkner et al. 2018).

    TPE suggests configurations where good trials are dense and other trials are not. It draws the
    hyperparameters that are active in all trials together, and each other one by itself, from the
    trials in which it is active.

    Optuna counts a running trial among the bad ones, so that suggestions keep away from it. A
    failed trial is shown to Optuna as one that never ends.
    """

    _optuna: _OptunaStudy | None = None

    def count_random_trials(self) -> int:
        """Return 10 trials, as Optuna does."""
        return 10

    def suggest(self, trial: int) -> dict[str, Value] | None:
        """Return the best of 24 draws from the density of the good trials.

        The best draw has the highest ratio of the good trials' density to the others' density.
        """
        space = self.space
        if self._optuna is None or not self._optuna.is_current(space, self.trials):
            self._optuna = _OptunaStudy(space, self.trials, self.objective.direction)
        return self._optuna.suggest(seed=self.make_generator(trial).randrange(2**32))


class _OptunaStudy:
    """A cache: an Optuna study of the trials, kept from one proposal to the next.

    It adds each trial that has ended to the Optuna study once, in the order of the trials' numbers.
    A new study suggests the same configurations.
    """

    def __init__(self, space: Space, trials: Mapping[str, Any], direction: str) -> None:
        import optuna

        self._space, self._trials = space, trials
        self._dimensions = [
            (
                hyperparameter,
                OptunaDimension.from_hyperparameter(
                    f"{position} {hyperparameter.name}", hyperparameter
                ),
            )
            for position, hyperparameter in enumerate(space.hyperparameters)
        ]
        self._added = 0  # how many of the first trials have ended and were added
        self._in_order = True
        with _silence():
            self._study = optuna.create_study(
                direction="minimize" if direction == "min" else "maximize"
            )

    def is_current(self, space: Space, trials: Mapping[str, Any]) -> bool:
        """Return whether this study can suggest a configuration after these trials."""
        same = trials is self._trials and len(trials) >= self._added
        return same and self._in_order and space == self._space

    def suggest(self, seed: int) -> dict[str, Value]:
        """Return the active hyperparameters of the next trial."""
        import optuna

        for trial in islice(self._trials.values(), self._added, None):
            if trial.status == "RUNNING":
                break
            self._study.add_trial(self._convert(trial))
            self._added += 1
        later = list(islice(self._trials.values(), self._added, None))
        # a trial that ended before an earlier one would keep a wrong position in the study
        self._in_order = all(trial.status == "RUNNING" for trial in later)
        for trial in later:
            self._study.add_trial(self._convert(trial))
        self._study.sampler = optuna.samplers.TPESampler(n_startup_trials=0, seed=seed)
        asked = self._study.ask()
        values: dict[str, Value] = {}
        for hyperparameter, dimension in self._dimensions:
            name = hyperparameter.name
            if name not in values and hyperparameter.is_active(values):
                fixed = hyperparameter.domain.bounds()[0]
                values[name] = fixed if dimension is None else dimension.suggest(asked)
        if self._in_order:  # remove the running trials again: Optuna's sampler skips failed trials
            for number in range(asked.number - len(later), asked.number + 1):
                self._study.tell(number, state=optuna.trial.TrialState.FAIL)
        return values

    def _convert(self, trial: Any) -> FrozenTrial:
        """Return a trial in Optuna's form, with its active hyperparameters."""
        from optuna.trial import TrialState, create_trial

        values = trial.hyperparameters.values
        deciding: dict[str, OptunaDimension | None] = {}  # of several active ones, the first
        for hyperparameter, dimension in self._dimensions:
            if hyperparameter.name in values and hyperparameter.is_active(values):
                deciding.setdefault(hyperparameter.name, dimension)
        active = {
            dimension.name: (dimension, values[name])
            for name, dimension in deciding.items()
            if dimension
        }
        completed = trial.status == "COMPLETED"
        return create_trial(
            state=TrialState.COMPLETE if completed else TrialState.RUNNING,
            value=trial.score if completed else None,
            params={
                name: dimension.to_optuna(value) for name, (dimension, value) in active.items()
            },
            distributions={name: dimension.distribution for name, (dimension, _) in active.items()},
        )


@contextmanager
def _silence() -> Iterator[None]:
    """Keep Optuna from logging that it created a study."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.WARNING)
    try:
        yield
    finally:
        logging.set_verbosity(before)
