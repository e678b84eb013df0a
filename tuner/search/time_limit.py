"""Keeps an oracle from proposing trials that cannot end in the time that is left."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from tuner.search.oracles.network_limit import NetworkLimit
from tuner.space import Space, Value

__all__ = ["TimeLimit"]

_MOST_DRAWS = 200  # after which nothing seems to fit; each takes about a tenth of a millisecond


class TimeLimit:
    """Lets an oracle propose what can end in time, beside what another limit says of sizes.

    A proposal that a model would have trained for longer is shortened, since the configuration may
    be good after fewer epochs, too.

    Args:
        fits: Returns whether a trial with some active hyperparameters can end in time.
        sizes: The limit on the sizes of networks. None if there is none.

    Attributes:
        has_refused: Whether it has refused a configuration for want of time; it can be set.
    """

    def __init__(
        self, fits: Callable[[Mapping[str, Value]], bool], sizes: NetworkLimit | None
    ) -> None:
        self._fits = fits
        self._sizes = sizes
        self.has_refused = False

    def allows(self, values: Mapping[str, Value]) -> bool:
        """Return whether a configuration is small enough, and its trial can end in time."""
        if self._sizes is not None and not self._sizes.allows(values):
            return False
        fits = self._fits(values)
        self.has_refused = self.has_refused or not fits
        return fits

    def select(self, draws: Iterator[dict[str, Value]]) -> Iterator[dict[str, Value]]:
        """Yield those of some draws that are allowed; it gives up after 200 small enough ones."""
        small = draws if self._sizes is None else self._sizes.select(draws)
        return filter(self.allows, islice(small, _MOST_DRAWS))

    def narrow(self, values: Mapping[str, Value], space: Space) -> dict[str, Value] | None:
        """Return a configuration like one that is not allowed, narrower or trained for less long.

        Args:
            values: The configuration.
            space: Says which widths and lengths there are.

        Returns:
            None if none is allowed.
        """
        narrowed = dict(values)
        if self._sizes is not None and not self._sizes.allows(values):
            narrower = self._sizes.narrow(values, space)
            if narrower is None or self.allows(narrower):
                return narrower
            narrowed = narrower
        return next(filter(self.allows, _shorten(narrowed, space)), None)

    def require_any(self, space: Space) -> None:
        """Check that a space has a network that is small enough."""
        if self._sizes is not None:
            self._sizes.require_any(space)


def _shorten(values: dict[str, Value], space: Space) -> Iterator[dict[str, Value]]:
    """Yield configurations that train for less long, the longest first; all else is unchanged."""
    if "length" not in values:
        return
    lengths = space.find_hyperparameter("length").domain.values() or ()
    for length in sorted(lengths, key=float, reverse=True):
        if float(length) < float(values["length"]):
            yield {**values, "length": length}
