"""TensorFlow works in the process that started it, and not in one that is forked from it."""

import os

from tuner.errors import UserError

__all__ = ["claim_tensorflow"]

_users: set[int] = set()


def claim_tensorflow() -> None:
    """Say that this process computes with TensorFlow.

    Raises:
        UserError: It was forked from one that does. TensorFlow's threads have stayed there, so that
            the first operation would wait for ever.
    """
    _users.add(os.getpid())
    if len(_users) > 1:
        raise UserError(
            "this process was forked from one that has used TensorFlow, which does not work in "
            'both; start it with multiprocessing.get_context("spawn")'
        )
