"""How many parts a lane program has, and TensorFlow's threads to run them side by side."""

import os

import tensorflow as tf

__all__ = ["parts_for_this_machine"]

_MOST_PARTS = 4  # each adds to the time that a program takes to trace


def parts_for_this_machine() -> int:
    """Return into how many parts lanes are split, and set TensorFlow's threads for them.

    The threads can be set only before TensorFlow has done anything; where it has, in a person's
    own process, they stay as they are. Neither changes any result.
    """
    if tf.config.list_physical_devices("GPU"):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parts = max(1, min(cores or 1, _MOST_PARTS))
    try:
        tf.config.threading.set_intra_op_parallelism_threads(max(1, (cores or 1) // parts))
        tf.config.threading.set_inter_op_parallelism_threads(parts + 1)
    except RuntimeError:
        pass  # TensorFlow is running already
    return parts
