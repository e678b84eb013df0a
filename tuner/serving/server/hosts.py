"""Which names of the server a request may be addressed to.

A page of a stranger can let its own name point to this machine and then send requests to the server
from its reader's browser (DNS rebinding). Such requests have the stranger's name as their host.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable

from tuner.errors import UserError

__all__ = ["HostRule"]

_NAME = re.compile(r"[\w.-]+|\[[\da-f:.]+\]", re.IGNORECASE)
_HOST = re.compile(r"(\[[^\]]*\]|[^:]*)(?::\d{0,5})?")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class HostRule:
    """Tells the hosts that requests may name.

    These are the address that the server listens on, `localhost` if that is on this machine alone,
    and further names. A server that listens on all addresses may be named by any address.

    Args:
        address: The address or the name that the server listens on.
        more: Further names.

    Raises:
        UserError: A further name is none that a request could have.
    """

    def __init__(self, address: str, more: Iterable[str] = ()) -> None:
        more = list(more)
        for name in more:
            if _parse_address(name) is None and not _NAME.fullmatch(name):
                raise UserError(
                    f"--allow-host: {name} is no name of a host; give one such as models.example, "
                    "without a port, a path or http://"
                )
        parsed = _parse_address(address)
        self._any_address = parsed is not None and parsed.is_unspecified
        self._names = {_normalise(name) for name in [address, *more]}
        if self._any_address:
            self._names |= _LOOPBACK | {_normalise(socket.gethostname())}
        elif address == "localhost" or (parsed is not None and parsed.is_loopback):
            self._names |= _LOOPBACK

    def allows(self, host: str) -> bool:
        """Return whether a request may have this `Host`, with or without a port.

        >>> rule = HostRule("127.0.0.1", ["models.example"])
        >>> [rule.allows(host) for host in ("localhost:5001", "Models.Example", "evil.example")]
        [True, True, False]
        """
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = _normalise(match[1])
        return name in self._names or (self._any_address and _parse_address(name) is not None)


def _normalise(name: str) -> str:
    name = name.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    address = _parse_address(name)
    return str(address) if address is not None else name


def _parse_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
