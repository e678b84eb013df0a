"""A process that was forked from one that has used TensorFlow is refused what would hang in it."""

import os
import signal
import subprocess
import sys

import keras
import pytest

from tests.helpers.training import CustomHyperModel
from tuner.search import FoldTuner
from tuner.terminal.quiet_imports import import_heavy_beside_others

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows forks no process"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


def ask_child(function):
    """Return the error that a function raises in a forked process, as text."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            signal.alarm(20)
            function()
        except BaseException as error:
            os.write(writer, str(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with open(reader, "rb") as said:
        return said.read().decode()


def test_a_forked_process_neither_searches_nor_predicts(tmp_path):
    keras.ops.convert_to_numpy(keras.ops.ones(2) + 1)  # by a program's own code
    import_heavy_beside_others()  # this process may go on
    for function in (
        import_heavy_beside_others,
        lambda: FoldTuner(CustomHyperModel(), directory=tmp_path),
    ):
        assert ask_child(function) == (
            "this process was forked from one that has used TensorFlow, which does not work in "
            'both; start it with multiprocessing.get_context("spawn")'
        )


def test_a_process_that_was_forked_before_the_first_operation_computes():
    program = """
import os, signal
import tensorflow as tf
from tuner.terminal.quiet_imports import import_heavy_beside_others
import_heavy_beside_others()
child = os.fork()
if not child:
    signal.alarm(30)
    import_heavy_beside_others()
    os._exit(int(tf.constant(2) + 3))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "5\n"
