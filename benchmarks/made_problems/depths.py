"""Is deeper better? The problems of `mlp_depth`."""

from made_problems.draws import (
    draw_blobs,
    draw_checkerboard,
    draw_noise,
    draw_noisy_line,
    draw_parity,
    draw_rare_disc,
    draw_rings,
    draw_spirals,
    draw_teacher,
)
from made_problems.problem import MadeProblem

__all__ = ["DEPTHS"]


DEPTHS = (
    MadeProblem(
        "spirals",
        "mlp_depth",
        900,
        draw_spirals(),
        "no line parts two arms that wind about each other one and a half times",
        worse=frozenset({0}),
        as_good=frozenset({3, 4, 5}),
    ),
    MadeProblem(
        "rings",
        "mlp_depth",
        600,
        draw_rings(),
        "no line parts rings of one centre; one hidden layer does",
        worse=frozenset({0}),
        as_good=frozenset({2, 3, 5, 6}),
    ),
    MadeProblem(
        "xor",
        "mlp_depth",
        800,
        draw_parity(2, 4),
        "either feature alone says nothing",
        worse=frozenset({0}),
        as_good=frozenset({1, 2}),
    ),
    MadeProblem(
        "parity",
        "mlp_depth",
        1500,
        draw_parity(3, 3, flipped=0.05),
        "no two of the three features say anything",
        worse=frozenset({0}),
    ),
    MadeProblem(
        "checkerboard",
        "mlp_depth",
        1500,
        draw_checkerboard(4),
        "every line has as many of either class on each side",
        worse=frozenset({0, 1}),
        as_good=frozenset({3, 5}),
    ),
    MadeProblem(
        "rare_disc",
        "mlp_depth",
        2000,
        draw_rare_disc(),
        "one row in ten, in the middle of the others",
        worse=frozenset({0}),
        as_good=frozenset({2, 3, 5, 6}),
    ),
    MadeProblem(
        "teacher",
        "mlp_depth",
        3000,
        draw_teacher((5, 8, 3), 4.0),
        "labels by sines of weighted sums",
        worse=frozenset({0}),
        as_good=frozenset({1}),
    ),
    MadeProblem(
        "noisy_line",
        "mlp_depth",
        1000,
        draw_noisy_line(5, 2.0),
        "logistic regression is the true model",
        as_good=frozenset({0}),
    ),
    MadeProblem(
        "blobs",
        "mlp_depth",
        900,
        draw_blobs(5, 3.0),
        "normal clouds of one covariance: multinomial logistic regression is the true model",
        as_good=frozenset({0}),
    ),
    MadeProblem(
        "noise",
        "mlp_depth",
        500,
        draw_noise(6, 2),
        "labels are drawn at random; one or two wide layers learn them in their first epoch",
        as_good=frozenset({0, 4, 6}),
    ),
)
