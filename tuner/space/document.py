"""Turns a parsed space file into a `Space`.

A space declares only hyperparameters that have an effect: a network without hidden layers has no
units, a space without an L1 or L2 penalty has no strength, and Nesterov's momentum needs momentum.
If the effect depends on the trial, the hyperparameter has a condition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tuner.errors import suggest_names
from tuner.space.domains import Domain, Fixed
from tuner.space.file_location import FileLocation, quote
from tuner.space.hyperparameter import Condition, Hyperparameter
from tuner.space.keys import CHOICE_USES, FILE_TABLES, KEYS, Key
from tuner.space.reading import read_domain
from tuner.space.reading_first_trials import read_first_trials
from tuner.space.space import Space
from tuner.space.tabular_space import explain_tabular_space
from tuner.space.values import format_exactly

__all__ = ["parse_document"]

_TOP_KEYS = ("title", "compare")
_FIRST = "first"  # tables of configurations, in place of hyperparameters
_MOST_COMPARED = 100  # values; each needs a share of the trials
_TITLE = 'write for example title = "How deep should the network be?"'


def parse_document(document: Mapping[str, Any], *, name: str, file: str) -> Space:
    """Return the space that a TOML document describes.

    Args:
        document: The file, as `tomllib` parsed it.
        name: Name of the space.
        file: Name of the file, for errors.

    Raises:
        SpaceError: The document has a mistake; the error is about the first one.
    """
    location = FileLocation(file)
    _check_names(document, location)
    title = _read_title(document, location)
    domains = _read_tables(document, location)
    hyperparameters = tuple(_make_hyperparameters(document, domains, location))
    compare = document.get("compare")
    if compare is not None:
        _check_compare(compare, hyperparameters, location.at_key("compare"))
    space = Space(name, title, hyperparameters, compare)
    _check_networks(space, location)
    if _FIRST not in document:
        return space
    return replace(space, first=read_first_trials(document[_FIRST], space, location))


def _check_names(document: Mapping[str, Any], location: FileLocation) -> None:
    """Refuse an unknown table or key, and a key in the wrong table."""
    homes = {key.name: key.table for key in KEYS}
    for name, raw in document.items():
        if name in FILE_TABLES:
            _check_table(name, raw, location.in_table(name))
        elif name in homes:
            home = homes[name]
            raise location.at_key(name).make_error(
                f"it belongs in a table; write it below a line [{home}]"
            )
        elif name == _FIRST:
            pass  # read when the space is known
        elif name not in _TOP_KEYS and isinstance(raw, dict):
            raise location.in_table(name).make_error(
                f"no such table; {suggest_names(name, FILE_TABLES)}"
            )
        elif name not in _TOP_KEYS:
            raise location.at_key(name).make_error(f"no such key; {suggest_names(name, _TOP_KEYS)}")


def _check_table(table: str, raw: Any, location: FileLocation) -> None:
    if not isinstance(raw, dict):
        raise location.make_error(
            f"expected a table, received {quote(raw)}; write [{table}] on a line"
        )
    known = [key.name for key in KEYS if table in (key.table, key.also)]
    for name in raw:
        if name not in known:
            raise location.at_key(name).make_error(_explain_unknown(name, known))


def _explain_unknown(name: str, known: Sequence[str]) -> str:
    """Return the problem of a key that its table does not have: it may be one of another table."""
    homes = [
        f"[{table}]"
        for key in KEYS
        for table in (key.table, key.also)
        if key.name == name and table
    ]
    if name in _TOP_KEYS:
        return "it belongs above the first table; move it to the top of the file"
    if homes:
        return f"it belongs in {' or '.join(homes)}; move it there"
    return f"no such key; {suggest_names(name, known)}"


def _read_title(document: Mapping[str, Any], location: FileLocation) -> str:
    if "title" not in document:
        raise location.at_key("title").make_error(f"missing; {_TITLE}")
    title = document["title"]
    if not isinstance(title, str) or not title.strip():
        raise location.at_key("title").make_error(
            f"expected a question in quotes, received {quote(title)}; {_TITLE}"
        )
    return title


def _read_tables(document: Mapping[str, Any], location: FileLocation) -> dict[str, Domain]:
    """Return the domain of each key that the file has, in the order of `KEYS`."""
    if "optimizer" in document and "sgd" in document:
        raise location.in_table("sgd").make_error(
            "[sgd] and [optimizer] cannot both be given; move its keys to [optimizer]"
        )
    if "optimizer" not in document.get("optimizer", {"optimizer": None}):
        raise location.in_table("optimizer", "optimizer").make_error(
            'missing; write for example optimizer = "adamw"'
        )
    file_domains = {
        key.name: read_domain(key, document[table][key.name], location.in_table(table, key.name))
        for key in KEYS
        for table in (key.table, key.also)
        if key.name in document.get(table, {})
    }
    if "units" in file_domains and "parameters" in file_domains:
        raise location.in_table("network", "parameters").make_error(
            "units and parameters cannot both be given; keep units to set the width, "
            "or parameters to solve it from a budget"
        )
    if "blocks" in file_domains and "parameters" in file_domains:
        raise location.in_table("network", "parameters").make_error(
            "blocks and parameters cannot both be given, since a budget is one of hidden layers "
            "alone; write units in place of parameters, or drop blocks"
        )
    return file_domains


def _make_hyperparameters(
    document: Mapping[str, Any], file_domains: Mapping[str, Domain], location: FileLocation
) -> list[Hyperparameter]:
    """Return the hyperparameters of the space: those of the file, and defaults of absent keys."""
    solved = {"units"} if "parameters" in file_domains else set()
    declared: dict[str, list[Hyperparameter]] = {}
    for key in KEYS:
        if key.name in solved or (key.optional and key.name not in file_domains):
            continue
        alternatives = _find_alternatives(key, declared)
        table = key.also if key.also in document else key.table
        if not alternatives:
            if key.name in file_domains:
                raise location.in_table(table, key.name).make_error(
                    _explain_no_effect(key, declared)
                )
            continue
        if key.name not in file_domains and key.required:
            raise location.in_table(table, key.name).make_error(_explain_missing(key, declared))
        domain = file_domains.get(key.name, Fixed(key.usual))
        declared[key.name] = [Hyperparameter(key.name, domain, each) for each in alternatives]
    return [hyperparameter for each in declared.values() for hyperparameter in each]


def _find_alternatives(
    key: Key, declared: Mapping[str, Sequence[Hyperparameter]]
) -> list[tuple[Condition, ...]]:
    """Return alternative conditions, any of which activates `key`; none if it is never active."""
    if not key.parents:
        return [()]
    alternatives: list[tuple[Condition, ...]] = []
    for parent in key.parents:
        if parent in declared:
            alternatives += _find_conditions(key, declared[parent])
        elif key.is_active_without(parent):
            alternatives.append(())
    alternatives = [()] if () in alternatives else alternatives
    if key.needs:
        needed = _find_conditions(key, declared[key.needs]) if key.needs in declared else []
        return [(*one, *other) for one in alternatives for other in needed]
    return alternatives


def _find_conditions(key: Key, parents: Sequence[Hyperparameter]) -> list[tuple[Condition, ...]]:
    """Return the alternatives under which a parent activates `key`; none if it never does.

    Args:
        key: The key.
        parents: The parent under each of its own alternatives.
    """
    name, values = parents[0].name, parents[0].domain.values()
    # a range from 0 gives exactly 0 with probability zero
    acting = tuple(value for value in values or () if key.is_active_with(name, value))
    if values is None or len(acting) == len(values):  # active wherever the parent is
        return [parent.conditions for parent in parents]
    if not acting:
        return []
    return [(*parent.conditions, Condition(name, acting)) for parent in parents]


def _explain_no_effect(key: Key, declared: Mapping[str, Sequence[Hyperparameter]]) -> str:
    """Return the problem of a key that has no effect."""
    parent = key.parents[0]
    if key.needs and not (key.needs in declared and _find_conditions(key, declared[key.needs])):
        parent = key.needs
    if parent not in declared and parent not in CHOICE_USES:
        return f"it does nothing without {parent}; leave it out, or give {parent}"
    if parent in CHOICE_USES:
        users = " or ".join(name for name, uses in CHOICE_USES[parent].items() if key.name in uses)
        return f"no {parent} in this space uses it; leave it out, or add {users} to {parent}"
    if declared[parent][0].domain.bounds()[0] is False:
        return f"it does nothing with {parent} false; leave it out, or let {parent} be true"
    least = key.parent_above
    too_few = declared[parent][0].domain.describe() if least else "0"
    return (
        f"it does nothing with {parent} {too_few}; leave it out, or let {parent} be above {least}"
    )


def _explain_missing(key: Key, declared: Mapping[str, Sequence[Hyperparameter]]) -> str:
    """Return the problem of a missing key that a choice of its parent needs."""
    parent = key.parents[0]
    users = ", ".join(
        format_exactly(value)
        for value in declared[parent][0].domain.values() or ()
        if key.is_active_with(parent, value)
    )
    return (
        f"missing, but needed by the {parent} {users}; "
        f"write for example {key.name} = {quote(key.usual)}"
    )


def _check_networks(space: Space, location: FileLocation) -> None:
    """Refuse keys of other networks in a space of networks for tables."""
    reason = explain_tabular_space(space)
    names = {hyperparameter.name for hyperparameter in space.hyperparameters}
    for name, instead in (("blocks", "drop blocks"), ("parameters", "write units instead")):
        if reason and name in names:
            raise location.in_table("network", name).make_error(
                f"networks with {reason} have no {name}; {instead}, or drop {reason}"
            )


def _check_compare(
    compare: Any, hyperparameters: tuple[Hyperparameter, ...], location: FileLocation
) -> None:
    """Refuse to compare a hyperparameter whose values cannot get equal shares of the trials."""
    if not isinstance(compare, str):
        raise location.make_error(
            f"expected a hyperparameter's name in quotes, received {quote(compare)}"
        )
    by_name = {hyperparameter.name: hyperparameter for hyperparameter in hyperparameters}
    if compare not in by_name:
        raise location.make_error(f"this space has no {compare}; {suggest_names(compare, by_name)}")
    domain = by_name[compare].domain
    size = domain.size()
    if size is None:
        raise location.make_error(
            f"{compare} has infinitely many values, {domain.describe()}; "
            "give it a step or a list, or drop compare"
        )
    if size == 1:
        raise location.make_error(
            f"{compare} has one value only, {domain.describe()}; "
            "give it a range or a list, or drop compare"
        )
    if size > _MOST_COMPARED:
        raise location.make_error(
            f"{compare} has {size} values, {domain.describe()}, expected at most {_MOST_COMPARED}; "
            "give it a larger step or a list, or drop compare"
        )
    for condition in by_name[compare].conditions:
        values = ", ".join(map(format_exactly, condition.values))
        raise location.make_error(
            f"{compare} acts only with {condition.parent} {values}; "
            f"compare what acts in every trial, or drop other values of {condition.parent}"
        )
