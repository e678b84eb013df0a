"""Checks the values of a space that a study keeps, by the rules of space files."""

from dataclasses import asdict
from typing import Any

from tuner.errors import suggest_names
from tuner.space.domains import Choice, Domain, Fixed
from tuner.space.file_location import FileLocation
from tuner.space.keys import KEYS_BY_NAME, Key
from tuner.space.reading import read_domain, read_value
from tuner.space.space import Space

__all__ = ["check_stored_values"]

_STORED = FileLocation("as the study keeps it")


def check_stored_values(space: Space) -> None:
    """Check that each value is one that a space file may have.

    Raises:
        SpaceError: A name is unknown, or a value has another type than its key or is out of its
            bounds.
    """
    for hyperparameter in space.hyperparameters:
        key = _find_key(hyperparameter.name)
        location = _STORED.in_table(key.table, key.name)
        read_domain(key, _make_raw(hyperparameter.domain), location)
        for condition in hyperparameter.conditions:  # their parents come before them
            for value in condition.values:
                read_value(KEYS_BY_NAME[condition.parent], value, location, part=" as a condition")
    for trial in space.first:
        location = _STORED.in_table("[first]", trial.name)
        for name, value in trial.values.items():
            read_value(_find_key(name), value, location, part=f" as {name}")


def _find_key(name: str) -> Key:
    if name not in KEYS_BY_NAME:
        raise _STORED.at_key(name).make_error(f"no such key; {suggest_names(name, KEYS_BY_NAME)}")
    return KEYS_BY_NAME[name]


def _make_raw(domain: Domain) -> Any:
    """Return a domain as a space file writes it."""
    if isinstance(domain, Fixed):
        return domain.value
    if isinstance(domain, Choice):
        return list(domain.options)
    return {name: value for name, value in asdict(domain).items() if value is not None}
