"""Why a network cannot be trained in lanes."""

__all__ = ["Unfit"]


class Unfit(Exception):
    """A hypermodel whose networks only its own `fit` can train; the text says why."""
