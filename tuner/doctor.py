"""Whether this machine and this installation are fit for a search. Nothing here prints."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tuner.errors import UserError, one_line
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest
from tuner.run.setup import make_hypermodel
from tuner.study import SearchSettings, list_versions
from tuner.tracking import choose_tracking_uri

__all__ = ["Finding", "diagnose"]

_LEAST_BYTES = 2e9  # of free memory, and on the disk: about what a small search takes
_AGREED = 1e-3  # of a loss, between trainers
_TRIAL = {"depth": 2, "learning_rate": 0.1}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what was found.

    Attributes:
        subject: A word or two.
        state: `ok`; `warning` where a search runs, but not as it could; `fault` where it does not.
        sentence: What was found and, unless that is well, how to mend it.
    """

    subject: str
    state: Literal["ok", "warning", "fault"]
    sentence: str


def diagnose(root: Path, tracking_uri: str | None = None) -> Iterator[Finding]:
    """Look at all that a search needs; yield each finding as it comes.

    Nothing is left behind but `root`, if it is not there yet.

    Args:
        root: The folder that holds all that searches write.
        tracking_uri: MLflow's; its usual place where it is None.
    """
    versions = list_versions()
    yield Finding("versions", "ok", ", ".join(f"{name} {each}" for name, each in versions.items()))
    yield _memory()
    yield _folder(root)
    yield from _devices()
    yield _training()
    yield _mlflow(root, tracking_uri)


def _memory() -> Finding:
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        free, whole = (os.sysconf(name) * page for name in ("SC_AVPHYS_PAGES", "SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return Finding("memory", "ok", "this system does not tell how much is free")
    found = f"{free / 1e9:.1f} of {whole / 1e9:.1f} GB are free"
    if free < _LEAST_BYTES:
        return Finding(
            "memory", "warning", f"{found}; end other programs, a search takes 1 to 2 GB"
        )
    return Finding("memory", "ok", found)


def _folder(root: Path) -> Finding:
    probe = root / f".doctor-{os.getpid()}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        probe.write_text("written to see whether it can be\n", encoding="utf-8")
        probe.unlink()
        free = shutil.disk_usage(root).free
    except OSError as error:
        sentence = f"{root} cannot be written ({error.strerror}); give --root another folder"
        return Finding("folder", "fault", sentence)
    found = f"{root} can be written, {free / 1e9:.1f} GB are free"
    if free < _LEAST_BYTES:
        return Finding("folder", "warning", f"{found}; give --root a folder on another disk")
    return Finding("folder", "ok", found)


def _devices() -> Iterator[Finding]:
    """Tell what trains: a GPU that computes what the CPU does, or the CPU's cores."""
    import tensorflow as tf

    from tuner.training.lanes.machine import Machine

    gpus = tf.config.list_physical_devices("GPU")
    for number, gpu in enumerate(gpus):
        yield _gpu(tf, number, gpu)
    if gpus:
        return
    workers = Machine().workers
    cores = f"{workers} cores train a block of networks each" if workers > 1 else "one core trains"
    if shutil.which("nvidia-smi") is None:
        yield Finding("device", "ok", f"the CPU: {cores}; there is no GPU")
        return
    here = "nvidia-smi is here, but TensorFlow finds no GPU, and the CPU trains instead"
    install = f'{sys.executable} -m pip install "softmax-tuner[gpu]"'
    yield Finding("device", "warning", f"{here}; install its libraries with {install}")


def _gpu(tf: Any, number: int, gpu: Any) -> Finding:
    name = tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(256, 256)).astype(np.float32) for _ in range(2))
    try:
        with tf.device(f"GPU:{number}"):
            product = tf.matmul(a, b).numpy()
    except tf.errors.OpError as error:
        sentence = f"{name} cannot multiply matrices ({one_line(error)}); look at its driver"
        return Finding("device", "fault", sentence)
    if np.abs(product - a @ b).max() > 1.0:  # TF32 rounds to three digits
        return Finding("device", "fault", f"{name} multiplies wrongly; look at its driver")
    return Finding("device", "ok", f"{name}, GPU {number}: it takes memory as it needs it")


def _training() -> Finding:
    """Train three small networks as a search does, and by `fit`."""
    import keras_tuner

    from tuner.training import TRAINERS, Job

    settings = SearchSettings(max_trials=1, folds=3, epochs=3)
    ready = prepare("mlp_depth", DataRequest("iris"), settings)
    trial = keras_tuner.HyperParameters()
    trial.values = dict(_TRIAL)
    losses, told = [], []
    for name in ("lanes", "fit"):
        started = time.perf_counter()
        trained = TRAINERS[name]().train(
            [Job(0, trial)], make_hypermodel(ready), problem=ready.problem, plan=settings.plan
        )
        (result,) = trained
        if result.status != "completed":
            return Finding("training", "fault", f"{name} failed on iris: {result.reason}")
        losses.append(np.array(result.curves["val_loss"]))
        told.append(f"{name} {time.perf_counter() - started:.1f} s")
    apart = float(np.abs(losses[0] - losses[1]).max())
    found = f"3 networks on iris: {', '.join(told)}; their losses differ by {apart:.0e} at most"
    if not apart < _AGREED:
        return Finding("training", "fault", f"{found}, which is too much; train with --trainer fit")
    return Finding("training", "ok", found)


def _mlflow(root: Path, tracking_uri: str | None) -> Finding:
    try:
        uri = choose_tracking_uri(tracking_uri, root)
    except UserError as error:
        return Finding("MLflow", "fault", str(error))
    path = uri.removeprefix("sqlite:///")
    if path != uri and not Path(path).exists():
        return Finding("MLflow", "ok", f"the first search makes its database, {path}")
    from mlflow import MlflowClient

    try:
        MlflowClient(tracking_uri=uri).search_experiments(max_results=1)
    except Exception as error:  # a store may fail in its own ways: SQL, HTTP
        remedy = "a search goes on without it, and tuner sync writes what it lacks later"
        sentence = f"{uri} does not answer ({one_line(error)}); {remedy}"
        return Finding("MLflow", "warning", sentence)
    return Finding("MLflow", "ok", f"{uri} answers")
