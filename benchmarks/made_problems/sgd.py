"""Which batch size, and which learning rate? The problems of `mlp_sgd` and of own spaces."""

from made_problems.draws import (
    draw_checkerboard,
    draw_noisy_line,
    draw_parity,
    draw_rings,
    draw_spirals,
)
from made_problems.problem import SPACES, MadeProblem

__all__ = ["SGD"]

_BATCHES = frozenset({16, 32, 64, 128, 256})

SGD = (
    MadeProblem(
        "batch_line",
        "mlp_sgd",
        1200,
        draw_noisy_line(5, 2.0),
        "a convex bowl, reached with batches of any size",
        as_good=_BATCHES,
    ),
    MadeProblem(
        "batch_spirals",
        "mlp_sgd",
        400,
        draw_spirals(noise=0.15, turns=2.2),
        "small and middling batches all make steps enough, where the rate fits",
        as_good=frozenset({16, 32, 64, 128}),
    ),
    MadeProblem(
        "batch_board",
        "mlp_sgd",
        500,
        draw_checkerboard(3),
        "small and middling batches all make steps enough, where the rate fits",
        as_good=frozenset({32, 64}),
    ),
    MadeProblem(
        "batch_steps",
        str(SPACES / "batches.toml"),
        900,
        draw_spirals(noise=0.2, turns=2.2),
        "a batch of 512 makes two steps an epoch, one of 1,024 a single one",
        worse=frozenset({512, 1024}),
        as_good=frozenset({16}),
    ),
    MadeProblem(
        "large_rates",
        str(SPACES / "rates_of_plain_sgd.toml"),
        800,
        draw_parity(2, 2),
        "tiny steps do not leave the saddle in fifty epochs",
        worse=frozenset({0.0001, 0.001}),
        as_good=frozenset({0.3}),
    ),
    MadeProblem(
        "small_rates",
        str(SPACES / "rates_with_momentum.toml"),
        600,
        draw_rings(),
        "huge steps with momentum throw the weights about",
        worse=frozenset({1.0, 3.0}),
        as_good=frozenset({0.05}),
    ),
)
