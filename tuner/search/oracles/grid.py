"""Grid search."""

from collections.abc import Callable, Iterator

from tuner.search.oracles.base import StudyOracle
from tuner.search.oracles.tried_configurations import TriedConfigurations
from tuner.space import Space, Value

__all__ = ["GridOracle"]

_MOST_LEFT = 200  # points that had no time, as there may be very many


class GridOracle(StudyOracle):
    """Proposes every configuration once, in the order of the space; the last one varies fastest.

    A range without a step is cut at ten points, evenly on its scale. KerasTuner's own grid oracle
    loses its position when a search is resumed.
    """

    _cursor: "_GridCursor | None" = None

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the first untried point of the grid whose network is not too large."""
        if (first := self.propose_first()) is not None:
            return first
        space, tried = self.space, self.read_tried()
        if self._cursor is None or not self._cursor.is_cursor_of(space, tried):
            limit = self.time_limit
            allows_size = self.allows if limit is None else limit.allows_size
            self._cursor = _GridCursor(space, tried, self.allows, allows_size)
        return self._cursor.find_untried()


class _GridCursor:
    """A cache of the position in the grid: of the points before it, few are left to try.

    The others were tried or are too large. Those that are left had no time when it came to them.
    """

    def __init__(
        self,
        space: Space,
        tried: TriedConfigurations,
        allows: Callable[[dict[str, Value]], bool],
        allows_size: Callable[[dict[str, Value]], bool],
    ) -> None:
        self._space, self._tried = space, tried
        self._allows, self._allows_size = allows, allows_size
        self._left: list[dict[str, Value]] = []
        self._points: Iterator[dict[str, Value]] = space.list_configurations(grid=True)
        self._point = next(self._points, None)

    def is_cursor_of(self, space: Space, tried: TriedConfigurations) -> bool:
        """Return whether this is a position in this space's grid, for these trials."""
        return tried is self._tried and space == self._space

    def find_untried(self) -> dict[str, Value] | None:
        """Return the first untried point; None if there is none."""
        left = (point for point in self._left if point not in self._tried)
        late = next(filter(self._allows, left), None)
        if late is not None:
            return late
        while (point := self._point) is not None:
            if point not in self._tried:
                if self._allows(point):
                    break
                if len(self._left) < _MOST_LEFT and self._allows_size(point):
                    self._left.append(point)
            self._point = next(self._points, None)
        return point
