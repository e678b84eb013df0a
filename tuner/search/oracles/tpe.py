"""The tree-structured Parzen estimator of Optuna."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from tuner.search.oracles.dimension import Dimension
from tuner.search.oracles.model_based import ModelBasedOracle
from tuner.space import Space, Value

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

__all__ = ["TPEOracle"]


class TPEOracle(ModelBasedOracle):
    """Optuna's TPE (Bergstra et al. 2011), in its multivariate form (Falkner et al. 2018).

    It goes where the good trials are dense and the others are not. Hyperparameters that act in
    all trials are drawn together, the others one by one, each by the trials in which it acts.

    Optuna counts a trial that is under way among the others, so that what is proposed beside it
    goes elsewhere. A trial that failed is shown to it as one that never ends.
    """

    _mirror: _Mirror | None = None

    def first_trials(self) -> int:
        """Return 10, as Optuna does."""
        return 10

    def suggest(self, trial: int) -> dict[str, Value] | None:
        """Return the likeliest of 24 draws from the good trials, against the other trials."""
        space = self.space
        if self._mirror is None or not self._mirror.shows(space, self.trials):
            self._mirror = _Mirror(space, self.trials, self.objective.direction)
        return self._mirror.suggest(seed=self.generator(trial).randrange(2**32))


class _Mirror:
    """An Optuna study of the trials, kept from one proposal to the next.

    Only a cache: trials that have ended are told to Optuna once, in the order of their numbers,
    and nothing else stays; one made anew suggests the same.
    """

    def __init__(self, space: Space, trials: Mapping[str, Any], direction: str) -> None:
        import optuna

        self._space, self._trials = space, trials
        self._dimensions = [
            (hyperparameter, Dimension.of(f"{place} {hyperparameter.name}", hyperparameter))
            for place, hyperparameter in enumerate(space.hyperparameters)
        ]
        self._told = 0  # of the trials, from the first on
        self._in_order = True
        with _quiet():
            self._study = optuna.create_study(
                direction="minimize" if direction == "min" else "maximize"
            )

    def shows(self, space: Space, trials: Mapping[str, Any]) -> bool:
        """Tell whether it can be asked about these trials."""
        mine = trials is self._trials and len(trials) >= self._told
        return mine and self._in_order and space == self._space

    def suggest(self, seed: int) -> dict[str, Value]:
        """Return the active values of the next trial."""
        import optuna

        for trial in islice(self._trials.values(), self._told, None):
            if trial.status == "RUNNING":
                break
            self._study.add_trial(self._frozen(trial))
            self._told += 1
        later = list(islice(self._trials.values(), self._told, None))
        # one that ended before an earlier one did would stay in the wrong place
        self._in_order = all(trial.status == "RUNNING" for trial in later)
        for trial in later:
            self._study.add_trial(self._frozen(trial))
        self._study.sampler = optuna.samplers.TPESampler(n_startup_trials=0, seed=seed)
        asked = self._study.ask()
        values: dict[str, Value] = {}
        for hyperparameter, dimension in self._dimensions:
            name = hyperparameter.name
            if name not in values and hyperparameter.is_active(values):
                fixed = hyperparameter.domain.bounds()[0]
                values[name] = fixed if dimension is None else dimension.suggest(asked)
        if self._in_order:  # Optuna's sampler takes no notice of what failed
            for number in range(asked.number - len(later), asked.number + 1):
                self._study.tell(number, state=optuna.trial.TrialState.FAIL)
        return values

    def _frozen(self, trial: Any) -> FrozenTrial:
        """Return a trial as Optuna has it, with the hyperparameters that act in it."""
        from optuna.trial import TrialState, create_trial

        values = trial.hyperparameters.values
        active = {
            dimension.name: (dimension, values[hyperparameter.name])
            for hyperparameter, dimension in self._dimensions
            if dimension and hyperparameter.name in values and hyperparameter.is_active(values)
        }
        completed = trial.status == "COMPLETED"
        return create_trial(
            state=TrialState.COMPLETE if completed else TrialState.RUNNING,
            value=trial.score if completed else None,
            params={name: about.to_optuna(value) for name, (about, value) in active.items()},
            distributions={name: about.distribution for name, (about, _) in active.items()},
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from telling that there is a study."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.WARNING)
    try:
        yield
    finally:
        logging.set_verbosity(before)
