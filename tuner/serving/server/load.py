"""Limits how much the server has to do at once."""

from tuner.serving.server.rejection import RejectedRequest

__all__ = ["Load", "Share"]

_RETRY_SECONDS = 1


class Load:
    """What all requests at once take of the server.

    Args:
        most_requests: How many requests may wait for predictions or be answered at once.
        most_bytes: How large the bodies in memory may be, all together.
    """

    def __init__(self, most_requests: int = 64, most_bytes: int = 128 << 20) -> None:
        self.most_requests, self.most_bytes = most_requests, most_bytes
        self.requests = self.bytes = 0


class Share:
    """What one request takes of the load. Use it as a context manager, which gives it back."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._requests = self._bytes = 0

    def __enter__(self) -> "Share":
        return self

    def __exit__(self, *exception: object) -> None:
        self._load.requests -= self._requests
        self._load.bytes -= self._bytes

    def take_bytes(self, size: int) -> None:
        """Take memory for a part of the body.

        Raises:
            RejectedRequest: There is too little left.
        """
        if self._load.bytes + size > self._load.most_bytes:
            raise _make_busy()
        self._load.bytes += size
        self._bytes += size

    def take_turn(self) -> None:
        """Take a place among those that are answered.

        Raises:
            RejectedRequest: There is none left.
        """
        if self._load.requests >= self._load.most_requests:
            raise _make_busy()
        self._load.requests += 1
        self._requests += 1


def _make_busy() -> RejectedRequest:
    reason = "the server has as many requests as it can answer at once; try again later"
    return RejectedRequest(503, reason, {"Retry-After": str(_RETRY_SECONDS)})
