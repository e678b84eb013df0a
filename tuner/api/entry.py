"""What a study says of a network, a score or a comparison: a dictionary with attributes."""

from typing import Any

__all__ = ["Entry"]


class Entry(dict[str, Any]):
    """A dictionary whose keys are attributes too.

    >>> best = Entry(trial=3, score=0.2)
    >>> best.trial, best["score"]
    (3, 0.2)
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no {name}; there are {', '.join(self)}") from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]
