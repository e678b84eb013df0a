"""The search spaces that ship: one TOML file a question. Data, read by `tuner.space`."""

from pathlib import Path

__all__ = ["folder", "names"]

# From one question about one thing to everything at once.
_NAMES = (
    "mlp_depth",
    "mlp_width",
    "mlp_depth_vs_width",
    "mlp_regularizer",
    "mlp_dropout",
    "mlp_sgd",
    "mlp_adamw",
    "mlp",
    "tabular",
    "cnn",
)


def folder() -> Path:
    """Return the folder that holds `NAME.toml` of each name."""
    return Path(__file__).parent


def names() -> tuple[str, ...]:
    """Return the names of the spaces, in the order in which to read them."""
    return _NAMES
