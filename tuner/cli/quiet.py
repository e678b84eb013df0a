"""Imports what is heavy without its chatter on standard error."""

import gc
import logging
import os
import sys
import tempfile

__all__ = ["import_heavy"]

# TensorFlow writes these from C++ before its logging, and so any setting for it, is set up.
_CHATTER = (
    b"WARNING: All log messages before absl::InitializeLog()",
    b"oneDNN custom operations are on",
    b"Could not find cuda drivers on your machine",
)


def import_heavy() -> None:
    """Import KerasTuner, Keras and TensorFlow; what they say is shown, less the usual lines.

    Reading the file descriptor is the one way: the lines do not pass through Python.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        gc.disable()  # what is imported stays: to look for garbage in it, now and later, takes time
        try:
            import keras_tuner  # noqa: F401  (imported for what it does)
        finally:
            gc.freeze()
            gc.enable()
            os.dup2(kept, 2)
            os.close(kept)
            said.seek(0)
            for line in said:
                if not any(words in line for words in _CHATTER):
                    os.write(2, line)
    # it warns of retracing, which is meant here: a trial's folds differ in their last batch
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
