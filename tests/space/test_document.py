"""Every mistake in a space file gives one sentence that says what, where and how to mend it."""

import pytest

from tuner.errors import SpaceError
from tuner.space import parse_space

TITLE = 'title = "Which?"\n'
EXAMPLE_TITLE = 'write for example title = "How deep should the network be?"'
KNOWN_ACTIVATIONS = "relu, tanh, sigmoid, elu, selu, gelu, silu, leaky_relu, mish"

STRUCTURE = [
    (
        'title = "Which?"\n[netwrok]\ndepth = 1',
        "[netwrok]: no such table; did you mean network? Known are inputs, network, regularizer, "
        "optimizer, sgd, loss",
    ),
    (
        TITLE + "[zzz]\ndepth = 1",
        "[zzz]: no such table; known are inputs, network, regularizer, optimizer, sgd, loss",
    ),
    (
        TITLE + "[network]\nunit = 8",
        "[network] unit: no such key; did you mean units? "
        "Known are blocks, filters, depth, units, parameters, activation, learned_slope, "
        "normalization, residual, scaling_layer, parametrization, biases, heads",
    ),
    (
        TITLE + "[network]\nwibble = 0.9",
        "[network] wibble: no such key; known are blocks, filters, depth, units, parameters, "
        "activation, learned_slope, normalization, residual, scaling_layer, parametrization, "
        "biases, heads",
    ),
    (
        TITLE + "[network]\nmomentum = 0.9",
        "[network] momentum: it belongs in [sgd] or [optimizer]; move it there",
    ),
    (
        TITLE + "[optimizer]\noptimizer = 'adamw'\nlabel_smoothing = 0.1",
        "[optimizer] label_smoothing: it belongs in [loss]; move it there",
    ),
    (
        TITLE + "units = 8",
        "units: it belongs in a table; write it below a line [network]",
    ),
    (
        TITLE + "[network]\ndepth = [1, 2]\ncompare = 'depth'",
        "[network] compare: it belongs above the first table; move it to the top of the file",
    ),
    (
        TITLE + "depth = { min = 0, max = 6 }",
        "depth: it belongs in a table; write it below a line [network]",
    ),
    (TITLE + "network = 3", "[network]: expected a table, received 3; write [network] on a line"),
    (
        TITLE + "[[sgd]]\nmomentum = 0.9",
        "[sgd]: expected a table, received [{ momentum = 0.9 }]; write [sgd] on a line",
    ),
    (
        'titel = "Which?"',
        "titel: no such key; did you mean title? Known are title, compare",
    ),
    ("[network]\ndepth = 1", f"title: missing; {EXAMPLE_TITLE}"),
    ("title = 3", f"title: expected a question in quotes, received 3; {EXAMPLE_TITLE}"),
    ('title = " "', f'title: expected a question in quotes, received " "; {EXAMPLE_TITLE}'),
]

VALUES = [
    (
        'network.depth = "two"',
        '[network] depth: expected a whole number, received "two"; write for example depth = 1',
    ),
    (
        "network.depth = true",
        "[network] depth: expected a whole number, received true; write for example depth = 1",
    ),
    (
        "network.depth = 2.0",
        "[network] depth: expected a whole number, received 2.0; write for example depth = 1",
    ),
    (
        "network.activation = 3",
        "[network] activation: expected a text in quotes, received 3; "
        'write for example activation = "relu"',
    ),
    (
        "sgd.nesterov = 1",
        "[sgd] nesterov: expected true or false, received 1; write for example nesterov = true",
    ),
    (
        "sgd.momentum = false",
        "[sgd] momentum: expected a number, received false; write for example momentum = 0.9",
    ),
    (
        "sgd.momentum = 1979-05-27",
        "[sgd] momentum: expected a number, received 1979-05-27; write for example momentum = 0.9",
    ),
    (
        "sgd.learning_rate = nan",
        "[sgd] learning_rate: expected a finite number, received nan; "
        "write for example learning_rate = 0.1",
    ),
    (
        "sgd.learning_rate = [0.1, inf]",
        "[sgd] learning_rate: expected a finite number in the list, received inf; "
        "write for example learning_rate = 0.1",
    ),
    (
        "sgd.learning_rate = 1" + "0" * 400,
        f"[sgd] learning_rate: expected a finite number, received 1{'0' * 29}…{'0' * 10} "
        "(401 characters); write for example learning_rate = 0.1",
    ),
    (
        "network.units = [16, [32, 64]]",
        "[network] units: expected a whole number in the list, received [32, 64]; "
        "write for example units = 128",
    ),
    (
        'network.units = [16, "32"]',
        '[network] units: expected a whole number in the list, received "32"; '
        "write for example units = 128",
    ),
    (
        "network.units = []",
        "[network] units: the list is empty; write for example units = 128",
    ),
    (
        "network.units = [16, 32, 16]",
        "[network] units: the list holds 16 twice; leave one out",
    ),
    (
        "sgd.momentum = [0, 0.0]",
        "[sgd] momentum: the list holds 0.0 twice; leave one out",
    ),
    (
        'network.activation = "rellu"',
        '[network] activation: no activation is called "rellu"; did you mean relu? '
        f"Known are {KNOWN_ACTIVATIONS}",
    ),
    (
        'regularizer.kind = ["none", "ridge"]',
        '[regularizer] kind: no kind is called "ridge"; '
        "known are none, l1, l2, elastic_net, max_norm",
    ),
    (
        'sgd.schedule = "cosin"',
        '[sgd] schedule: no schedule is called "cosin"; did you mean cosine? '
        "Known are constant, cosine, flat_cosine, coslog4",
    ),
]

