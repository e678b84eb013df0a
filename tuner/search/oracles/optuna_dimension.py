"""A hyperparameter as Optuna represents it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tuner.space import Choice, FloatRange, Hyperparameter, IntRange, Value

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    Distribution: TypeAlias = FloatDistribution | IntDistribution | CategoricalDistribution

__all__ = ["OptunaDimension"]


@dataclass(frozen=True, slots=True)
class OptunaDimension:
    """A searched hyperparameter as an Optuna parameter, and the conversion of its values.

    Attributes:
        name: The unique name of the Optuna parameter. A space may have several hyperparameters of
            one name, under different conditions; Optuna may not.
        distribution: Optuna's distribution of the values, or of their positions in `scale`.
        scale: The values in ascending order; None if Optuna gets the values themselves. Optuna has
            no geometric steps, and no order among choices, so it gets positions for these.
    """

    name: str
    distribution: Distribution
    scale: tuple[Value, ...] | None = None

    @classmethod
    def from_hyperparameter(
        cls, name: str, hyperparameter: Hyperparameter
    ) -> OptunaDimension | None:
        """Return the dimension of a hyperparameter; None if it has a single value."""
        from optuna.distributions import (
            CategoricalDistribution,
            FloatDistribution,
            IntDistribution,
        )

        domain = hyperparameter.domain
        if domain.size() == 1:
            return None
        if isinstance(domain, FloatRange) and domain.step is None:
            return cls(name, FloatDistribution(domain.min, domain.max, log=domain.log))
        if isinstance(domain, IntRange) and not (domain.log and domain.step):
            high = int(domain.bounds()[1])
            step = domain.step or 1
            return cls(name, IntDistribution(domain.min, high, log=domain.log, step=step))
        values = tuple(domain.values() or ())
        if isinstance(domain, Choice) and isinstance(values[0], str | bool):
            return cls(name, CategoricalDistribution(values))
        return cls(name, IntDistribution(0, len(values) - 1), tuple(sorted(values, key=float)))

    def to_optuna(self, value: Value) -> Value:
        """Return a value of the hyperparameter in Optuna's form."""
        return value if self.scale is None else self.scale.index(value)

    def suggest(self, trial: Trial) -> Value:
        """Return the hyperparameter's value that Optuna suggests for a trial."""
        from optuna.distributions import FloatDistribution, IntDistribution

        distribution = self.distribution
        if isinstance(distribution, FloatDistribution):
            low, high = distribution.low, distribution.high
            return trial.suggest_float(self.name, low, high, log=distribution.log)
        if isinstance(distribution, IntDistribution):
            low, high, step = distribution.low, distribution.high, distribution.step
            number = trial.suggest_int(self.name, low, high, step=step, log=distribution.log)
            return number if self.scale is None else self.scale[number]
        value: Value = trial.suggest_categorical(  # type: ignore[assignment]
            self.name, distribution.choices
        )
        return value
