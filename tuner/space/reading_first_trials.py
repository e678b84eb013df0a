"""Reads the `[[first]]` tables of a space file: the configurations that a search begins with."""

from collections.abc import Mapping, Sequence
from typing import Any

from tuner.errors import suggest_names
from tuner.space.domains import Domain
from tuner.space.file_location import FileLocation, quote
from tuner.space.first_trial import FirstTrial
from tuner.space.hyperparameter import Hyperparameter
from tuner.space.keys import KEYS_BY_NAME
from tuner.space.reading import read_value
from tuner.space.space import Space
from tuner.space.values import Value, format_exactly

__all__ = ["read_first_trials"]

_MOST_LETTERS = 60  # of a name
_TABLE = "[first]"  # as a file location shows it: [[first]]


def read_first_trials(raw: Any, space: Space, location: FileLocation) -> tuple[FirstTrial, ...]:
    """Return the configurations that a search of a space begins with.

    Each has a name, and values of hyperparameters. One without a value has the only value of its
    domain, or else its usual value.

    Args:
        raw: The tables, as `tomllib` parsed them.
        space: The space whose configurations they are.
        location: The file, for errors.

    Raises:
        SpaceError: A table has a mistake; the error is about the first one.
    """
    location = location.in_table(_TABLE)
    if not isinstance(raw, list) or not all(isinstance(table, dict) for table in raw):
        raise location.make_error(
            f"expected tables, received {quote(raw)}; write [[first]] on a line for each"
        )
    if space.compare is not None:
        raise location.make_error(
            f"the space compares settings of {space.compare}, which must all begin alike; drop "
            "compare or the first trials"
        )
    trials: list[FirstTrial] = []
    for number, table in enumerate(raw, start=1):
        trial = _read_trial(table, number, space, location)
        for other in trials:
            if other.name == trial.name or other.values == trial.values:
                same = "name" if other.name == trial.name else "configuration"
                raise location.make_error(
                    f"{quote(trial.name)} has the {same} of {quote(other.name)}; change one of them"
                )
        trials.append(trial)
    return tuple(trials)


def _read_trial(
    table: Mapping[str, Any], number: int, space: Space, location: FileLocation
) -> FirstTrial:
    """Return the first trial that a table describes; its number is for errors."""
    name = table.get("name")
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        expected = "one line of text in quotes" if isinstance(name, str) else "a text in quotes"
        problem = "missing" if name is None else f"expected {expected}, received {quote(name)}"
        raise location.at_key(f"{number}, name").make_error(
            f'{problem}; write for example name = "logistic regression"'
        )
    if len(name) > _MOST_LETTERS:
        raise location.at_key(f"{number}, name").make_error(
            f"it has {len(name)} letters; give {_MOST_LETTERS} at most, since it stands in tables"
        )
    location = location.at_key(quote(name))
    declared = list(dict.fromkeys(h.name for h in space.hyperparameters))
    given = {
        key: _read_given(key, raw, declared, location)
        for key, raw in table.items()
        if key != "name"
    }
    values: dict[str, Value] = {}
    for hyperparameter in space.hyperparameters:
        if hyperparameter.name not in values and hyperparameter.is_active(values):
            values[hyperparameter.name] = _choose(hyperparameter, given, location)
    for key in given:
        if key not in values:
            raise location.make_error(f"{key} {_explain_no_effect(key, space, values)}")
    return FirstTrial(name, values)


def _read_given(key: str, raw: Any, declared: Sequence[str], location: FileLocation) -> Value:
    """Return a value that the file gives; the space may not have it."""
    if key in declared:
        value: Value = read_value(KEYS_BY_NAME[key], raw, location, part=f" as {key}")
        return value
    if key in KEYS_BY_NAME:
        raise location.make_error(
            f"this space has no {key}; give it in [{KEYS_BY_NAME[key].table}], or leave it out here"
        )
    raise location.make_error(f"no such key {key}; {suggest_names(key, ['name', *declared])}")


def _choose(
    hyperparameter: Hyperparameter, given: Mapping[str, Value], location: FileLocation
) -> Value:
    """Return the value of an active hyperparameter, or refuse one that the space does not have."""
    name, domain = hyperparameter.name, hyperparameter.domain
    if name in given:
        if not _has(domain, given[name]):
            raise location.make_error(
                f"{name} {format_exactly(given[name])} is not in the space, which has "
                f"{domain.describe()}; give one of these, or add it there"
            )
        return given[name]
    if domain.size() == 1:
        return domain.bounds()[0]
    usual = KEYS_BY_NAME[name].usual
    if not _has(domain, usual):
        raise location.make_error(
            f"it has no {name}, and the usual one, {format_exactly(usual)}, is not in the space, "
            f"which has {domain.describe()}; give it"
        )
    return usual


def _has(domain: Domain, value: Value) -> bool:
    """Return whether a value, of the type of the domain's, is in it."""
    options = domain.values()
    if options is not None:
        return value in options
    low, high = domain.bounds()
    return float(low) <= float(value) <= float(high)


def _explain_no_effect(key: str, space: Space, values: Mapping[str, Value]) -> str:
    """Return why a hyperparameter does not act in a configuration, and what to do."""
    conditions = space.find_hyperparameter(key).conditions
    parent = next(condition.parent for condition in conditions if not condition.holds(values))
    if parent not in values:
        return f"does nothing without {parent}; leave it out"
    return f"does nothing with {parent} {format_exactly(values[parent])}; leave it out"
