"""A hyperparameter as Optuna has it."""

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

__all__ = ["Dimension"]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A hyperparameter that is searched, and how Optuna is told of its values.

    Attributes:
        name: Optuna's name for it: a space may have a hyperparameter's name several times, under
            different conditions, and Optuna may not.
        distribution: Optuna's.
        scale: The values by their size, where Optuna is told their places in it instead: it knows
            no steps that multiply, and no order among choices.
    """

    name: str
    distribution: Distribution
    scale: tuple[Value, ...] | None = None

    @classmethod
    def of(cls, name: str, hyperparameter: Hyperparameter) -> Dimension | None:
        """Return the dimension of a hyperparameter; None for one with one value."""
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
        """Return what Optuna is told of a value."""
        return value if self.scale is None else self.scale.index(value)

    def suggest(self, trial: Trial) -> Value:
        """Return the value that Optuna suggests."""
        from optuna.distributions import FloatDistribution, IntDistribution

        about = self.distribution
        if isinstance(about, FloatDistribution):
            return trial.suggest_float(self.name, about.low, about.high, log=about.log)
        if isinstance(about, IntDistribution):
            place = trial.suggest_int(
                self.name, about.low, about.high, step=about.step, log=about.log
            )
            return place if self.scale is None else self.scale[place]
        value: Value = trial.suggest_categorical(self.name, about.choices)  # type: ignore[assignment]
        return value
