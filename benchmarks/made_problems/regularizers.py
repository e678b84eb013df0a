"""Does a regularizer help? The problems of `mlp_regularizer` and `mlp_dropout`."""

from made_problems.draws import (
    draw_checkerboard,
    draw_noise,
    draw_noisy_copies,
    draw_noisy_line,
    draw_rings,
)
from made_problems.problem import MadeProblem

__all__ = ["REGULARIZERS"]

_RATES = frozenset(round(0.1 * n, 1) for n in range(8))

REGULARIZERS = (
    MadeProblem(
        "few_rows",
        "mlp_regularizer",
        400,
        draw_noisy_line(150, 10.0, used=3),
        "three of 150 features count: a penalty on weights leaves out the others",
        worse=frozenset({"none"}),
        as_good=frozenset({"l1", "elastic_net"}),
    ),
    MadeProblem(
        "many_rows",
        "mlp_regularizer",
        2500,
        draw_noisy_line(40, 3.0),
        "256 units overfit noisy labels even with 2,500 rows, so a bound on the weights helps",
        worse=frozenset({"none"}),
        as_good=frozenset({"elastic_net", "max_norm"}),
    ),
    MadeProblem(
        "penalty_rings",
        "mlp_regularizer",
        900,
        draw_rings(),
        "two features, and rows enough",
        as_good=frozenset({"none", "l1"}),
    ),
    MadeProblem(
        "dropout_board",
        "mlp_dropout",
        1500,
        draw_checkerboard(4),
        "a fine pattern without noise needs all units",
        worse=frozenset({0.6, 0.7}),
        as_good=frozenset({0.0}),
    ),
    MadeProblem(
        "dropout_copies",
        "mlp_dropout",
        600,
        draw_noisy_copies(10, 2.5),
        "many poor copies of one signal: each unit may miss",
        as_good=frozenset({0.4, 0.5}),
    ),
    MadeProblem(
        "dropout_noise",
        "mlp_dropout",
        400,
        draw_noise(5, 2),
        "labels are drawn at random",
        as_good=_RATES,
        is_noise=True,
    ),
)
