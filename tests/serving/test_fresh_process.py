"""A fresh process loads what was exported, or says why it cannot."""

import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.helpers.exports import ask
from tests.helpers.warm_processes import UsualPopen
from tuner.data import Column, Schema
from tuner.errors import ExportMismatch, ExportUnchecked
from tuner.serving import fresh_process
from tuner.serving.formats import DEFAULT_FORMATS
from tuner.serving.fresh_process import FreshProcess
from tuner.serving.keras_formats import trace_model, write_keras, write_saved_model
from tuner.study import list_versions


@pytest.mark.parametrize(
    ("number", "fault"),
    [("SIGSTOP", "did not answer within 0 seconds"), ("SIGKILL", "was ended by SIGKILL")],
)
def test_another_process_answers_for_one_that_does_not(tmp_path, monkeypatch, number, fault):
    monkeypatch.setattr(fresh_process, "_PATIENCE", 0.2)
    notes = []
    with pytest.MonkeyPatch.context() as usual:  # it gets the signals; the other one may be warm
        usual.setattr(subprocess, "Popen", UsualPopen)
        fresh = FreshProcess(notes.append)
    with fresh:
        fresh._process.send_signal(signal.SIGSTOP)  # so that it does not answer meanwhile
        fresh.ask(tmp_path, {"x": np.zeros(1, np.float32)})
        fresh._process.send_signal(getattr(signal, number))
        with pytest.raises(ExportMismatch) as error:
            fresh.answer(tmp_path)
    assert str(error.value) == (
        f"exported model {tmp_path} cannot be used in a fresh process: ValueError: "
        f"File not found: filepath={tmp_path}/model.keras"
    )
    assert notes == [f"the process that checks the model {fault}; another one checks it now"]


@pytest.mark.usefixtures("shadowed")
def test_no_file_of_the_current_folder_takes_the_place_of_a_library(tmp_path):
    with FreshProcess() as fresh, pytest.raises(ExportMismatch, match="File not found"):
        ask(fresh, tmp_path, {"x": np.zeros(1, np.float32)})


def test_a_process_that_cannot_be_started_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(fresh_process.sys, "executable", str(tmp_path / "missing"))
    notes = []
    with FreshProcess(notes.append) as fresh, pytest.raises(ExportUnchecked) as error:
        ask(fresh, tmp_path, {"x": np.zeros(1, np.float32)})
    assert str(error.value) == (
        f"exported model {tmp_path} could not be checked: the process that checks it could not be "
        "started; free memory, and resume the study or export again"
    )
    assert notes[0] == (
        "the process that checks the model cannot be started (No such file or directory)"
    )


def test_inputs_of_any_name_reach_the_process(tmp_path):
    """One of `file` is a parameter of the function that writes them, a long one no file's name."""
    inputs = {"file": np.arange(2.0), "allow_pickle": np.zeros(2), "x" * 70_000: np.ones(2)}
    request = fresh_process._write_request(tmp_path, tmp_path, inputs)
    read = fresh_process._read_inputs(json.loads(request.read_text()))
    assert read.keys() == inputs.keys()
    for name, numbers in inputs.items():
        np.testing.assert_array_equal(read[name], numbers)


def test_text_reaches_the_process_unchanged(tmp_path):
    """Fixed-width text would lose the null character."""
    texts = np.array(["", "é", "日本", "a\0", "a"], dtype=object)
    given = keras.Input((), name="word", dtype="string")
    lookup = keras.layers.StringLookup(vocabulary=["", "é", "日本", "a"], output_mode="one_hot")
    model = keras.Model({"word": given}, lookup(given))
    write_keras(model, tmp_path, label=tmp_path)
    write_saved_model(model, trace_model(model), tmp_path)
    levels = ("é", "日本", "a", "[UNK]", "[[UNK]]")
    schema = Schema((Column("word", "categorical", levels),), "kind", levels).to_dict()
    content = {"schema": schema, "inputs": {"word": "word"}, "versions": list_versions()}
    (tmp_path / "model.json").write_text(json.dumps(content), encoding="utf-8")
    with FreshProcess() as fresh:
        answers = ask(fresh, tmp_path, {"word": texts})
    assert set(answers) == set(DEFAULT_FORMATS)
    for answer in answers.values():
        assert answer.argmax(axis=1).tolist() == [1, 2, 3, 0, 4]


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        (
            "a log\nOSError: [Errno 28] No space left on device: '/tmp/a' -> '/tmp/b'\n",
            "No space left on device",
        ),
        ("OSError: [Errno 28] Can't write data (file write failed: a)", "Can't write data"),
        ("UnknownError: /tmp/m/a.pb; No space left on device", "No space left on device"),
        ("MemoryError: Unable to allocate 8 GiB for an array", "MemoryError"),
        ("ResourceExhaustedError: std::bad_alloc", "bad_alloc"),
    ],
)
def test_a_full_disk_or_memory_is_not_blamed_on_the_model(errors, reason):
    error = fresh_process._make_error(errors, Path("m"))
    assert isinstance(error, ExportUnchecked)
    assert str(error) == (
        f"exported model m could not be checked ({reason}); fix that, and resume the study or "
        "export again"
    )


def test_a_full_disk_behind_an_error_of_mlflow_is_not_blamed_on_the_model():
    error = RuntimeError("Failed to copy the specified code path")
    error.__cause__ = OSError(28, "No space left on device", "a")
    line = fresh_process._describe(error)
    assert line == "OSError: [Errno 28] No space left on device: 'a'"
    assert isinstance(fresh_process._make_error(line, Path("m")), ExportUnchecked)
    assert fresh_process._describe(ValueError("no\nmodel")) == "ValueError: no model"


def test_a_temporary_folder_of_any_name_reaches_the_process(tmp_path, monkeypatch):
    """A name may have a line end, and bytes that are no UTF-8."""
    scratch = os.fsdecode(bytes(tmp_path) + b"/line\nend \xff")
    Path(scratch).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", scratch)
    with FreshProcess() as fresh, pytest.raises(ExportMismatch, match="File not found: filepath="):
        ask(fresh, tmp_path, {"x": np.zeros(1, np.float32)})
