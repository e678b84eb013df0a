"""How many units are needed? The problems of `mlp_width`."""

from made_problems.draws import draw_checkerboard, draw_noisy_line, draw_spirals
from made_problems.problem import MadeProblem

__all__ = ["WIDTHS"]

WIDTHS = (
    MadeProblem(
        "width_board",
        "mlp_width",
        2000,
        draw_checkerboard(5),
        "eight units bend too few lines for five times five fields",
        worse=frozenset({8}),
    ),
    MadeProblem(
        "width_spirals",
        "mlp_width",
        900,
        draw_spirals(),
        "thirty-two units bend lines enough, and a hundred train as well",
        as_good=frozenset({32, 64, 128}),
    ),
    MadeProblem(
        "width_line",
        "mlp_width",
        1200,
        draw_noisy_line(4, 2.0),
        "one weighted sum says all, and hundreds of units learn the noise",
        as_good=frozenset({8, 16, 32}),
    ),
)
