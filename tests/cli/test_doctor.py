"""`tuner doctor` says what of a machine is fit for a search, and how to mend what is not."""

import os
import shutil

from tests.cli.conftest import tuner
from tuner import doctor


def test_a_machine_that_is_well_is_found_well_and_left_as_it_was(tmp_path):
    done = tuner(tmp_path, "doctor")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split(None, 2) for line in done.stdout.splitlines()]
    assert [line[1] for line in lines] == [
        "versions", "memory", "folder", "device", "training", "MLflow",
    ]  # fmt: skip
    assert "fault" not in {line[0] for line in lines}
    assert "the first search makes its database" in lines[-1][2]
    assert list(tmp_path.rglob("*")) == [tmp_path / "mlruns"]


def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path):
    (tmp_path / "file").write_text("")
    found = doctor._folder(tmp_path / "file")
    assert (found.state, found.subject) == ("fault", "folder")
    assert found.sentence.endswith("give --root another folder")


def test_little_memory_is_warned_of(monkeypatch):
    numbers = {"SC_PAGE_SIZE": 4096, "SC_AVPHYS_PAGES": 250_000, "SC_PHYS_PAGES": 1_000_000}
    monkeypatch.setattr(os, "sysconf", numbers.__getitem__)
    found = doctor._memory()
    assert found.state == "warning"
    assert found.sentence.startswith("1.0 of 4.1 GB are free; end other programs")


def test_a_gpu_that_tensorflow_does_not_see_is_warned_of(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    (found,) = doctor._devices()
    assert found.state == "warning"
    assert "TensorFlow finds no GPU" in found.sentence
    assert found.sentence.endswith('-m pip install "softmax-tuner[gpu]"')


def test_a_trainer_that_answers_otherwise_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor, "_AGREED", 0.0)
    found = doctor._training()
    assert found.state == "fault"
    assert found.sentence.endswith("train with --trainer fit")


def test_an_mlflow_that_does_not_answer_is_warned_of(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    found = doctor._mlflow(tmp_path, "http://127.0.0.1:9")
    assert found.state == "warning"
    assert found.sentence.startswith("http://127.0.0.1:9 does not answer (")


def test_an_mlflow_that_cannot_be_is_a_fault(tmp_path):
    found = doctor._mlflow(tmp_path, "nothing:of-the-kind")
    assert found.state == "fault"
    assert found.sentence.startswith("--tracking-uri: MLflow has no store nothing: as in")
