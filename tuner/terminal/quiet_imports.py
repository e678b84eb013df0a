"""Imports the heavy libraries without their messages on standard error."""

import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tuner.libraries.forked_process import refuse_fork
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
    program may need that later. Where all is imported, nothing is touched: another thread may
    be writing to standard error.

    Args:
        mute: Whether nothing at all is to be printed.

    Raises:
        UserError: The process was forked from one that has used TensorFlow.
    """
    check_address_space(ADDRESS_SPACE)
    refuse_fork()
    if _imported.is_set():
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # in a notebook TensorFlow lets its logger say everything, as soon as it makes it
    level = logging.getLogger("tensorflow").level
    with filter_standard_error(mute=mute):
        import keras_tuner  # noqa: F401  (imported for its effect)
        import tensorflow as tf

        tf.config.list_physical_devices()  # says where no GPU is found, if nobody has asked before
    tf.get_logger().setLevel(level)
    _imported.set()


class _CalmLibraries:
    """How libraries warn while calls from Python are open, of several threads perhaps.

    Python has one setting for all threads, so the first call keeps the program's, and the last one
    gives them back. What a call sets holds for all that are open.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = 0
        self._settings = ExitStack()

    def begin(self, *, mute: bool) -> None:
        """Let TensorFlow's logger leave out what a search intends; let no library warn, if mute."""
        logger = logging.getLogger("tensorflow")
        with self._lock:
            if not self._calls:
                self._settings.callback(logger.setLevel, logger.level)
                self._settings.enter_context(warnings.catch_warnings())
            self._calls += 1
            # the folds' last batches differ in size, so retracing is intended
            logger.setLevel(logging.CRITICAL if mute else logging.ERROR)
            if mute:
                warnings.simplefilter("ignore")
            else:  # nobody here needs the widgets that a library would like in a notebook
                warnings.filterwarnings("ignore", "IProgress not found")

    def end(self) -> None:
        """Give back the program's settings, unless another call is open."""
        with self._lock:
            self._calls -= 1
            if not self._calls:
                self._settings.close()


_imported = threading.Event()
_calm = _CalmLibraries()


@contextmanager
def calm_libraries(*, mute: bool) -> Iterator[None]:
    """Let TensorFlow's logger leave out what a search intends; let no library warn, if mute.

    The settings of the program come back when no call is open.

    Args:
        mute: Whether nothing at all is to be printed.
    """
    _calm.begin(mute=mute)
    try:
        yield
    finally:
        _calm.end()
