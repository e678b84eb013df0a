"""The GPU that trains, if there is one: its memory, and the numbers that it computes with."""

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

__all__ = ["Gpu", "find_gpu", "name_gpu", "require_whole_floats"]

_UNKNOWN_BYTES = 2**30  # of memory, if TensorFlow does not say


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU.

    Attributes:
        name: Such as `NVIDIA A100-SXM4-40GB`.
        memory: How many bytes of its memory TensorFlow may take.
    """

    name: str
    memory: int


def find_gpu() -> Gpu | None:
    """Return the first GPU that TensorFlow sees, on which it computes; None if it sees none."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return None
    # what is free, less what TensorFlow leaves to others; nothing else in TensorFlow tells it
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        devices = session.list_devices()
    memory = next(d.memory_limit_bytes for d in devices if d.device_type == gpus[0].device_type)
    return Gpu(name_gpu(gpus[0]), memory or _UNKNOWN_BYTES)


def name_gpu(device: Any) -> str:
    """Return the name of a GPU, such as `NVIDIA A100-SXM4-40GB`."""
    details = tf.config.experimental.get_device_details(device)
    return str(details.get("device_name", device.name))


def require_whole_floats() -> None:
    """Let a GPU multiply float32 numbers as such.

    TensorFlow lets newer ones round the factors to TF32, which has three digits: a loss would then
    differ from that of a CPU, or of an exported model, in the third digit.
    """
    if tf.config.list_physical_devices("GPU"):
        tf.config.experimental.enable_tensor_float_32_execution(False)
