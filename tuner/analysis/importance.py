"""The importance of each hyperparameter: how much it decides whether a trial is good."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tuner.analysis.significance import LEVEL
from tuner.space import Choice, Domain, Fixed, FloatRange, IntRange, Space, Value
from tuner.study import TrialRecord

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution

__all__ = ["Importance", "compute_importance"]

_LEAST_TRIALS = 10  # with fewer completed trials, it is mostly chance which ones are good
_GOOD = 0.25  # share of the trials that count as good
_LEAST_GOOD = 5  # but at least this many, as Optuna advises
_SHUFFLES = 39


@dataclass(frozen=True, slots=True)
class Importance:
    """The importance of each hyperparameter.

    Attributes:
        shares: Each hyperparameter's share of the importance by name, the largest first; they add
            up to 1. Empty if the importance is unknown.
        above_chance: The hyperparameters that are more important than any is by chance, in at
            least 95 % of 39 studies of the same trials with shuffled scores.
        trials: How many trials it is computed from.
        good: How many of them count as good; 0 if the importance is unknown.
        reason: Why the importance is unknown, as the words after "because"; empty if it is known.
    """

    shares: dict[str, float]
    above_chance: tuple[str, ...]
    trials: int
    good: int = 0
    reason: str = ""


# Over 40 lines: half of them say what the importance is and which trials count.
def compute_importance(
    records: Sequence[TrialRecord], space: Space | None, *, maximise: bool
) -> Importance:
    """Return how much each hyperparameter decides whether a trial is among the best quarter.

    Conditional PED-ANOVA, by Optuna (Watanabe, Bansal and Hutter 2023, IJCAI; Optuna's
    documentation describes the conditional form), compares how a hyperparameter's values are
    distributed in the best quarter of the trials, and in all trials. At least five trials count as
    best. Only ranks matter, so a single bad outlier has little effect.

    - A trial in which a hyperparameter is inactive says nothing about its values. The importance
      from the other trials is multiplied by the squared number of these among the best trials,
      and divided by their number among all trials.
    - Pruned trials count with the score that they had reached. It puts them among the trials that
      are not good. Failed trials have no score and are left out.
    - The number of epochs is not a hyperparameter here. The short trials of `hyperband` count
      unchanged.

    Args:
        records: The study's trials.
        space: The space that they were drawn from. If it is None, the trials' values define it.
        maximise: Whether a higher score is better.
    """
    by_number = sorted(records, key=lambda record: record.trial)
    scored = [record for record in by_number if math.isfinite(record.result.score)]
    trials = _list_parameters(scored, space)
    names = {name for parameters in trials for name in parameters}
    losses = np.array([record.result.score for record in scored]) * (-1 if maximise else 1)
    if reason := _explain_unknown(scored, sorted(names), losses):
        return Importance({}, (), len(scored), reason=reason)
    study = _make_optuna_study(trials)
    raw = _compute_divergences(study, losses)
    total = sum(raw.values())
    if total == 0:
        reason = "good and bad trials have the same values"
        return Importance({}, (), len(scored), reason=reason)
    ordered = sorted(raw, key=lambda name: (-raw[name], name))
    above = _find_above_chance(study, losses, raw)
    shares = {name: raw[name] / total for name in ordered}
    above_chance = tuple(name for name in ordered if name in above)
    return Importance(shares, above_chance, len(scored), _count_good(len(scored)))


def _explain_unknown(
    records: Sequence[TrialRecord], names: Sequence[str], losses: np.ndarray
) -> str:
    """Return why the importance is unknown; empty if it can be computed."""
    completed = sum(record.completed for record in records)
    if completed < _LEAST_TRIALS:
        trials = f"only {completed} trials were" if completed != 1 else "only 1 trial was"
        return f"{trials} completed, and at least {_LEAST_TRIALS} are needed"
    if len(names) < 2:
        return f"only {names[0]} varies" if names else "nothing varies"
    return "all trials have the same score" if (losses == losses[0]).all() else ""


Parameters = Mapping[str, tuple[Any, "BaseDistribution"]]
"""A trial's values and their distributions by name, in the form of Optuna."""


