"""Which hyperparameters decide whether a trial is among the good ones."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tuner.space import Choice, Domain, Fixed, FloatRange, IntRange, Space, Value
from tuner.study import TrialRecord

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution

__all__ = ["Importance", "compute_importance"]

_LEAST_TRIALS = 10  # completed; below, which ones are good is mostly chance
_GOOD = 0.25  # share of the trials that are called good
_LEAST_GOOD = 5  # and how many at least, as Optuna advises
_SHUFFLES = 39
_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Importance:
    """How much each hyperparameter matters.

    Attributes:
        shares: By name, the largest first; they add up to 1. Empty where nothing can be told.
        above_chance: The names whose importance is larger than what chance gives to any of them,
            in at least 95 % of 39 studies of the same trials with their scores shuffled.
        trials: How many trials it rests on.
        good: How many of them are called good; 0 where nothing can be told.
        reason: Why nothing can be told, in words that go on from "…, since"; empty otherwise.
    """

    shares: dict[str, float]
    above_chance: tuple[str, ...]
    trials: int
    good: int = 0
    reason: str = ""


def compute_importance(
    records: Sequence[TrialRecord], space: Space | None, *, maximise: bool
) -> Importance:
    """Return how much each hyperparameter decides whether a trial is among the best quarter.

    By conditional PED-ANOVA as Optuna has it (Watanabe, Bansal and Hutter 2023, IJCAI; Optuna's
    documentation names the conditional form): how far the values that a hyperparameter has in the
    best quarter of the trials, five at least, are distributed otherwise than in all of them. Only
    ranks count, so that one trial that went astray does not decide it.

    - A trial in which a hyperparameter does not act says nothing of its values; but what it has
      in the others counts by how many of the best trials these are, squared, over how many of
      all.
    - Pruned trials count with the score that they had come to: they were beaten, and it places
      them among those that are not good. Failed ones have no score, and are left out.
    - The number of epochs is no hyperparameter here; the short trials of `hyperband` count as
      they are.

    Args:
        records: The study's trials.
        space: What they may be; where it is None, each may be what its trials show.
        maximise: Whether more is better.
    """
    by_number = sorted(records, key=lambda record: record.trial)
    scored = [record for record in by_number if math.isfinite(record.result.score)]
    trials = _frozen(scored, space)
    names = {name for each in trials for name in each}
    losses = np.array([record.result.score for record in scored]) * (-1 if maximise else 1)
    if reason := _why_not(scored, sorted(names), losses):
        return Importance({}, (), len(scored), reason=reason)
    study = _study(trials)
    raw = _divergences(study, losses)
    total = sum(raw.values())
    if total == 0:
        reason = "good and bad trials have the same values"
        return Importance({}, (), len(scored), reason=reason)
    ordered = sorted(raw, key=lambda name: (-raw[name], name))
    above = _above_chance(study, losses, raw)
    shares = {name: raw[name] / total for name in ordered}
    told = tuple(name for name in ordered if name in above)
    return Importance(shares, told, len(scored), _good(len(scored)))


def _why_not(records: Sequence[TrialRecord], names: Sequence[str], losses: np.ndarray) -> str:
    completed = sum(record.completed for record in records)
    if completed < _LEAST_TRIALS:
        trials = f"only {completed} trials were" if completed != 1 else "only 1 trial was"
        return f"{trials} completed, and it takes {_LEAST_TRIALS}"
    if len(names) < 2:
        return f"only {names[0]} varies" if names else "nothing varies"
    return "all trials have the same score" if (losses == losses[0]).all() else ""


Parameters = Mapping[str, tuple[Any, "BaseDistribution"]]
"""The values of a trial as Optuna has them, and what they may be, by name."""


def _frozen(records: Sequence[TrialRecord], space: Space | None) -> list[Parameters]:
    domains = _domains(records) if space is None else {}
    return [
        {
            name: _parameter(value, domain)
            for name, value in record.hyperparameters.items()
            if (domain := domains.get(name) or _acting(name, record.hyperparameters, space))
            and domain.size() != 1
        }
        for record in records
    ]


def _acting(name: str, values: Mapping[str, Value], space: Space | None) -> Domain | None:
    """Return what a hyperparameter may be in a trial; a name may stand under several conditions."""
    for hyperparameter in space.hyperparameters if space else ():
        if hyperparameter.name == name and hyperparameter.is_active(values):
            return hyperparameter.domain
    return None


def _domains(records: Sequence[TrialRecord]) -> dict[str, Domain]:
    """Return what each hyperparameter may be, as far as the trials show it."""
    seen: dict[str, set[Value]] = {}
    for record in records:
        for name, value in record.hyperparameters.items():
            seen.setdefault(name, set()).add(value)
    return {name: _domain(values) for name, values in seen.items()}


def _domain(values: set[Value]) -> Domain:
    if len(values) == 1:
        return Fixed(*values)
    if any(isinstance(value, bool | str) for value in values):
        return Choice(tuple(sorted(values, key=str)))
    low, high = min(map(float, values)), max(map(float, values))
    if all(isinstance(value, int) for value in values):
        return IntRange(int(low), int(high))
    return FloatRange(low, high, log=low > 0 and high >= 100 * low)


def _parameter(value: Value, domain: Domain) -> tuple[Any, BaseDistribution]:
    """Return a value for Optuna; numbers that are listed are told by their place in the list."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    stepped_log = not isinstance(domain, Fixed | Choice) and domain.log and domain.step is not None
    if isinstance(domain, FloatRange) and not stepped_log:
        return value, FloatDistribution(domain.min, domain.max, log=domain.log)
    if isinstance(domain, IntRange) and not stepped_log:
        return value, IntDistribution(domain.min, domain.max, log=domain.log)
    options = list(domain.values() or ())
    if any(isinstance(option, bool | str) for option in options):
        return value, CategoricalDistribution(options)
    return sorted(options).index(value), IntDistribution(0, len(options) - 1)


