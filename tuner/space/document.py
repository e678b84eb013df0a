"""A whole space file, once TOML is read: its tables and keys as a `Space`.

What does not act is not declared: a network without hidden layers has no units, a space without
an L1 or L2 penalty has no strength, and Nesterov's momentum needs momentum. Where that depends
on the trial, a condition says so.
"""

from collections.abc import Mapping
from typing import Any

from tuner.errors import suggest_names
from tuner.space.domains import Domain, Fixed
from tuner.space.hyperparameter import Condition, Hyperparameter
from tuner.space.keys import KEYS, KIND_USES, TABLES, Key
from tuner.space.place import Place, quote
from tuner.space.reading import read_domain
from tuner.space.space import Space
from tuner.space.values import format_exactly

__all__ = ["space_from_document"]

_TOP_KEYS = ("title", "compare")
_MOST_COMPARED = 100  # each is to have a share of the trials
_TITLE = 'write for example title = "How deep should the network be?"'


def space_from_document(document: Mapping[str, Any], *, name: str, file: str) -> Space:
    """Return the space that a TOML document describes.

    Args:
        document: what `tomllib` made of the file.
        name: the name that the space gets.
        file: the file's name, as errors are to say it.

    Raises:
        SpaceError: at the first thing that is wrong in it.
    """
    place = Place(file)
    _check_names(document, place)
    title = _title(document, place)
    hyperparameters = tuple(_declared(_read_tables(document, place), place))
    compare = document.get("compare")
    if compare is not None:
        _check_compare(compare, hyperparameters, place.at("compare"))
    return Space(name, title, hyperparameters, compare)


def _check_names(document: Mapping[str, Any], place: Place) -> None:
    """Refuse a table or a key that the grammar does not have, or a key in a wrong place."""
    homes = {key.name: key.table for key in KEYS}
    for name, raw in document.items():
        if name in TABLES:
            _check_table(name, raw, place.within(name))
        elif name in homes:
            home = homes[name]
            raise place.at(name).error(f"it belongs in a table; write it below a line [{home}]")
        elif name not in _TOP_KEYS and isinstance(raw, dict):
            raise place.within(name).error(f"no such table; {suggest_names(name, TABLES)}")
        elif name not in _TOP_KEYS:
            raise place.at(name).error(f"no such key; {suggest_names(name, _TOP_KEYS)}")


def _check_table(table: str, raw: Any, place: Place) -> None:
    if not isinstance(raw, dict):
        raise place.error(f"expected a table, received {quote(raw)}; write [{table}] on a line")
    known = [key.name for key in KEYS if key.table == table]
    for name in raw:
        if name not in known:
            raise place.at(name).error(f"no such key; {suggest_names(name, known)}")


def _title(document: Mapping[str, Any], place: Place) -> str:
    if "title" not in document:
        raise place.at("title").error(f"missing; {_TITLE}")
    title = document["title"]
    if not isinstance(title, str) or not title.strip():
        raise place.at("title").error(
            f"expected a question in quotes, received {quote(title)}; {_TITLE}"
        )
    return title


def _read_tables(document: Mapping[str, Any], place: Place) -> dict[str, Domain]:
    """Return the domain of each key that the file gives, in the grammar's order."""
    given = {
        key.name: read_domain(key, document[key.table][key.name], place.within(key.table, key.name))
        for key in KEYS
        if key.name in document.get(key.table, {})
    }
    if "units" in given and "parameters" in given:
        raise place.within("network", "parameters").error(
            "units and parameters cannot both be given; keep units to set the width, "
            "or parameters to solve it from a budget"
        )
    if "blocks" in given and "parameters" in given:
        raise place.within("network", "parameters").error(
            "blocks and parameters cannot both be given, since a budget is one of hidden layers "
            "alone; write units in place of parameters, or drop blocks"
        )
    return given


def _declared(given: Mapping[str, Domain], place: Place) -> list[Hyperparameter]:
    """Return the hyperparameters of the space: those given, and what absent ones mean."""
    solved = {"units"} if "parameters" in given else set()
    domains: dict[str, Domain] = {}
    declared = []
    for key in KEYS:
        if key.name in solved or (key.optional and key.name not in given):
            continue
        alternatives = _alternatives(key, domains)
        if not alternatives:
            if key.name in given:
                raise place.within(key.table, key.name).error(_idle(key, domains))
            continue
        if key.name not in given and key.required:
            raise place.within(key.table, key.name).error(_lacking(key, domains))
        domains[key.name] = given.get(key.name, Fixed(key.usual))
        declared += [Hyperparameter(key.name, domains[key.name], each) for each in alternatives]
    return declared


def _alternatives(key: Key, domains: Mapping[str, Domain]) -> list[tuple[Condition, ...]]:
    """Return the conditions under any of which `key` acts; nothing where it never does."""
    if not key.parents:
        return [()]
    found = [
        _conditions(key, parent, domains[parent]) for parent in key.parents if parent in domains
    ]
    acting = [conditions for conditions in found if conditions is not None]
    return [()] if () in acting else acting


def _conditions(key: Key, parent: str, domain: Domain) -> tuple[Condition, ...] | None:
    """Return the conditions under which a parent makes `key` act, None where it never does."""
    values = domain.values()
    if values is None:  # a range that starts at 0 gives exactly 0 with probability zero
        return ()
    acting = tuple(value for value in values if key.acts_with(value))
    if not acting:
        return None
    return () if len(acting) == len(values) else (Condition(parent, acting),)


def _idle(key: Key, domains: Mapping[str, Domain]) -> str:
    """Say that `key` is given and does nothing."""
    if "kind" in key.parents:
        users = " or ".join(kind for kind, uses in KIND_USES.items() if key.name in uses)
        return f"no kind in this space uses it; leave it out, or add {users} to kind"
    parent = key.parents[0]
    return f"it does nothing with {parent} 0; leave it out, or let {parent} be above 0"


def _lacking(key: Key, domains: Mapping[str, Domain]) -> str:
    """Say that `key` is not given and some kind of regularizer needs it."""
    kinds = ", ".join(
        format_exactly(kind) for kind in domains["kind"].values() or () if key.acts_with(kind)
    )
    return (
        f"missing, but needed by the kind {kinds}; "
        f"write for example {key.name} = {quote(key.usual)}"
    )


def _check_compare(compare: Any, hyperparameters: tuple[Hyperparameter, ...], place: Place) -> None:
    """Refuse a comparison of settings that cannot each have an equal share of the trials."""
    if not isinstance(compare, str):
        raise place.error(f"expected a hyperparameter's name in quotes, received {quote(compare)}")
    named = {hyperparameter.name: hyperparameter for hyperparameter in hyperparameters}
    if compare not in named:
        raise place.error(f"this space has no {compare}; {suggest_names(compare, named)}")
    domain = named[compare].domain
    size = domain.size()
    if size is None:
        raise place.error(
            f"{compare} has infinitely many values, {domain.describe()}; "
            "give it a step or a list, or drop compare"
        )
    if size == 1:
        raise place.error(
            f"{compare} has one value only, {domain.describe()}; "
            "give it a range or a list, or drop compare"
        )
    if size > _MOST_COMPARED:
        raise place.error(
            f"{compare} has {size} values, {domain.describe()}, expected at most {_MOST_COMPARED}; "
            "give it a larger step or a list, or drop compare"
        )
    for condition in named[compare].conditions:
        values = ", ".join(map(format_exactly, condition.values))
        raise place.error(
            f"{compare} acts only with {condition.parent} {values}; "
            f"compare what acts in every trial, or drop other values of {condition.parent}"
        )
