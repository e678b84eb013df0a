"""The checks of `tuner doctor`: what is wrong, and how to fix it."""

import re
import shutil

import tensorflow as tf

from tuner import doctor
from tuner.files import network_disks
from tuner.machine.memory import Memory
from tuner.tracking import store, warn_about_network
from tuner.training.gpu import Gpu
from tuner.training.lanes import machine


def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path):
    (tmp_path / "file").write_text("")
    finding = doctor._check_folder(tmp_path / "file")
    assert (finding.state, finding.subject) == ("fault", "folder")
    assert finding.message == (
        f"{tmp_path}/file cannot be written (File exists); give --root another folder"
    )


def test_little_memory_is_a_warning(monkeypatch):
    monkeypatch.setattr(doctor, "read_memory", lambda: Memory(free=1_024_000_000, total=4 * 10**9))
    finding = doctor._check_memory()
    assert finding.state == "warning"
    assert finding.message == (
        "1.0 of 4.0 GB are free; end other programs, because a search takes 1 to 2 GB"
    )


def test_memory_that_the_system_does_not_report_is_no_warning(monkeypatch):
    monkeypatch.setattr(doctor, "read_memory", lambda: None)
    assert doctor._check_memory().state == "ok"


def test_a_gpu_that_tensorflow_does_not_find_is_a_warning(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    (finding,) = doctor._check_devices()
    assert finding.state == "warning"
    assert "TensorFlow finds no GPU" in finding.message
    assert finding.message.endswith('-m pip install "softmax-tuner[gpu]"')


def test_a_gpu_multiplies_as_the_cpu_and_does_not_take_all_memory(monkeypatch):
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    # there is none, and TensorFlow puts what is for it on the CPU
    finding = doctor._check_gpu(tf, "a GPU", 0)
    assert (finding.state, finding.message) == (
        "ok",
        "a GPU, GPU 0: TensorFlow takes memory as needed",
    )
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "false")
    finding = doctor._check_gpu(tf, "a GPU", 0)
    assert (finding.state, finding.message) == (
        "warning",
        "a GPU, GPU 0: TensorFlow takes all of its memory at once, since "
        "TF_FORCE_GPU_ALLOW_GROWTH is not true; unset it",
    )


def test_with_a_gpu_it_is_said_how_many_networks_it_has_room_for(monkeypatch):
    monkeypatch.setattr(machine, "find_gpu", lambda: Gpu("a GPU", 8 * 10**9))
    finding = doctor._check_training()
    assert finding.state == "ok"
    assert re.search(
        r"; XLA compiles a block, and the 8\.0 GB of a GPU have room for one of "
        r"\d{2},\d{3} such networks$",
        finding.message,
    )


def test_trainers_that_disagree_are_a_fault(monkeypatch):
    monkeypatch.setattr(doctor, "_MAX_LOSS_DIFFERENCE", 0.0)
    finding = doctor._check_training()
    assert finding.state == "fault"
    assert finding.message.endswith("which is too much; train with --trainer fit")


def test_an_mlflow_server_that_does_not_answer_is_a_warning(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    finding = doctor._check_mlflow(tmp_path, "http://127.0.0.1:9")
    assert finding.state == "warning"
    assert finding.message.startswith(
        "http://127.0.0.1:9 cannot be used (the server does not answer);"
    )


def test_an_mlflow_store_that_does_not_exist_is_a_fault(tmp_path):
    finding = doctor._check_mlflow(tmp_path, "nothing:of-the-kind")
    assert finding.state == "fault"
    assert finding.message.startswith("--tracking-uri: MLflow has no store nothing: as in")


def test_the_check_of_a_database_leaves_no_folder(tmp_path):
    """MLflow makes one by the address of a database, which it does not decode."""
    root = tmp_path / "a%20b" / "100%"
    store._make_database(root / "mlflow.db")
    assert doctor._check_mlflow(root, None).state == "ok"
    assert list(tmp_path.iterdir()) == [root.parent]
    assert [path.name for path in root.parent.rglob("*")] == ["100%", "mlflow.db"]


def test_a_folder_on_a_network_is_named_and_its_database_is_a_warning(tmp_path, monkeypatch):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"40 27 0:39 / {tmp_path.resolve()} rw - nfs4 server:/home rw\n")
    monkeypatch.setattr(network_disks, "_MOUNTS", mounts)
    assert doctor._check_folder(tmp_path).message.endswith("; it is on a network (nfs4)")
    finding = doctor._check_mlflow(tmp_path, None)
    assert finding.state == "warning"
    assert finding.message == (
        f"MLflow's database {tmp_path}/mlflow.db is on a network (nfs4), where several hosts or a "
        "lost connection can damage it, though no study; give --tracking-uri the address of a "
        "server, or --root a folder on a disk of this host"
    )
    assert warn_about_network("http://host:5000") == []
