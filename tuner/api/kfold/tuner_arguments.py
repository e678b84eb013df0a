"""The arguments of KerasTuner's tuners, and what they mean in a k-fold search."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from math import inf
from numbers import Integral, Real
from typing import Any

from tuner.errors import UserError, suggest_names
from tuner.scoring import OBJECTIVES, find_by_keras_name, find_own_metric
from tuner.search.oracles import ORACLES, Declared
from tuner.study import SearchSettings

__all__ = ["TunerArguments", "read_objective"]

# Arguments that mean one oracle, so that a script need not name it.
_ORACLE_OF = {
    "num_initial_points": "bayesian",
    "alpha": "bayesian",
    "beta": "bayesian",
    "max_epochs": "hyperband",
    "factor": "hyperband",
    "hyperband_iterations": "hyperband",
}
_OPTIONS = ("num_initial_points", "alpha", "beta", "factor")
_DECLARED = ("hyperparameters", "tune_new_entries", "allow_new_entries")
_COMPILED = ("optimizer", "loss", "metrics")
_LEAST = {  # of whole numbers
    "num_initial_points": 0,  # as many as KerasTuner takes
    "factor": 2,
    "hyperband_iterations": 1,
    "executions_per_trial": 1,
    "max_consecutive_failed_trials": 1,
}
_NOT_NEGATIVE = ("alpha", "beta")
_OTHERS = (
    "executions_per_trial",
    "max_consecutive_failed_trials",
    "max_retries_per_trial",
    "max_model_size",
)
_REFUSED = {
    "distribution_strategy": (
        "the folds of many trials train side by side on the cores of this machine; leave it out"
    ),
    "tuner_id": "one process searches a study; leave it out",
    "logger": "give listeners=[…], subclasses of tuner.Listener",
}
_SETTINGS = tuple(setting.name for setting in fields(SearchSettings))


@dataclass(frozen=True, slots=True)
class TunerArguments:
    """The arguments of a tuner, by what they concern.

    Attributes:
        settings: The search settings.
        declared: What they say of the hyperparameters and the oracle.
        iterations: How often all brackets of Hyperband are searched; None if `max_trials` says when
            the search ends.
        compiled: Arguments of `compile` that take the place of the hypermodel's.
        most_failures: So many failed trials in a row end the search; None if they do not.
    """

    settings: SearchSettings
    declared: Declared
    iterations: int | None = None
    compiled: Mapping[str, Any] = field(default_factory=dict)
    most_failures: int | None = None

    @classmethod
    def read(
        cls, settings: SearchSettings, oracle: str | None, arguments: Mapping[str, Any]
    ) -> "TunerArguments":
        """Return the arguments by what they concern.

        Args:
            settings: The settings, as far as no argument changes them.
            oracle: The name of an oracle; None for the one that the arguments mean.
            arguments: Further arguments by name. None is as if it were left out.

        Raises:
            UserError: An argument is unknown, or has no meaning in a k-fold search.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        _check_names(given)
        _check_numbers(given)
        changes = {name: given[name] for name in _SETTINGS if name in given}
        changes |= _read_oracle(settings, oracle, given)
        objective = given.get("objective")
        if objective is not None:
            changes["objective"] = read_objective(objective)
        if "max_epochs" in given:
            changes["epochs"] = given["max_epochs"]
        if given.get("executions_per_trial", 1) != 1:
            changes["repeats"] = _read_executions(changes, given["executions_per_trial"])
        if "max_model_size" in given:
            changes["max_parameters"] = given["max_model_size"]
        chosen = replace(settings, **changes)
        by_trials = "max_trials" in given
        return cls(
            chosen,
            Declared(
                **{name: given[name] for name in _DECLARED if name in given},
                options={name: given[name] for name in _OPTIONS if name in given},
                objective=getattr(objective, "name", objective),
            ),
            iterations=None if by_trials else _count_iterations(chosen, given),
            compiled={name: given[name] for name in _COMPILED if name in given},
            most_failures=given.get("max_consecutive_failed_trials"),
        )