def _list_parameters(records: Sequence[TrialRecord], space: Space | None) -> list[Parameters]:
    domains = _infer_domains(records) if space is None else {}
    return [
        {
            name: _convert_to_optuna(value, domain)
            for name, value in record.hyperparameters.items()
            if (domain := domains.get(name) or _find_domain(name, record.hyperparameters, space))
            and domain.size() != 1
        }
        for record in records
    ]


def _find_domain(name: str, values: Mapping[str, Value], space: Space | None) -> Domain | None:
    """Return the domain of a hyperparameter in a trial, which can depend on conditions."""
    for hyperparameter in space.hyperparameters if space else ():
        if hyperparameter.name == name and hyperparameter.is_active(values):
            return hyperparameter.domain
    return None


def _infer_domains(records: Sequence[TrialRecord]) -> dict[str, Domain]:
    """Return the domain of each hyperparameter, from the values in the trials."""
    seen: dict[str, set[Value]] = {}
    for record in records:
        for name, value in record.hyperparameters.items():
            seen.setdefault(name, set()).add(value)
    return {name: _infer_domain(values) for name, values in seen.items()}


def _infer_domain(values: set[Value]) -> Domain:
    if len(values) == 1:
        return Fixed(*values)
    if any(isinstance(value, bool | str) for value in values):
        return Choice(tuple(sorted(values, key=str)))
    low, high = min(map(float, values)), max(map(float, values))
    if all(isinstance(value, int) for value in values):
        return IntRange(int(low), int(high))
    return FloatRange(low, high, log=low > 0 and high >= 100 * low)


def _convert_to_optuna(value: Value, domain: Domain) -> tuple[Any, BaseDistribution]:
    """Return a value and its distribution. Listed numbers become their index in the list."""
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


def _make_optuna_study(trials: Sequence[Parameters]) -> optuna.Study:
    import optuna

    with _silence_optuna():
        study = optuna.create_study()
        study.add_trials(
            optuna.trial.create_trial(
                value=0.0,  # `_compute_divergences` passes the losses
                params={name: value for name, (value, _) in parameters.items()},
                distributions={
                    name: distribution for name, (_, distribution) in parameters.items()
                },
            )
            for parameters in trials
        )
    return study


def _count_good(trials: int) -> int:
    return max(math.ceil(_GOOD * trials), _LEAST_GOOD)


def _compute_divergences(study: optuna.Study, losses: np.ndarray) -> dict[str, float]:
    """Return each hyperparameter's importance, not normalised."""
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    quantile = _count_good(len(losses)) / len(losses)
    evaluator = PedAnovaImportanceEvaluator(target_quantile=quantile)
    with _silence_optuna():
        importances = get_param_importances(
            study,
            evaluator=evaluator,
            target=lambda trial: float(losses[trial.number]),
            normalize=False,
        )
    return {name: float(value) for name, value in importances.items()}


def _find_above_chance(
    study: optuna.Study, losses: np.ndarray, raw: Mapping[str, float]
) -> set[str]:
    """Return the hyperparameters that are more important than chance, adjusted for their number.

    Each importance is compared with the largest of all importances in each shuffled study, in
    standard deviations over studies (maxT of Westfall and Young 1993, "Resampling-based multiple
    testing"). If all importance is chance, any hyperparameter is found in 5 % of studies. This
    takes as few shuffles as a single test; Holm's adjustment of eight tests would take 159.
    """
    rng = np.random.default_rng(len(losses))
    shuffled = [_compute_divergences(study, rng.permutation(losses)) for _ in range(_SHUFFLES)]
    values = np.array([[one[name] for name in raw] for one in (raw, *shuffled)])
    spread = np.maximum(values.std(axis=0), np.finfo(np.float64).tiny)
    deviations = (values - values.mean(axis=0)) / spread
    p_values = (deviations.max(axis=1, keepdims=True) >= deviations[0]).mean(axis=0)
    return {name for name, p in zip(raw, p_values, strict=True) if p <= LEVEL}


@contextmanager
def _silence_optuna() -> Iterator[None]:
    """Silence Optuna's messages about a new study and about values that few trials have."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(before)
