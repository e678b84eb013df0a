"""Checks whether this machine and this installation can run a search. Nothing here prints."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tuner.errors import UserError, one_line
from tuner.files.network_disks import find_network
from tuner.machine.memory import read_memory
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest
from tuner.run.setup import make_hypermodel
from tuner.study import SearchSettings, list_versions
from tuner.tracking import choose_tracking_uri, find_database, warn_about_network
from tuner.tracking.faults import describe_fault

__all__ = ["Finding", "diagnose"]

_ENOUGH_BYTES = 2e9  # of free memory, and on the disk: about what a small search takes
_MAX_LOSS_DIFFERENCE = 1e-3  # between the trainers
_GROWTH = "TF_FORCE_GPU_ALLOW_GROWTH"
_HYPERPARAMETERS = {"depth": 2, "learning_rate": 0.1}


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        subject: What was checked, in a word or two.
        state: `ok`; `warning` if a search runs with limits; `fault` if it cannot run.
        message: What was found and, if it is not `ok`, how to fix it.
    """

    subject: str
    state: Literal["ok", "warning", "fault"]
    message: str


def diagnose(root: Path, tracking_uri: str | None = None) -> Iterator[Finding]:
    """Check all that a search needs; yield each finding at once.

    The checks create `root` if it does not exist, and leave nothing else behind.

    Args:
        root: The folder of all studies.
        tracking_uri: The tracking URI of MLflow. Defaults to a database in `root`.
    """
    yield _report_versions()
    yield _check_memory()
    yield _check_folder(root)
    yield from _check_devices()
    yield _check_training()
    yield _check_mlflow(root, tracking_uri)


def _report_versions() -> Finding:
    versions = (f"{name} {version}" for name, version in list_versions().items())
    return Finding("versions", "ok", ", ".join(versions))


def _check_memory() -> Finding:
    memory = read_memory()
    if memory is None:
        return Finding("memory", "ok", "this system does not say how much memory is free")
    sizes = f"{memory.free / 1e9:.1f} of {memory.total / 1e9:.1f} GB are free"
    if memory.free < _ENOUGH_BYTES:
        remedy = "end other programs, because a search takes 1 to 2 GB"
        return Finding("memory", "warning", f"{sizes}; {remedy}")
    return Finding("memory", "ok", sizes)


def _check_folder(root: Path) -> Finding:
    probe = root / f".doctor-{os.getpid()}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        probe.write_text("tuner doctor checks whether it can write here\n", encoding="utf-8")
        probe.unlink()
        free = shutil.disk_usage(root).free
    except OSError as error:
        message = f"{root} cannot be written ({error.strerror}); give --root another folder"
        return Finding("folder", "fault", message)
    space = f"{root} can be written, {free / 1e9:.1f} GB are free"
    if network := find_network(root):
        space += f"; it is on a network ({network})"
    if free < _ENOUGH_BYTES:
        return Finding("folder", "warning", f"{space}; give --root a folder on another disk")
    return Finding("folder", "ok", space)


def _check_devices() -> Iterator[Finding]:
    """Yield a finding for each GPU; one for the CPU if there is no GPU."""
    import tensorflow as tf

    from tuner.training.gpu import name_gpu
    from tuner.training.lanes.machine import Machine

    gpus = tf.config.list_physical_devices("GPU")
    for number, gpu in enumerate(gpus):
        yield _check_gpu(tf, name_gpu(gpu), number)
    if gpus:
        return
    threads = Machine().threads
    cores = f"{threads} cores train a block of networks each" if threads > 1 else "one core trains"
    if shutil.which("nvidia-smi") is None:
        yield Finding("device", "ok", f"the CPU: {cores}; there is no GPU")
        return
    problem = "nvidia-smi is installed, but TensorFlow finds no GPU, so the CPU trains"
    command = f'{sys.executable} -m pip install "softmax-tuner[gpu]"'
    yield Finding("device", "warning", f"{problem}; install the GPU's libraries with {command}")


