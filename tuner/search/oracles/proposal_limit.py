"""The interface through which oracles ask whether a configuration may be proposed."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from tuner.space import Space, Value

__all__ = ["ProposalLimit"]


class ProposalLimit(Protocol):
    """Says which configurations an oracle may propose.

    `tuner.model.size_limit.SizeLimit` computes the size of a space's network,
    `tuner.search.network_limits.BuiltSizeLimit` builds the network of any other hypermodel, and
    `tuner.search.oracles.time_limit.TimeLimit` estimates how long a trial takes as well.
    """

    def allows(self, values: Mapping[str, Value]) -> bool:
        """Return whether these active hyperparameters may be proposed."""

    def select(self, draws: Iterator[dict[str, Value]]) -> Iterator[dict[str, Value]]:
        """Yield those of some draws that are allowed; it may give up some time."""

    def narrow(self, values: Mapping[str, Value], space: Space) -> dict[str, Value] | None:
        """Return an allowed configuration like one that is not. None if there is none."""

    def require_any(self, space: Space) -> None:
        """Check that a space has a configuration that is allowed.

        Raises:
            SpaceError: It seems to have none.
        """
