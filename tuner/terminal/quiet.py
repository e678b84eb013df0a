"""Imports the heavy libraries without their messages on standard error."""

import gc
import logging
import os
import sys
import tempfile

from tuner.imports import hide_modules
from tuner.memory import check_address_space

__all__ = ["ADDRESS_SPACE", "import_heavy"]

ADDRESS_SPACE = 4.5e9
"""Bytes that TensorFlow reserves in a small search, of which it uses a fifth."""

# TensorFlow writes these from C++ before it sets up its logging, so no setting prevents them.
_USUAL_MESSAGES = (
    b"WARNING: All log messages before absl::InitializeLog()",
    b"oneDNN custom operations are on",
    b"Could not find cuda drivers on your machine",
)


def import_heavy() -> None:
    """Import KerasTuner, Keras and TensorFlow; show what they print, except the usual lines.

    Only the file descriptor catches these lines, because they do not pass through Python.
    """
    check_address_space(ADDRESS_SPACE)
    sys.stderr.flush()
    standard_error = os.dup(2)
    with tempfile.TemporaryFile() as output:
        os.dup2(output.fileno(), 2)
        gc.disable()  # imported modules stay, so that searching them for garbage only takes time
        try:
            with hide_modules("matplotlib", "sklearn"):
                import keras_tuner  # noqa: F401  (imported for its effect)
        finally:
            gc.freeze()
            gc.enable()
            os.dup2(standard_error, 2)
            os.close(standard_error)
            output.seek(0)
            for line in output:
                if not any(words in line for words in _USUAL_MESSAGES):
                    os.write(2, line)
    # TensorFlow warns about retracing, which is intended: the folds' last batches differ in size
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
