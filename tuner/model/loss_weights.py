"""The `loss_weights` that a network was compiled with."""

from typing import Any

__all__ = ["get_loss_weights"]


def get_loss_weights(model: Any) -> Any:
    """Return the `loss_weights` that a network was compiled with: a float, list or dict, or None.

    Whoever compiles a network of a person's own again passes them on, or they are lost.
    """
    compiled = getattr(model, "_compile_loss", None)  # nothing public has those of `compile`
    return getattr(compiled, "_user_loss_weights", None)
