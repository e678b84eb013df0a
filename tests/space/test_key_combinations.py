"""Keys of a space file that are right by themselves, and do not go together, are refused."""

import pytest

from tuner.errors import SpaceError
from tuner.space import parse_space

ACTIVITY = [
    (
        "network.units = 8\nnetwork.parameters = 100",
        "[network] parameters: units and parameters cannot both be given; keep units to set the "
        "width, or parameters to solve it from a budget",
    ),
    *(
        (
            f"network.depth = 0\n{key} = {value}",
            f"[{key.split('.')[0]}] {key.split('.')[1]}: it does nothing with depth 0; "
            "leave it out, or let depth be above 0",
        )
        for key, value in [
            ("network.units", "8"),
            ("network.parameters", "100"),
            ("network.activation", '"tanh"'),
            ("regularizer.dropout", "0.5"),
        ]
    ),
    (
        "sgd.momentum = 0\nsgd.nesterov = true",
        "[sgd] nesterov: it does nothing with momentum 0; leave it out, or let momentum be above 0",
    ),
    (
        "regularizer.strength = 0.1",
        "[regularizer] strength: no kind in this space uses it; "
        "leave it out, or add l1 or l2 or elastic_net to kind",
    ),
    (
        'regularizer.kind = ["l1", "l2"]\nregularizer.strength = 0.1\nregularizer.balance = 0.5',
        "[regularizer] balance: no kind in this space uses it; "
        "leave it out, or add elastic_net to kind",
    ),
    (
        'regularizer.kind = ["none", "l2"]\nregularizer.radius = 2',
        "[regularizer] strength: missing, but needed by the kind l2; "
        "write for example strength = 0.0001",
    ),
    (
        'regularizer.kind = ["none", "l2", "elastic_net"]',
        "[regularizer] strength: missing, but needed by the kind l2, elastic_net; "
        "write for example strength = 0.0001",
    ),
    (
        'regularizer.kind = "elastic_net"\nregularizer.strength = 0.1',
        "[regularizer] balance: missing, but needed by the kind elastic_net; "
        "write for example balance = 0.5",
    ),
    (
        'regularizer.kind = "max_norm"',
        "[regularizer] radius: missing, but needed by the kind max_norm; "
        "write for example radius = 3.0",
    ),
]

BLOCKS = [
    (
        "network.blocks = 2\nnetwork.parameters = 500",
        "[network] parameters: blocks and parameters cannot both be given, since a budget is one "
        "of hidden layers alone; write units in place of parameters, or drop blocks",
    ),
    (
        "network.filters = 8",
        "[network] filters: it does nothing without blocks; leave it out, or give blocks",
    ),
    (
        "network.blocks = 0\nnetwork.filters = 8",
        "[network] filters: it does nothing with blocks 0; leave it out, or let blocks be above 0",
    ),
]

TABLES = [
    (
        "inputs.scaling = 'robust'\nnetwork.blocks = 2",
        "[network] blocks: networks with scaling have no blocks; drop blocks, or drop scaling",
    ),
    (
        "network.depth = 2\nnetwork.residual = true\nnetwork.parameters = 500",
        "[network] parameters: networks with residual have no parameters; write units instead, or "
        "drop residual",
    ),
    (
        "sgd.schedule = 'coslog4'\nnetwork.blocks = 2",
        "[network] blocks: networks with this schedule have no blocks; drop blocks, or drop this "
        "schedule",
    ),
    (
        "inputs.word_width = 4",
        "[inputs] word_width: it does nothing without one_hot; leave it out, or give one_hot",
    ),
    (
        "inputs.numbers = 'plain'\noptimizer.optimizer = 'adamw'\noptimizer.embedding_rate = 0.1",
        "[optimizer] embedding_rate: no numbers in this space uses it; leave it out, or add "
        "periodic or piecewise to numbers",
    ),
    (
        "optimizer.optimizer = 'adamw'\noptimizer.slope_rate = 0.1\nnetwork.learned_slope = false",
        "[optimizer] slope_rate: it does nothing with learned_slope false; leave it out, or let "
        "learned_slope be true",
    ),
    (
        "optimizer.optimizer = 'adamw'\noptimizer.momentum = 0.9",
        "[optimizer] momentum: no optimizer in this space uses it; leave it out, or add sgd to "
        "optimizer",
    ),
    (
        "network.depth = 0\noptimizer.optimizer = 'adamw'\noptimizer.first_layer_rate = 0.5",
        "[optimizer] first_layer_rate: it does nothing with depth 0; leave it out, or let depth be "
        "above 0",
    ),
    (
        "optimizer.optimizer = 'sgd'\noptimizer.first_layer_rate = 0.5",
        "[optimizer] first_layer_rate: no optimizer in this space uses it; leave it out, or add "
        "adamw to optimizer",
    ),
    (
        "network.normalization = 'batch'\nnetwork.depth = 0",
        "[network] normalization: it does nothing with depth 0; leave it out, or let depth be "
        "above 0",
    ),
    (
        "network.residual = true\nnetwork.depth = [0, 1]",
        "[network] residual: it does nothing with depth 0, 1; leave it out, or let depth be "
        "above 1",
    ),
    (
        "network.heads = 4\nnetwork.depth = 0",
        "[network] heads: it does nothing with depth 0; leave it out, or let depth be above 0",
    ),
    (
        "loss.mixing_strength = 0.4",
        "[loss] mixing_strength: no mixing in this space uses it; leave it out, or add mixup or "
        "cutmix to mixing",
    ),
    (
        "regularizer.dropout_schedule = 'cosine'\nregularizer.dropout = 0",
        "[regularizer] dropout_schedule: it does nothing with dropout 0; leave it out, or let "
        "dropout be above 0",
    ),
]

COMPARISONS = [
    ("compare = 3", "expected a hyperparameter's name in quotes, received 3"),
    (
        'compare = "dept"\nnetwork.depth = [1, 2]',
        "this space has no dept; did you mean depth? Known are depth, units, activation, kind, "
        "dropout, input_dropout, learning_rate, momentum, nesterov, batch_size, schedule",
    ),
    (
        'compare = "units"\nnetwork.depth = 0',
        "this space has no units; known are depth, kind, input_dropout, learning_rate, momentum, "
        "nesterov, batch_size, schedule",
    ),
    (
        'compare = "depth"\nnetwork.depth = [3]',
        "depth has one value only, 3; give it a range or a list, or drop compare",
    ),
    (
        'compare = "learning_rate"\nsgd.learning_rate = { min = 0.01, max = 1, log = true }',
        "learning_rate has infinitely many values, 0.01 … 1, log; "
        "give it a step or a list, or drop compare",
    ),
    (
        'compare = "units"\nnetwork.units = { min = 8, max = 512 }',
        "units has 505 values, 8 … 512, expected at most 100; "
        "give it a larger step or a list, or drop compare",
    ),
    (
        'compare = "units"\nnetwork.depth = [0, 1, 2]\nnetwork.units = [8, 16]',
        "units acts only with depth 1, 2; "
        "compare what acts in every trial, or drop other values of depth",
    ),
]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        *(ACTIVITY + BLOCKS + TABLES),
        *((lines, f"compare: {tail}") for lines, tail in COMPARISONS),
    ],
)
def test_keys_that_do_not_go_together_are_told_in_one_sentence(lines: str, message: str) -> None:
    with pytest.raises(SpaceError) as caught:
        parse_space(f'title = "Which?"\n{lines}', name="my", file="my.toml")
    assert str(caught.value) == f"space file my.toml, {message}"
