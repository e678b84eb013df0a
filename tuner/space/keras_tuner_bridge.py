"""Converts a `Space` to KerasTuner's `HyperParameters`, and back.

The module uses only public names of KerasTuner. It imports KerasTuner only to declare a space,
because that imports TensorFlow, which takes seconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TypeAlias

from tuner.errors import SpaceError
from tuner.space.domains import Choice, Domain, Fixed
from tuner.space.hyperparameter import Condition, Hyperparameter
from tuner.space.ranges import FloatRange, IntRange
from tuner.space.space import Space
from tuner.space.values import Value

if TYPE_CHECKING:
    import keras_tuner

__all__ = ["find_space", "from_keras_tuner", "read_active_values", "to_keras_tuner"]

Nest: TypeAlias = tuple[Condition, ...]


def to_keras_tuner(
    space: Space, hp: "keras_tuner.HyperParameters | None" = None
) -> "keras_tuner.HyperParameters":
    """Declare all hyperparameters of a space, with a `conditional_scope` for each condition.

    A `FloatRange` with a step is declared as the choice of its values. A stepped `Float` of
    KerasTuner stops before `max` if a division rounds down, and has 0.30000000000000004 for 0.3.

    Args:
        space: The space to declare.
        hp: Receives the declarations; a new one if absent.

    Returns:
        `hp`, with the default values of the active hyperparameters that it did not have.

    Raises:
        SpaceError: A hyperparameter depends on two that do not depend on each other. Nested scopes
            cannot express that.
    """
    if hp is None:
        import keras_tuner  # imports TensorFlow, which takes 5 seconds

        hp = keras_tuner.HyperParameters()
    _add_lost_values(hp)
    nests: defaultdict[str, list[Nest]] = defaultdict(list)
    for hyperparameter in space.hyperparameters:
        nest = _find_scopes(hyperparameter, nests, space.name)
        nests[hyperparameter.name].append(nest)
        with ExitStack() as scopes:
            for condition in nest:
                values = list(condition.values)
                scopes.enter_context(hp.conditional_scope(condition.parent, values))
            _declare(hp, hyperparameter.name, hyperparameter.domain)
    return hp


def _add_lost_values(hp: "keras_tuner.HyperParameters") -> None:
    """Add the values that KerasTuner takes away: of several conditions it goes by the last."""
    for declared in hp.space:
        if declared.name not in hp.values and hp.is_active(declared):
            hp.values[declared.name] = declared.default


def read_active_values(space: Space, hp: "keras_tuner.HyperParameters") -> dict[str, Value]:
    """Declare a space on `hp`, and return the values of its active hyperparameters."""
    to_keras_tuner(space, hp)
    values: dict[str, Value] = {}
    for hyperparameter in space.hyperparameters:
        if hyperparameter.is_active(values):
            values[hyperparameter.name] = hp.get(hyperparameter.name)
    return values


def find_space(hypermodel: "keras_tuner.HyperModel") -> Space | None:
    """Return the space that a hypermodel of this package searches.

    Returns:
        None for a custom hypermodel, whose `build` declares its hyperparameters.
    """
    space = getattr(hypermodel, "space", None)  # of a custom hypermodel it may be anything
    return space if isinstance(space, Space) else None


def from_keras_tuner(hp: "keras_tuner.HyperParameters", *, name: str, title: str) -> Space:
    """Return the space that a user's `HyperParameters` declare.

    A `Float` with a step becomes the choice of its values, as does a number that is sampled
    `reverse_log` with a step. A range of one value becomes that value. An `Int` with step 1
    becomes a range without a step, because KerasTuner does not distinguish them.

    Args:
        hp: The declarations of a `HyperModel.build`.
        name: Name of the space.
        title: The question that the space asks.

    Raises:
        SpaceError: A hyperparameter has a kind or a sampling that a space cannot have.
    """
    hyperparameters = tuple(
        Hyperparameter(
            name=declared.name,
            domain=_convert(declared, f"space {name}, {declared.name}"),
            conditions=tuple(
                Condition(condition.name, tuple(condition.values))
                for condition in declared.conditions
            ),
        )
        for declared in hp.space
    )
    return Space(name, title, hyperparameters)


def _find_scopes(
    hyperparameter: Hyperparameter, nests: Mapping[str, list[Nest]], space: str
) -> Nest:
    """Return the scopes in which to declare a hyperparameter, the outermost first.

    `conditional_scope` finds a parent only within the scopes of the parent's declaration, so a
    parent's own scopes come before the condition on it.
    """
    nest: Nest = ()
    for condition in hyperparameter.conditions:
        known = nests[condition.parent]
        if condition in nest:
            continue
        if nest not in known:
            if known[0][: len(nest)] != nest:
                raise SpaceError(
                    f"space {space}, {hyperparameter.name}: KerasTuner has no conditions on two "
                    f"hyperparameters, {nest[-1].parent} and {condition.parent}, that do not "
                    "depend on each other; keep one of the conditions"
                )
            nest = known[0]
        nest = (*nest, condition)
    return nest


def _declare(hp: "keras_tuner.HyperParameters", name: str, domain: Domain) -> None:
    if isinstance(domain, IntRange):
        hp.Int(name, domain.min, domain.max, step=domain.step, sampling=_name_sampling(domain))
    elif isinstance(domain, FloatRange) and domain.step is None:
        hp.Float(name, domain.min, domain.max, sampling=_name_sampling(domain))
    else:
        _declare_options(hp, name, list(domain.values() or ()))


def _declare_options(hp: "keras_tuner.HyperParameters", name: str, options: list[Value]) -> None:
    if len(options) == 1:
        hp.Fixed(name, options[0])
    elif isinstance(options[0], bool):  # a Choice would turn them into 0 and 1
        hp.Boolean(name, default=options[0])
    else:
        hp.Choice(name, options)


def _name_sampling(domain: IntRange | FloatRange) -> str:
    return "log" if domain.log else "linear"


def _convert(declared: Any, place: str) -> Domain:
    """Return the domain of a hyperparameter of KerasTuner, chosen by the name of its class."""
    kind = type(declared).__name__
    if kind == "Boolean":
        return Choice((declared.default, not declared.default))
    if kind in ("Fixed", "Choice"):
        return _make_choice(declared.values)
    if kind in ("Int", "Float"):
        return _convert_range(declared, place, whole=kind == "Int")
    raise SpaceError(
        f"{place}: expected a Fixed, Boolean, Choice, Int or Float of KerasTuner, "
        f"received a {kind}; declare one of these"
    )


def _convert_range(declared: Any, place: str, *, whole: bool) -> Domain:
    low, high, step = declared.min_value, declared.max_value, declared.step
    log = declared.sampling == "log"
    if low == high:
        return Fixed(low)
    if declared.sampling == "reverse_log":
        if step is None:
            raise SpaceError(
                f"{place}: a space has no sampling='reverse_log' without a step; "
                "give it a step, or sample it 'log' or 'linear'"
            )
        return _make_choice(int(value) if whole else value for value in declared.values)
    if whole:
        return IntRange(low, high, None if step == 1 else step, log)
    if step is None:
        return FloatRange(low, high, log=log)
    return _make_choice(declared.values)


def _make_choice(values: Iterable[Value]) -> Fixed | Choice:
    options = tuple(dict.fromkeys(values))
    return Choice(options) if len(options) > 1 else Fixed(options[0])
