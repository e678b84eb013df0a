"""Times in words."""

__all__ = ["say_seconds"]


def say_seconds(seconds: float) -> str:
    """Return a rough time, no more exact than an estimate is.

    >>> say_seconds(0.4), say_seconds(7.2), say_seconds(48), say_seconds(100), say_seconds(5000)
    ('1 s', '7 s', '50 s', '2 min', '1 h 25 min')
    """
    if seconds < 10:
        return f"{max(round(seconds), 1)} s"
    if seconds < 57.5:
        return f"{5 * round(seconds / 5)} s"
    minutes = max(round(seconds / 60), 1)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(5 * round(minutes / 5), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
