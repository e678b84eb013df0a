"""Which batch size with Adam? The problems of `mlp_adamw` and of an own space."""

from made_problems.draws import draw_noisy_line, draw_rings, draw_spirals
from made_problems.problem import SPACES, MadeProblem

__all__ = ["ADAMW"]

ADAMW = (
    MadeProblem(
        "adamw_line",
        "mlp_adamw",
        1200,
        draw_noisy_line(5, 2.0),
        "a convex bowl, reached with batches of any size",
        as_good=frozenset({32, 64, 128, 256}),
    ),
    MadeProblem(
        "adamw_rings",
        "mlp_adamw",
        600,
        draw_rings(),
        "Adam's steps are as long with small and middling batches, and enough",
        as_good=frozenset({32, 64}),
    ),
    MadeProblem(
        "adamw_steps",
        str(SPACES / "batches_with_adamw.toml"),
        900,
        draw_spirals(noise=0.2, turns=2.2),
        "a batch of 1,024 makes one step an epoch, and all of them together are short",
        worse=frozenset({1024}),
        as_good=frozenset({16}),
    ),
)
