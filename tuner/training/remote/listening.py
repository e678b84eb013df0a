"""For how long a search has listened to its workers in vain."""

import time

__all__ = ["Listening"]

_MOST_SECONDS = 2.0  # that count between two moments


class Listening:
    """Measures the time in which answers could come, from moment to moment.

    Of a time in which the search did not look for answers, little counts: it trained a trial again,
    fetched what a lost node had, or was stopped by Ctrl-Z. Its workers may have answered then.

    Attributes:
        unserved: For how many seconds no worker was ready.
    """

    def __init__(self) -> None:
        self._last = time.monotonic()
        self.unserved = 0.0

    def count(self, *, is_served: bool) -> float:
        """Return the seconds since the last moment, as far as they count.

        Args:
            is_served: Whether a worker is ready.
        """
        now = time.monotonic()
        seconds, self._last = min(now - self._last, _MOST_SECONDS), now
        self.unserved = 0.0 if is_served else self.unserved + seconds
        return seconds
