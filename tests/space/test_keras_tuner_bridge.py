"""What the bridge to KerasTuner keeps, changes and refuses."""

from typing import Any

import keras_tuner
import pytest

from tuner.errors import SpaceError
from tuner.space import (
    Choice,
    Condition,
    Domain,
    Fixed,
    FloatRange,
    Hyperparameter,
    IntRange,
    Space,
    from_keras_tuner,
    read_active_values,
    to_keras_tuner,
)


def space_of(*hyperparameters: Hyperparameter) -> Space:
    return Space("my", "Which?", hyperparameters)


def read(hp: keras_tuner.HyperParameters) -> Space:
    return from_keras_tuner(hp, name="my", title="Which?")


@pytest.mark.parametrize(
    "domain",
    [
        Fixed("relu"),
        Choice((16, 32)),
        Choice((0.0, 0.5)),
        Choice((False, True)),
        Choice((True, False)),
        IntRange(0, 6),
        IntRange(0, 7, step=3),
        IntRange(8, 1024, step=2, log=True),
        IntRange(8, 1000, log=True),
        FloatRange(0.0, 0.7),
        FloatRange(1e-6, 0.1, log=True),
    ],
    ids=repr,
)
def test_a_domain_survives(domain: Domain) -> None:
    space = space_of(Hyperparameter("h", domain))
    assert read(to_keras_tuner(space)) == space


def test_what_acts_under_one_of_two_conditions_has_a_value_under_either() -> None:
    """KerasTuner's own oracles remove it if the last condition does not hold."""
    space = space_of(
        Hyperparameter("a", Choice((0, 1))),
        Hyperparameter("b", Choice((0, 1))),
        Hyperparameter("c", Fixed("on"), (Condition("a", (1,)),)),
        Hyperparameter("c", Fixed("on"), (Condition("b", (1,)),)),
    )
    seen = set()
    for _ in range(30):
        hp = keras_tuner.HyperParameters.from_config(to_keras_tuner(space).get_config())
        hp.values = {}
        hp.ensure_active_values()
        values = read_active_values(space, hp)
        assert ("c" in values) == (values["a"] == 1 or values["b"] == 1)
        seen.add((values["a"], values["b"]))
    assert len(seen) == 4


@pytest.mark.parametrize(
    "domain", [IntRange(0, 7, step=3), IntRange(8, 1024, step=2, log=True)], ids=repr
)
def test_keras_tuner_has_the_same_whole_numbers(domain: IntRange) -> None:
    (declared,) = to_keras_tuner(space_of(Hyperparameter("h", domain))).space
    assert tuple(int(value) for value in declared.values) == tuple(domain.values())


def test_keras_tuner_does_not_tell_a_step_of_1_from_none() -> None:
    space = space_of(Hyperparameter("h", IntRange(0, 6, step=1)))
    assert read(to_keras_tuner(space)) == space_of(Hyperparameter("h", IntRange(0, 6)))


def test_keras_tuners_own_stepped_floats_would_lose_the_end() -> None:
    hp = keras_tuner.HyperParameters()
    hp.Float("h", 0.0, 0.7, step=0.1)
    assert max(hp.space[0].values) < 0.65


def test_a_stepped_float_is_declared_as_the_choice_of_its_values() -> None:
    domain = FloatRange(0.0, 0.7, step=0.1)
    (declared,) = to_keras_tuner(space_of(Hyperparameter("h", domain))).space
    assert declared.values == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    assert declared.ordered


def test_values_that_are_there_are_kept() -> None:
    hp = keras_tuner.HyperParameters()
    hp.values["depth"] = 3
    assert to_keras_tuner(space_of(Hyperparameter("depth", IntRange(1, 5))), hp) is hp
    assert hp.values == {"depth": 3}


def test_a_parents_own_condition_goes_before_the_condition_on_it() -> None:
    space = space_of(
        Hyperparameter("a", Choice((1, 2))),
        Hyperparameter("b", Choice((3, 4)), (Condition("a", (1,)),)),
        Hyperparameter("c", IntRange(0, 9), (Condition("b", (4,)),)),
    )
    back = read(to_keras_tuner(space))
    assert back.hyperparameters[2].conditions == (Condition("a", (1,)), Condition("b", (4,)))
    assert back.size() == space.size() == 12
    assert read(to_keras_tuner(back)) == back


def test_conditions_on_unrelated_hyperparameters_are_refused() -> None:
    both = (Condition("a", (1,)), Condition("b", (3,)))
    space = space_of(
        Hyperparameter("a", Choice((1, 2))),
        Hyperparameter("b", Choice((3, 4))),
        Hyperparameter("c", Fixed(0), both),
    )
    with pytest.raises(SpaceError) as caught:
        to_keras_tuner(space)
    assert str(caught.value) == (
        "space my, c: KerasTuner has no conditions on two hyperparameters, a and b, that do not "
        "depend on each other; keep one of the conditions"
    )


def test_a_users_hyperparameters_are_read_as_keras_tuner_means_them() -> None:
    hp = keras_tuner.HyperParameters()
    hp.Boolean("flag", default=True)
    hp.Int("one", 3, 3)
    hp.Float("steps", 0.0, 0.5, step=0.25)
    hp.Int("late", 1, 9, step=2, sampling="reverse_log")
    hp.Choice("twice", ["a", "b", "a"])
    assert {named.name: named.domain for named in read(hp).hyperparameters} == {
        "flag": Choice((True, False)),
        "one": Fixed(3),
        "steps": Choice((0.0, 0.25, 0.5)),
        "late": Choice((9, 8, 6, 2)),
        "twice": Choice(("a", "b")),
    }


def test_a_name_under_two_conditions_is_kept_twice() -> None:
    hp = keras_tuner.HyperParameters()
    hp.Choice("type", ["wide", "narrow"])
    for kind, units in (("wide", [256, 512]), ("narrow", [8])):
        with hp.conditional_scope("type", [kind]):
            hp.Choice("units", units)
    space = read(hp)
    assert list(space.list_configurations()) == [
        {"type": "wide", "units": 256},
        {"type": "wide", "units": 512},
        {"type": "narrow", "units": 8},
    ]
    assert read(to_keras_tuner(space)) == space


def test_reverse_log_without_a_step_is_refused() -> None:
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 0.1, 1.0, sampling="reverse_log")
    with pytest.raises(SpaceError) as caught:
        read(hp)
    assert str(caught.value) == (
        "space my, rate: a space has no sampling='reverse_log' without a step; "
        "give it a step, or sample it 'log' or 'linear'"
    )


def test_an_unknown_kind_of_hyperparameter_is_refused() -> None:
    class Tensor:
        name = "odd"
        conditions: tuple[Any, ...] = ()

    class Holder:
        space = (Tensor(),)

    with pytest.raises(SpaceError) as caught:
        read(Holder())
    assert str(caught.value) == (
        "space my, odd: expected a Fixed, Boolean, Choice, Int or Float of KerasTuner, "
        "received a Tensor; declare one of these"
    )
