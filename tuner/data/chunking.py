"""How many rows a network is given at once: memory grows neither with them nor with their size."""

__all__ = ["choose_chunk_rows"]

_NUMBERS = 2**21  # of all rows: 8 MB, of which convolutions make some hundred


def choose_chunk_rows(numbers: int, *, most: int) -> int:
    """Return how many rows to predict at once.

    Args:
        numbers: Of a row, as it is encoded.
        most: However small a row is.

    >>> choose_chunk_rows(20, most=8192), choose_chunk_rows(64 * 64 * 3, most=8192)
    (8192, 170)
    """
    return max(1, min(most, _NUMBERS // max(1, numbers)))
