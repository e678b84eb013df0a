"""Only what acts is part of a trial."""

import random

import pytest

from tuner.space import Choice, Condition, Fixed, Hyperparameter, IntRange, Space, parse_space


def space_of(*lines: str) -> Space:
    return parse_space("\n".join(['title = "Which?"', *lines]), name="my", file="my.toml")


def conditions(space: Space) -> dict[str, tuple[Condition, ...]]:
    return {named.name: named.conditions for named in space.hyperparameters if named.conditions}


def test_absent_keys_have_their_usual_values() -> None:
    assert list(space_of().list_configurations()) == [
        {
            "depth": 1,
            "units": 128,
            "activation": "relu",
            "kind": "none",
            "dropout": 0.0,
            "input_dropout": 0.0,
            "learning_rate": 0.1,
            "momentum": 0.9,
            "nesterov": True,
            "batch_size": 32,
            "schedule": "constant",
        }
    ]


def test_without_hidden_layers_there_is_nothing_to_shape() -> None:
    (values,) = space_of("network.depth = 0").list_configurations()
    assert not values.keys() & {"units", "parameters", "activation", "dropout"}
    assert "input_dropout" in values


def test_where_depth_may_be_0_the_layers_depend_on_it() -> None:
    deep = (Condition("depth", (1, 2)),)
    space = space_of("network.depth = { min = 0, max = 2 }")
    assert conditions(space) == {"units": deep, "activation": deep, "dropout": deep}


def test_a_budget_of_parameters_takes_the_place_of_units() -> None:
    (values,) = space_of("network.parameters = 500").list_configurations()
    assert values["parameters"] == 500
    assert "units" not in values


def test_blocks_are_part_of_a_space_that_gives_them() -> None:
    (values,) = space_of("network.blocks = 2").list_configurations()
    assert (values["blocks"], values["filters"]) == (2, 16)
    (values,) = space_of("network.blocks = 0").list_configurations()
    assert values["blocks"] == 0
    assert "filters" not in values


def test_an_activation_acts_in_blocks_or_hidden_layers() -> None:
    space = space_of(
        "network.blocks = [0, 1]",
        "network.depth = [0, 1]",
        'network.activation = ["relu", "tanh"]',
    )
    found = [
        (values["blocks"], values["depth"], values.get("activation"))
        for values in space.list_configurations()
    ]
    assert found == [
        (0, 0, None),
        *((0, 1, each) for each in ("relu", "tanh")),
        *((1, depth, each) for depth in (0, 1) for each in ("relu", "tanh")),
    ]
    assert space.size() == len(found)
    assert conditions(space_of("network.blocks = 1", "network.depth = 0")) == {}


def test_the_rate_of_the_first_layer_needs_hidden_layers_and_adamw() -> None:
    space = space_of(
        "network.depth = [0, 1]",
        'optimizer.optimizer = ["sgd", "adamw"]',
        "optimizer.first_layer_rate = [0.5, 1]",
    )
    both = (Condition("depth", (1,)), Condition("optimizer", ("adamw",)))
    assert conditions(space)["first_layer_rate"] == both
    assert space.size() == 5


def test_what_a_kind_uses_depends_on_the_kind() -> None:
    space = space_of(
        'regularizer.kind = ["none", "l1", "elastic_net", "max_norm"]',
        "regularizer.strength = 0.1",
        "regularizer.balance = 0.5",
        "regularizer.radius = 2",
    )
    assert conditions(space) == {
        "strength": (Condition("kind", ("l1", "elastic_net")),),
        "balance": (Condition("kind", ("elastic_net",)),),
        "radius": (Condition("kind", ("max_norm",)),),
    }


def test_what_every_kind_uses_is_unconditional() -> None:
    space = space_of('regularizer.kind = ["l1", "l2"]', "regularizer.strength = 0.1")
    assert conditions(space) == {}


@pytest.mark.parametrize(
    ("momentum", "expected"),
    [
        ("0.9", ()),
        ("[0, 0.5, 0.9]", (Condition("momentum", (0.5, 0.9)),)),
        ("{ min = 0, max = 0.4, step = 0.2 }", (Condition("momentum", (0.2, 0.4)),)),
        ("{ min = 0, max = 0.9 }", ()),
    ],
)
def test_nesterov_needs_momentum(momentum: str, expected: tuple[Condition, ...]) -> None:
    space = space_of(f"sgd.momentum = {momentum}")
    assert conditions(space).get("nesterov", ()) == expected


def test_without_momentum_there_is_no_nesterov() -> None:
    (values,) = space_of("sgd.momentum = 0").list_configurations()
    assert "nesterov" not in values


def test_whole_numbers_are_floats_where_floats_are_expected() -> None:
    (values,) = space_of("sgd.learning_rate = 1").list_configurations()
    assert isinstance(values["learning_rate"], float)


def test_a_list_of_one_value_is_said_in_one_way() -> None:
    assert space_of("network.units = [16]").find_hyperparameter("units").domain == Fixed(16)


def test_a_step_of_1_asks_a_grid_for_every_value() -> None:
    whole, cut = (
        space_of(f"network.units = {{ min = 1, max = 30{step} }}") for step in (", step = 1", "")
    )
    assert whole.find_hyperparameter("units").domain == IntRange(1, 30, step=1)
    assert cut.find_hyperparameter("units").domain == IntRange(1, 30)
    assert [len(list(space.list_configurations(grid=True))) for space in (whole, cut)] == [30, 10]
    assert whole.size() == cut.size() == 30


