"""The threshold with which an exported model decides."""

from collections.abc import Mapping
from typing import Any

__all__ = ["read_threshold"]


def read_threshold(description: Mapping[str, Any]) -> float | None:
    """Return the threshold with which an exported model decides; None for the most probable class.

    Args:
        description: The content of its `model.json`; those of earlier versions have no threshold.
    """
    threshold = description.get("threshold")
    return None if threshold is None else float(threshold["value"])
