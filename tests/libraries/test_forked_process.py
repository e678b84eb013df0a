"""A process that was forked from one that has used TensorFlow is refused what would hang in it."""

import os
import signal

import pytest

from tests.helpers.training import CustomHyperModel
from tuner.errors import UserError
from tuner.libraries.forked_process import claim_tensorflow
from tuner.search import FoldTuner
from tuner.terminal.quiet_imports import import_heavy_beside_others

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows forks no process"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


def ask_child(function):
    """Return what a function says of the error that it raises in a forked process."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(20)
        try:
            function()
            said = "nothing was raised"
        except UserError as error:
            said = str(error)
        finally:
            os.write(writer, said.encode())
            os._exit(0)
    os.waitpid(child, 0)
    return os.read(reader, 1000).decode()


def test_a_forked_process_neither_searches_nor_predicts(tmp_path):
    claim_tensorflow()
    claim_tensorflow()  # this process may go on
    for function in (
        import_heavy_beside_others,
        lambda: FoldTuner(CustomHyperModel(), directory=tmp_path),
    ):
        assert ask_child(function) == (
            "this process was forked from one that has used TensorFlow, which does not work in "
            'both; start it with multiprocessing.get_context("spawn")'
        )
