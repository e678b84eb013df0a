"""Messages of errors."""

from collections.abc import Callable

import pytest


def read_error(call: Callable[[], object], kind: type[Exception]) -> str:
    """Return the message of the error that a call raises."""
    with pytest.raises(kind) as error:
        call()
    return str(error.value)