def read_objective(objective: Any) -> str:
    """Return the name of the objective that a person means.

    Args:
        objective: A name of ours or of Keras, such as `val_accuracy`, or a `keras_tuner.Objective`;
            also `val_` and the name of a metric of the hypermodel's own.

    Raises:
        UserError: It is no score of a k-fold search.
    """
    if isinstance(objective, list | tuple):
        raise UserError(
            "objective: a search has one objective; all others are scored, too, so give the one "
            "that is to be optimised"
        )
    name = objective if isinstance(objective, str) else getattr(objective, "name", "")
    known = find_by_keras_name(name)
    known = known or find_own_metric(name, getattr(objective, "direction", None))
    if known is None:
        names = [f"val_{name}" for name in ("loss", "accuracy", "auc")]
        unseen = " (the score of the rows that a fold holds out)" if name == "loss" else ""
        own = name if name.startswith("val_") else f"val_{name}"
        raise UserError(
            f"objective: {name or objective!r} is no score of a k-fold search{unseen}; give one of "
            f"{', '.join([*names, *OBJECTIVES])}"
            + (f', or keras_tuner.Objective("{own}", "max")' if name not in ("", "loss") else "")
            + (f" of a metric {name} of compile" if name and own != name != "loss" else "")
        )
    direction = getattr(objective, "direction", known.direction)
    if direction != known.direction:
        raise UserError(
            f"objective: {name} gets better as it {_say(known.direction)}; give "
            f'keras_tuner.Objective("{name}", "{known.direction}")'
        )
    return known.setting


def _say(direction: str) -> str:
    return "falls" if direction == "min" else "rises"


def _check_names(given: Mapping[str, Any]) -> None:
    known = (*_SETTINGS, *_ORACLE_OF, *_DECLARED, *_COMPILED, *_OTHERS)
    for name in given:
        if name in _REFUSED:
            raise UserError(f"{name}: {_REFUSED[name]}")
        if name not in known:
            raise UserError(f"KFoldTuner has no argument {name}; {suggest_names(name, known)}")
    for name in ("tune_new_entries", "allow_new_entries"):
        if not given.get(name, True) and "hyperparameters" not in given:
            raise UserError(
                f"{name}=False: give hyperparameters=keras_tuner.HyperParameters() with the "
                "hyperparameters that are to be searched"
            )


def _check_numbers(given: Mapping[str, Any]) -> None:
    """Check the numbers that no search setting checks."""
    for name, least in _LEAST.items():
        value = given.get(name, least)
        if type(value) is bool or not isinstance(value, Integral) or value < least:
            raise UserError(f"{name}: give a whole number, at least {least}; received {value!r}")
    for name in _NOT_NEGATIVE:
        value = given.get(name, 1.0)
        if type(value) is bool or not isinstance(value, Real) or not 0 <= float(value) < inf:
            raise UserError(f"{name}: give a number, at least 0; received {value!r}")


def _read_oracle(
    settings: SearchSettings, oracle: str | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the setting of the oracle that the arguments mean."""
    meant = {name: _ORACLE_OF[name] for name in given if name in _ORACLE_OF}
    chosen = oracle or next(iter(meant.values()), settings.oracle)
    for name, other in meant.items():
        if other != chosen:
            raise UserError(f"{name}: the oracle {chosen} has none; leave it out, or {other!r}")
    return {} if chosen == settings.oracle else {"oracle": chosen}


def _read_executions(changes: Mapping[str, Any], executions: int) -> int:
    if changes.get("repeats", executions) != executions:
        raise UserError(
            f"executions_per_trial={executions} and repeats={changes['repeats']}: both say how "
            "often the rows are cut into folds; give one"
        )
    return executions


def _count_iterations(settings: SearchSettings, given: Mapping[str, Any]) -> int | None:
    """Return how often Hyperband searches all brackets, if nothing else ends it."""
    named = any(name in given for name in ("max_epochs", "factor", "hyperband_iterations"))
    if settings.oracle != "hyperband" or not named:
        return None
    return int(given.get("hyperband_iterations", 1))


assert set(_ORACLE_OF.values()) <= set(ORACLES)
