"""Keeps an oracle from proposing trials that cannot end in the time that is left."""

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from tuner.search.oracles.lengths import list_shorter
from tuner.search.oracles.proposal_limit import ProposalLimit
from tuner.space import Space, Value

__all__ = ["TimeLimit"]

_MOST_DRAWS = 200  # after which nothing seems to fit; each takes about a tenth of a millisecond


class TimeLimit:
    """Lets an oracle propose what can end in time, beside what another limit says of sizes.

    A proposal that a model would have trained for longer is shortened, since the configuration may
    be good after fewer epochs, too.

    Args:
        estimate: Returns the seconds of a trial with some active hyperparameters; None if they are
            not known yet, and it is allowed then.
        sizes: The limit on the sizes of networks. None if there is none.

    Attributes:
        sizes: The same limit.
        insists: Whether a trial is wanted although there may be no time for any.
        has_refused: Whether it has refused a configuration of this proposal for want of time.
    """

    def __init__(
        self,
        estimate: Callable[[Mapping[str, Value]], float | None],
        sizes: ProposalLimit | None,
    ) -> None:
        self._estimate = estimate
        self.sizes = sizes
        self._seconds = math.inf
        self.insists = self.has_refused = False

    def begin(self, seconds: float) -> None:
        """Begin a proposal.

        Args:
            seconds: Those that are left for its trial.
        """
        self._seconds = seconds
        self.insists = self.has_refused = False

    def insist(self) -> None:
        """Begin a proposal of a trial that must come, whatever time it takes."""
        self.begin(math.inf)
        self.insists = True

    def allows(self, values: Mapping[str, Value]) -> bool:
        """Return whether a configuration is small enough, and its trial can end in time."""
        if not self.allows_size(values):
            return False
        fits = self._takes_at_most(values, self._seconds)
        self.has_refused = self.has_refused or not fits
        return fits

    def allows_size(self, values: Mapping[str, Value]) -> bool:
        """Return whether a configuration is small enough, whatever time it takes."""
        return self.sizes is None or self.sizes.allows(values)

    def leaves_time(self, values: Mapping[str, Value], share: float) -> bool:
        """Return whether a trial would take at most a share of the time that is left."""
        return self._takes_at_most(values, share * self._seconds)

    def _takes_at_most(self, values: Mapping[str, Value], most: float) -> bool:
        seconds = self._estimate(values)
        return seconds is None or seconds <= most

    def select(self, draws: Iterator[dict[str, Value]]) -> Iterator[dict[str, Value]]:
        """Yield those of some draws that are allowed; it gives up after 200 small enough ones."""
        small = draws if self.sizes is None else self.sizes.select(draws)
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
        if self.sizes is not None and not self.sizes.allows(values):
            narrower = self.sizes.narrow(values, space)
            if narrower is None or self.allows(narrower):
                return narrower
            narrowed = narrower
        return next(filter(self.allows, list_shorter(narrowed, space)), None)

    def require_any(self, space: Space) -> None:
        """Check that a space has a network that is small enough."""
        if self.sizes is not None:
            self.sizes.require_any(space)