RANGES = [
    ("depth = { min = 8, max = 2 }", "min 8 is above max 2; swap them"),
    (
        "depth = { min = 3, max = 3 }",
        "min and max are both 3; write the bare value, depth = 3",
    ),
    (
        "depth = { min = 0, mx = 3 }",
        'the range has no key "mx"; did you mean max? Known are min, max, step, log',
    ),
    ("depth = { min = 0 }", "the range has no max; give it both min and max"),
    ("depth = { max = 3 }", "the range has no min; give it both min and max"),
    (
        "depth = { min = 0.5, max = 3 }",
        "expected a whole number as min, received 0.5; write for example depth = 1",
    ),
    (
        "depth = { min = 0, max = [3] }",
        "expected a whole number as max, received [3]; write for example depth = 1",
    ),
    (
        "depth = { min = 0, max = 6, step = 1.5 }",
        "expected a whole number as step, received 1.5; write for example depth = 1",
    ),
    (
        "depth = { min = 1, max = 6, log = 1 }",
        "expected true or false as log, received 1; write log = true",
    ),
    (
        "depth = { min = 0, max = 6, log = true }",
        "a log range needs min above 0, received 0; raise min or drop log",
    ),
    (
        "depth = { min = 0, max = 6, step = 0 }",
        "step 0 is not above 0; give one that is, or drop step",
    ),
    (
        "depth = { min = 0, max = 6, step = 7 }",
        "step 7 leads from min 0 past max 6; give a smaller one, or drop step",
    ),
    (
        "depth = { min = 1, max = 8, step = 1, log = true }",
        "step 1 multiplies in a log range; give one above 1, or drop step",
    ),
    (
        "depth = { min = 2, max = 5, step = 3, log = true }",
        "step 3 leads from min 2 past max 5; give a smaller one, or drop step",
    ),
]

LIMITS = [
    ("network.depth = -1", "-1 is not allowed; depth must be at least 0 and at most 32"),
    ("network.depth = [1, 33]", "33 is not allowed; depth must be at least 0 and at most 32"),
    (
        "network.depth = { min = 0, max = 33 }",
        "33 is not allowed; depth must be at least 0 and at most 32",
    ),
    ("network.units = 0", "0 is not allowed; units must be at least 1 and at most 65536"),
    (
        "network.parameters = 0",
        "0 is not allowed; parameters must be at least 1 and at most 1000000000",
    ),
    ("regularizer.strength = 0", "0 is not allowed; strength must be above 0"),
    ("regularizer.balance = 1.5", "1.5 is not allowed; balance must be at least 0 and at most 1"),
    ("regularizer.radius = 0.0", "0.0 is not allowed; radius must be above 0"),
    ("regularizer.dropout = 1", "1 is not allowed; dropout must be at least 0 and below 1"),
    (
        "regularizer.input_dropout = -0.1",
        "-0.1 is not allowed; input_dropout must be at least 0 and below 1",
    ),
    ("sgd.learning_rate = 0", "0 is not allowed; learning_rate must be above 0"),
    ("sgd.momentum = 1.0", "1.0 is not allowed; momentum must be at least 0 and below 1"),
    ("sgd.batch_size = 0", "0 is not allowed; batch_size must be at least 1 and at most 1000000"),
]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        *STRUCTURE,
        *((TITLE + line, message) for line, message in VALUES),
        *((f"{TITLE}[network]\n{line}", f"[network] depth: {tail}") for line, tail in RANGES),
        *((TITLE + line, f"[{_at}] {_key}: {tail}") for line, tail in LIMITS
          for _at, _key in [line.split(" ")[0].split(".")]),
        (
            TITLE + 'network.activation = { min = 1, max = 2 }',
            "[network] activation: a range needs numbers, received { min = 1, max = 2 }; "
            'write a list such as activation = ["relu", "tanh"]',
        ),
        (
            TITLE + "sgd.nesterov = {}",
            "[sgd] nesterov: a range needs numbers, received {}; "
            "write a list such as nesterov = [true, false]",
        ),
        (
            TITLE + "sgd.momentum = { min = 0, max = 0.5, step = 1e-5 }",
            "[sgd] momentum: step 1e-05 makes 50001 values, expected at most 10000; "
            "give a larger one, or drop step",
        ),
        (
            TITLE + "sgd.momentum = { min = 0, max = 0.5, step = 5e-324 }",
            "[sgd] momentum: step 5e-324 makes 9007199254740993 values, expected at most 10000; "
            "give a larger one, or drop step",
        ),
        (
            TITLE + "sgd.learning_rate = { min = 0.01, max = 1, step = -0.1 }",
            "[sgd] learning_rate: step -0.1 is not above 0; give one that is, or drop step",
        ),
        (
            TITLE + "sgd.learning_rate = { min = 0.01, max = nan }",
            "[sgd] learning_rate: expected a finite number as max, received nan; "
            "write for example learning_rate = 0.1",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_sentence(text: str, message: str) -> None:
    with pytest.raises(SpaceError) as caught:
        parse_space(text, name="my", file="my.toml")
    assert str(caught.value) == f"space file my.toml, {message}"
