"""Imports the heavy libraries without their messages on standard error."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from tuner.libraries.light_imports import filter_standard_error, import_keras_tuner
from tuner.machine.memory import check_address_space

__all__ = ["ADDRESS_SPACE", "calm_libraries", "import_heavy", "import_heavy_beside_others"]

ADDRESS_SPACE = 5e9
"""Bytes of addresses that searches reserve on two cores, of which they use a fifth; large data and
networks take more."""


def import_heavy() -> None:
    """Import KerasTuner, Keras and TensorFlow into a process that does nothing but run a command.

    What they print is shown, except the usual lines.
    """
    check_address_space(ADDRESS_SPACE)
    with filter_standard_error():
        import_keras_tuner()
    # TensorFlow warns about retracing, which is intended: the folds' last batches differ in size
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


def import_heavy_beside_others(*, mute: bool = False) -> None:
    """Import KerasTuner, Keras and TensorFlow into a person's own program, which goes on after it.

    What they print is shown, except the usual lines. Keras may import what it likes, since the
    program may need that later.

    Args:
        mute: Whether nothing at all is to be printed.
    """
    check_address_space(ADDRESS_SPACE)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # in a notebook TensorFlow lets its logger say everything, as soon as it makes it
    level = logging.getLogger("tensorflow").level
    with filter_standard_error(mute=mute):
        import keras_tuner  # noqa: F401  (imported for its effect)
        import tensorflow as tf

        tf.config.list_physical_devices()  # says where no GPU is found, if nobody has asked before
    tf.get_logger().setLevel(level)


@contextmanager
def calm_libraries(*, mute: bool) -> Iterator[None]:
    """Let TensorFlow's logger leave out what a search intends; let no library warn, if mute.

    The settings of the program come back at the end. Python has one set of them for all threads.

    Args:
        mute: Whether nothing at all is to be printed.
    """
    logger = logging.getLogger("tensorflow")
    level = logger.level
    # the folds' last batches differ in size, so retracing is intended
    logger.setLevel(logging.CRITICAL if mute else logging.ERROR)
    try:
        with warnings.catch_warnings():
            if mute:
                warnings.simplefilter("ignore")
            else:  # nobody here needs the widgets that a library would like in a notebook
                warnings.filterwarnings("ignore", "IProgress not found")
            yield
    finally:
        logger.setLevel(level)
