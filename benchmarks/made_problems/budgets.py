"""Deep or wide, at the same number of weights? The problems of `mlp_depth_vs_width`."""

from made_problems.draws import draw_blobs, draw_noise, draw_spirals
from made_problems.problem import MadeProblem

__all__ = ["BUDGETS"]

BUDGETS = (
    MadeProblem(
        "budget_spirals",
        "mlp_depth_vs_width",
        900,
        draw_spirals(),
        "three to five layers bend a plane alike; one layer is behind, by little",
        as_good=frozenset({3, 4, 5}),
    ),
    MadeProblem(
        "budget_noise",
        "mlp_depth_vs_width",
        800,
        draw_noise(8, 3),
        # one layer of 1,700 units is far off after its first epoch, so it is truly worse
        "labels are drawn at random",
        as_good=frozenset({3, 4, 5, 6}),
        is_noise=True,
    ),
    MadeProblem(
        "budget_blobs",
        "mlp_depth_vs_width",
        900,
        draw_blobs(4, 3.0),
        "normal clouds of one covariance, on which deep networks become too sure",
        as_good=frozenset({2, 3}),
    ),
)