def test_configurations_come_in_order_with_the_last_varying_fastest() -> None:
    space = space_of("network.depth = [0, 1]", "network.units = [8, 16]", "sgd.batch_size = [2, 4]")
    seen = [(v["depth"], v.get("units"), v["batch_size"]) for v in space.list_configurations()]
    assert seen == [(0, None, 2), (0, None, 4), (1, 8, 2), (1, 8, 4), (1, 16, 2), (1, 16, 4)]
    assert space.size() == 6


def test_an_infinite_space_is_listed_only_on_a_grid() -> None:
    space = space_of("sgd.momentum = { min = 0.5, max = 0.9 }")
    assert space.size() is None
    with pytest.raises(
        ValueError, match=r"^space my has infinitely many configurations; ask for grid=True$"
    ):
        space.list_configurations()
    assert len(list(space.list_configurations(grid=True))) == 10


def test_a_space_of_very_many_whole_numbers_is_counted_and_sampled_unlisted() -> None:
    space = space_of(
        "network.depth = [0, 1]",
        "network.parameters = { min = 1000, max = 1000000000 }",
        "sgd.batch_size = { min = 1, max = 1000000, step = 1 }",
    )
    assert space.size() == (1 + 999_999_001) * 10**6
    assert space.sample(random.Random(0)).keys() > {"depth", "batch_size"}
    assert next(space.list_configurations())["batch_size"] == 1
    assert next(space.list_configurations(grid=True))["batch_size"] == 1


def test_conditions_on_one_of_very_many_whole_numbers_are_counted_unlisted() -> None:
    parent = Hyperparameter("parent", IntRange(1, 10**12))
    values = (5, 7.0, 7.5, -1, "x")  # the last three are none of the parent's
    child = Hyperparameter("child", IntRange(1, 3), (Condition("parent", values),))
    assert Space("s", "Which?", (parent, child)).size() == 10**12 - 2 + 2 * 3


def test_independent_choices_with_children_are_counted_without_all_their_combinations() -> None:
    hyperparameters: list[Hyperparameter] = []
    for number in range(40):
        parent = Hyperparameter(f"op_{number}", Choice(("none", "conv", "pool")))
        condition = Condition(parent.name, ("conv",))
        hyperparameters += [parent, Hyperparameter(f"k_{number}", IntRange(1, 4), (condition,))]
    assert Space("s", "Which?", tuple(hyperparameters)).size() == 6**40


def test_a_pinned_space_is_the_part_with_that_value() -> None:
    space = space_of('compare = "depth"', "network.depth = [0, 1, 2]", "network.units = [8, 16]")
    part = space.pin("depth", 2)
    whole = [values for values in space.list_configurations() if values["depth"] == 2]
    assert list(part.list_configurations()) == whole
    assert [item.size() for item in (space, part, space.pin("depth", 0))] == [5, 2, 1]


def test_a_name_that_the_space_does_not_have_cannot_be_pinned() -> None:
    with pytest.raises(KeyError, match=r"^'dept'$"):
        space_of().pin("dept", 3)


def test_children_must_follow_their_parents() -> None:
    child = Hyperparameter("child", Fixed(1), (Condition("parent", (1,)),))
    with pytest.raises(
        ValueError, match=r"^space s: child depends on parent, which does not come before it$"
    ):
        Space("s", "Which?", (child, Hyperparameter("parent", Fixed(1))))


def test_a_space_compares_only_what_it_has() -> None:
    with pytest.raises(ValueError, match=r"^space s: compare names depth, which is not in it$"):
        Space("s", "Which?", (), compare="depth")


def test_a_part_of_a_part_acts_where_both_do() -> None:
    space = space_of(
        "network.depth = [0, 2]",
        "network.learned_slope = true",
        "network.scaling_layer = [false, true]",
        'inputs.numbers = ["plain", "periodic", "piecewise"]',
        "inputs.one_hot = 8",
        'optimizer.optimizer = ["sgd", "adamw"]',
        "optimizer.momentum = { min = 0, max = 0.9 }",
        "optimizer.weight_decay = [0, 0.1]",
        'optimizer.decay_schedule = "flat_cosine"',
        "optimizer.slope_rate = 0.1",
        "optimizer.scaling_rate = 6",
        "optimizer.embedding_rate = 0.1",
    )
    adamw = Condition("optimizer", ("adamw",))
    found = conditions(space)
    assert found["slope_rate"] == (Condition("depth", (2,)),)
    assert found["scaling_rate"] == (Condition("scaling_layer", (True,)),)
    assert found["nesterov"] == (Condition("optimizer", ("sgd",)),)
    assert found["decay_schedule"] == (adamw, Condition("weight_decay", (0.1,)))
    assert "embedding_rate" not in found  # columns of levels are embedded, too
    for values in space.list_configurations(grid=True):
        assert ("nesterov" in values) == (values["optimizer"] == "sgd")
        assert ("slope_rate" in values) == (values["depth"] == 2)
        assert ("bins" in values) == (values["numbers"] == "piecewise")
