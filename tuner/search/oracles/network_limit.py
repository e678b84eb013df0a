"""The interface through which oracles ask whether a network is too large for a search."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from tuner.space import Space, Value

__all__ = ["NetworkLimit"]


class NetworkLimit(Protocol):
    """Says which configurations have networks that are small enough to be trained.

    `tuner.model.size_limit.SizeLimit` computes the size of a space's network,
    `tuner.search.network_limits.BuiltSizeLimit` builds the network of any other hypermodel.
    """

    def allows(self, values: Mapping[str, Value]) -> bool:
        """Return whether the network with these active hyperparameters is small enough."""

    def select(self, draws: Iterator[dict[str, Value]]) -> Iterator[dict[str, Value]]:
        """Yield those of some draws whose networks are small enough; it may give up some time."""

    def narrow(self, values: Mapping[str, Value], space: Space) -> dict[str, Value] | None:
        """Return a configuration that is like one that is too large. None if there is none."""

    def require_any(self, space: Space) -> None:
        """Check that a space has a configuration that is allowed.

        Raises:
            SpaceError: It seems to have none.
        """
