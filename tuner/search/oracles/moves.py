"""A value near another one in its domain."""

from tuner.space import Domain, Value

__all__ = ["find_moved_share"]

_BELOW = 1e-9  # shares end below 1


def find_moved_share(domain: Domain, value: Value, step: float) -> float:
    """Return how far through a domain a value lies after a step, which is mirrored at the ends.

    Args:
        domain: The domain.
        value: One of its values.
        step: How far to move, as a share of the domain; below 0 towards its first value.

    Returns:
        From 0 to below 1; `locate` of the domain returns the value there.

    >>> from tuner.space import FloatRange
    >>> find_moved_share(FloatRange(0.0, 1.0), 0.25, 0.5)
    0.75
    >>> find_moved_share(FloatRange(0.0, 1.0), 0.25, -0.5)
    0.25
    """
    share = abs(domain.find_share(value) + step) % 2
    return share if share < 1 else max(2 - share - _BELOW, 0.0)