def _study(trials: Sequence[Parameters]) -> optuna.Study:
    import optuna

    with _quiet():
        study = optuna.create_study()
        study.add_trials(
            optuna.trial.create_trial(
                value=0.0,  # the losses are given beside it
                params={name: value for name, (value, _) in parameters.items()},
                distributions={name: may_be for name, (_, may_be) in parameters.items()},
            )
            for parameters in trials
        )
    return study


def _good(trials: int) -> int:
    return max(math.ceil(_GOOD * trials), _LEAST_GOOD)


def _divergences(study: optuna.Study, losses: np.ndarray) -> dict[str, float]:
    """Return each hyperparameter's importance, not yet as a share."""
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    quantile = _good(len(losses)) / len(losses)
    evaluator = PedAnovaImportanceEvaluator(target_quantile=quantile)
    with _quiet():
        found = get_param_importances(
            study,
            evaluator=evaluator,
            target=lambda trial: float(losses[trial.number]),
            normalize=False,
        )
    return {name: float(value) for name, value in found.items()}


def _above_chance(study: optuna.Study, losses: np.ndarray, raw: Mapping[str, float]) -> set[str]:
    """Return the hyperparameters that are more important than by chance, adjusted for their number.

    By the largest of all importances in each shuffled study, in standard deviations over studies
    (maxT of Westfall and Young 1993, "Resampling-based multiple testing"): where all is chance,
    any is named in 5 % of studies. It takes as few shuffles as a single test, where Holm's
    adjustment of eight would take 159.
    """
    rng = np.random.default_rng(len(losses))
    shuffled = [_divergences(study, rng.permutation(losses)) for _ in range(_SHUFFLES)]
    found = np.array([[each[name] for name in raw] for each in (raw, *shuffled)])
    spread = np.maximum(found.std(axis=0), np.finfo(np.float64).tiny)
    apart = (found - found.mean(axis=0)) / spread
    p = (apart.max(axis=1, keepdims=True) >= apart[0]).mean(axis=0)
    return {name for name, of_name in zip(raw, p, strict=True) if of_name <= _LEVEL}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from telling that there is a study, and which values few trials have."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(before)
