"""How many rows a network predicts at once, so that memory does not grow with a table."""

__all__ = ["TIMED_ROWS", "choose_chunk_rows"]

TIMED_ROWS = 1000
"""Number of rows that are predicted at once to measure the time of a batch."""

_MAX_NUMBERS = 2**21  # 8 MB of encoded rows, of which convolutions make some hundred MB


def choose_chunk_rows(numbers: int, *, most: int) -> int:
    """Return how many rows to predict at once.

    Args:
        numbers: How many numbers one encoded row has.
        most: The largest number of rows, for small rows.

    >>> choose_chunk_rows(20, most=8192), choose_chunk_rows(64 * 64 * 3, most=8192)
    (8192, 170)
    """
    return max(1, min(most, _MAX_NUMBERS // max(1, numbers)))
