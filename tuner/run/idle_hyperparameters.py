"""Finds the hyperparameters of networks for tables that do nothing on some data."""

from collections.abc import Collection, Iterator

from tuner.data import Schema
from tuner.errors import SpaceError
from tuner.model.tables.layout import FeatureLayout
from tuner.space import Space, Value, is_tabular_space, settle
from tuner.words import join_words

__all__ = ["settle_for_data"]

_OF_NUMBERS: dict[str, Value] = {"scaling": "standard", "numbers": "plain"}
_OF_EMBEDDINGS = {"frequencies", "frequency_scale", "bins", "number_width"}  # of numbers


def settle_for_data(space: Space, schema: Schema) -> tuple[Space, tuple[str, ...]]:
    """Return a space without what does nothing on some data, and warnings about it.

    Two trials that differ only in that would be the same.

    Args:
        space: The space.
        schema: The columns of the data, or the shape of their arrays.

    Raises:
        SpaceError: What the space compares does nothing.
    """
    if not is_tabular_space(space):
        return space, ()
    warnings = []
    for reason, values in _list_idle(space, schema):
        told = [name for name, value in values.items() if _differs(space, name, value)]
        if space.compare in values:
            raise SpaceError(
                f"space {space.name} compares settings of {space.compare}, which do nothing: "
                f"{reason}; search other data, or another space"
            )
        if told:
            verb = "does nothing and is" if len(told) == 1 else "do nothing and are"
            warnings.append(f"{reason}, so that {join_words(told)} {verb} not searched")
        space = settle(space, values)
    return space, tuple(warnings)


def _list_idle(space: Space, schema: Schema) -> Iterator[tuple[str, dict[str, Value]]]:
    """Yield why hyperparameters of a space do nothing, and the values that say so."""
    layout, names = FeatureLayout.from_schema(schema), {h.name for h in space.hyperparameters}
    has_numbers = schema.image is None and bool(layout.numbers)
    of_numbers = {name: value for name, value in _OF_NUMBERS.items() if name in names}
    also = {"embedding_rate"} if "one_hot" not in names else set()  # that of levels, too
    of_numbers |= _find_least(space, _OF_EMBEDDINGS | also)
    if schema.image is not None:
        yield "the rows are images, whose pixels are scaled alike", of_numbers
    elif not has_numbers:
        yield "the data have no column of numbers or dates", of_numbers
    of_levels = _find_least(space, {"one_hot", "word_width"})
    widest = max((width for _, width in layout.levels), default=0)
    if of_levels and widest <= max(int(least) for least in of_levels.values()):
        if not has_numbers or "numbers" not in names:
            of_levels |= _find_least(space, {"embedding_rate"})
        yield "no column has so many levels that it would be embedded", of_levels


def _find_least(space: Space, names: Collection[str]) -> dict[str, Value]:
    """Return the least value of the hyperparameters of these names that act with all choices.

    Those that act with some choices alone are left out of the space with these choices.
    """
    return {
        hyperparameter.name: hyperparameter.domain.bounds()[0]
        for hyperparameter in space.hyperparameters
        if hyperparameter.name in names and not hyperparameter.conditions
    }


def _differs(space: Space, name: str, value: Value) -> bool:
    """Return whether a hyperparameter may have another value."""
    return tuple(space.find_hyperparameter(name).domain.values() or ()) != (value,)