def _check_gpu(tf: Any, name: str, number: int) -> Finding:
    """Multiply two matrices on a GPU, and compare the product with the CPU's."""
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(256, 256)).astype(np.float32) for _ in range(2))
    try:
        with tf.device(f"GPU:{number}"):
            product = tf.matmul(a, b).numpy()
    except tf.errors.OpError as error:
        message = f"{name} cannot multiply matrices ({one_line(error)}); check its driver"
        return Finding("device", "fault", message)
    if np.abs(product - a @ b).max() > 1.0:  # TF32 rounds to three digits
        return Finding("device", "fault", f"{name} multiplies wrongly; check its driver")
    if os.environ.get(_GROWTH, "").lower() not in ("true", "1"):
        problem = f"TensorFlow takes all of its memory at once, since {_GROWTH} is not true"
        return Finding("device", "warning", f"{name}, GPU {number}: {problem}; unset it")
    return Finding("device", "ok", f"{name}, GPU {number}: TensorFlow takes memory as needed")


def _check_training() -> Finding:
    """Train three small networks with both trainers, and compare their losses."""
    import keras_tuner

    from tuner.training import TRAINERS, Hooks, Job

    settings = SearchSettings(max_trials=1, folds=3, epochs=3)
    setup = prepare("mlp_depth", DataRequest("iris"), settings)
    hyperparameters = keras_tuner.HyperParameters()
    hyperparameters.values = dict(_HYPERPARAMETERS)
    losses, times, trainers, notes = [], [], [], list[str]()
    plan = replace(settings.plan, hooks=Hooks(on_note=notes.append))
    for name in ("lanes", "fit"):
        started = time.perf_counter()
        jobs = [Job(0, hyperparameters)]
        hypermodel = make_hypermodel(setup)
        trainer = TRAINERS[name]()
        trainers.append(trainer)
        (result,) = trainer.train(jobs, hypermodel, problem=setup.problem, plan=plan)
        if result.status != "completed":
            return Finding("training", "fault", f"{name} failed on iris: {result.reason}")
        losses.append(np.array(result.curves["val_loss"]))
        times.append(f"{name} {time.perf_counter() - started:.1f} s")
    difference = float(np.abs(losses[0] - losses[1]).max())
    message = f"3 networks on iris: {', '.join(times)}; their losses differ by {difference:.0e}"
    if not difference < _MAX_LOSS_DIFFERENCE:
        remedy = "train with --trainer fit"
        return Finding("training", "fault", f"{message}, which is too much; {remedy}")
    if notes:
        return Finding("training", "warning", f"{message}; {'; '.join(notes)}")
    room = _describe_block(trainers[0], jobs[0], hypermodel, settings.plan)
    return Finding("training", "ok", message + room)


def _describe_block(trainer: Any, job: Any, hypermodel: Any, plan: Any) -> str:
    """Return how `lanes` trains networks like those of a job on a GPU; nothing without one."""
    from tuner.training.lanes.stacked_mlps import make_mlp_trial

    gpu = trainer.machine.gpu
    if gpu is None:
        return ""
    shape, data = make_mlp_trial(job, hypermodel, plan).shape, trainer.programs.data
    lanes = trainer.machine.count_trials_in_block(shape, data) * len(data.problem.folds)
    memory = f"{gpu.memory / 1e9:.1f} GB of {gpu.name}"
    return f"; XLA compiles a block, and the {memory} have room for one of {lanes:,} such networks"


def _check_mlflow(root: Path, tracking_uri: str | None) -> Finding:
    try:
        uri = choose_tracking_uri(tracking_uri, root)
    except UserError as error:
        return Finding("MLflow", "fault", str(error))
    for warning in warn_about_network(uri):
        return Finding("MLflow", "warning", warning)
    path = find_database(uri)
    if path is not None and not path.exists():
        return Finding("MLflow", "ok", f"the first search creates its database, {path}")
    from tuner.tracking.store import open_store  # imports MLflow, which takes seconds

    try:
        open_store(uri)
    except Exception as error:  # each kind of store raises its own errors, of SQL or HTTP
        remedy = (
            "a search renames a damaged database of its own and makes another, or continues "
            "without, and tuner sync writes it later"
        )
        message = f"{uri} cannot be used ({describe_fault(error)}); {remedy}"
        return Finding("MLflow", "warning", message)
    return Finding("MLflow", "ok", f"{uri} answers")
