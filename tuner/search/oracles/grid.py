"""Grid search."""

from collections.abc import Iterator

from tuner.search.oracles.base import StudyOracle
from tuner.search.oracles.tried import Tried
from tuner.space import Space, Value

__all__ = ["GridOracle"]


class GridOracle(StudyOracle):
    """Visits every configuration once, in the order of the space file, the last one fastest.

    A range of numbers without a step is cut at ten points, evenly on its scale.
    """

    _walk: "_Walk | None" = None

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the grid's first point that is untried."""
        space, tried = self.space, self.tried()
        if self._walk is None or not self._walk.is_over(space, tried):
            self._walk = _Walk(space, tried)
        return self._walk.first_untried()


class _Walk:
    """A way over the grid, which goes on where it was: all points before were tried."""

    def __init__(self, space: Space, tried: Tried) -> None:
        self._space, self._tried = space, tried
        self._points: Iterator[dict[str, Value]] = space.configurations(grid=True)
        self._point = next(self._points, None)

    def is_over(self, space: Space, tried: Tried) -> bool:
        """Tell whether it is a way over this space's grid, past these trials."""
        return tried is self._tried and space == self._space

    def first_untried(self) -> dict[str, Value] | None:
        while self._point is not None and self._point in self._tried:
            self._point = next(self._points, None)
        return self._point
