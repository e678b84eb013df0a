"""A `Space` as KerasTuner's `HyperParameters`, and back.

Only public names of KerasTuner are used, and it is imported where a space is declared: it brings
TensorFlow, which takes seconds.
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

__all__ = ["from_keras_tuner", "to_keras_tuner"]

Nest: TypeAlias = tuple[Condition, ...]


def to_keras_tuner(
    space: Space, hp: "keras_tuner.HyperParameters | None" = None
) -> "keras_tuner.HyperParameters":
    """Declare all hyperparameters of a space, with a `conditional_scope` for each condition.

    A `FloatRange` with a step is declared as the choice of its values: KerasTuner's own would
    stop before `max` where a division rounds down, and give 0.30000000000000004 for 0.3.

    Args:
        space: what to declare.
        hp: where to declare it; a new one if absent.

    Returns:
        `hp`, with the default value of each hyperparameter that it did not have and is active.

    Raises:
        SpaceError: if a hyperparameter depends on two that do not depend on each other, which a
            nest of scopes cannot say.
    """
    if hp is None:
        import keras_tuner  # here, for it brings TensorFlow: 5 seconds

        hp = keras_tuner.HyperParameters()
    nests: defaultdict[str, list[Nest]] = defaultdict(list)
    for hyperparameter in space.hyperparameters:
        nest = _nest(hyperparameter, nests, space.name)
        nests[hyperparameter.name].append(nest)
        with ExitStack() as scopes:
            for condition in nest:
                values = list(condition.values)
                scopes.enter_context(hp.conditional_scope(condition.parent, values))
            _declare(hp, hyperparameter.name, hyperparameter.domain)
    return hp


def from_keras_tuner(hp: "keras_tuner.HyperParameters", *, name: str, title: str) -> Space:
    """Return the space that a user's `HyperParameters` declare.

    A `Float` with a step, and whatever is sampled `reverse_log` with a step, becomes the choice
    of its values; a range of one value becomes that value. An `Int` with step 1 becomes a range
    without a step, because KerasTuner does not tell them apart.

    Args:
        hp: what a `HyperModel.build` declared.
        name: the name that the space gets.
        title: the question that the space is to answer.

    Raises:
        SpaceError: if a hyperparameter is of a kind, or sampled in a way, that a space cannot
            say.
    """
    hyperparameters = tuple(
        Hyperparameter(
            name=declared.name,
            domain=_domain(declared, f"space {name}, {declared.name}"),
            conditions=tuple(
                Condition(condition.name, tuple(condition.values))
                for condition in declared.conditions
            ),
        )
        for declared in hp.space
    )
    return Space(name, title, hyperparameters)


def _nest(hyperparameter: Hyperparameter, nests: Mapping[str, list[Nest]], space: str) -> Nest:
    """Return the scopes in which to declare a hyperparameter, the outermost first.

    `conditional_scope` finds a parent only from inside the scopes in which that was declared, so
    a parent's own scopes come before the condition on it.
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
        hp.Int(name, domain.min, domain.max, step=domain.step, sampling=_sampling(domain))
    elif isinstance(domain, FloatRange) and domain.step is None:
        hp.Float(name, domain.min, domain.max, sampling=_sampling(domain))
    else:
        _declare_options(hp, name, list(domain.values() or ()))


def _declare_options(hp: "keras_tuner.HyperParameters", name: str, options: list[Value]) -> None:
    if len(options) == 1:
        hp.Fixed(name, options[0])
    elif isinstance(options[0], bool):  # as options of Choice they would become 0 and 1
        hp.Boolean(name, default=options[0])
    else:
        hp.Choice(name, options)


def _sampling(domain: IntRange | FloatRange) -> str:
    return "log" if domain.log else "linear"


def _domain(declared: Any, place: str) -> Domain:
    """Return the domain of one hyperparameter of KerasTuner, told by its class's name."""
    kind = type(declared).__name__
    if kind == "Boolean":
        return Choice((declared.default, not declared.default))
    if kind in ("Fixed", "Choice"):
        return _one_of(declared.values)
    if kind in ("Int", "Float"):
        return _range(declared, place, whole=kind == "Int")
    raise SpaceError(
        f"{place}: expected a Fixed, Boolean, Choice, Int or Float of KerasTuner, "
        f"received a {kind}; declare one of these"
    )


def _range(declared: Any, place: str, *, whole: bool) -> Domain:
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
        return _one_of(int(value) if whole else value for value in declared.values)
    if whole:
        return IntRange(low, high, None if step == 1 else step, log)
    if step is None:
        return FloatRange(low, high, log=log)
    return _one_of(declared.values)


def _one_of(values: Iterable[Value]) -> Fixed | Choice:
    options = tuple(dict.fromkeys(values))
    return Choice(options) if len(options) > 1 else Fixed(options[0])
