"""TensorFlow works in the process that first computes with it, and in none that is forked later."""

import os
import sys

from tuner.errors import UserError

__all__ = ["refuse_fork"]

_had_tensorflow: list[bool] = []
"""Of each fork that led to this process, whether TensorFlow had computed before it."""


def _note_fork() -> None:
    context = getattr(sys.modules.get("tensorflow.python.eager.context"), "_context", None)
    _had_tensorflow.append(getattr(context, "_context_handle", None) is not None)


if hasattr(os, "register_at_fork"):  # Windows forks no process
    os.register_at_fork(after_in_child=_note_fork)


def refuse_fork() -> None:
    """Refuse to compute in a process that was forked from one that computed with TensorFlow.

    TensorFlow's threads have stayed there: the first operation would wait for ever.

    Raises:
        UserError: It was.
    """
    if any(_had_tensorflow):
        raise UserError(
            "this process was forked from one that has used TensorFlow, which does not work in "
            'both; start it with multiprocessing.get_context("spawn")'
        )
