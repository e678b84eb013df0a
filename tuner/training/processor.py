"""The kind of the processor that trains: on one kind a trial has the same numbers, to the bit."""

from functools import cache
from pathlib import Path

__all__ = ["describe_processor"]

_CPUINFO = Path("/proc/cpuinfo")
# What TensorFlow chooses its kernels by, the best first: the flag of Linux, and its name.
_INSTRUCTIONS = {
    "amx_tile": "AMX",
    "avx512f": "AVX-512",
    "avx2": "AVX2",
    "avx": "AVX",
    "sve": "SVE",
    "asimd": "NEON",
}


@cache
def describe_processor() -> str:
    """Return the model of the processor that trains here, and the best instructions that it has.

    Returns:
        Such as `AMD EPYC 7763 64-Core Processor, AVX2`; the name of the architecture if the system
        does not say more. That of the GPU if there is one.
    """
    import tensorflow as tf

    from tuner.training.gpu import name_gpu

    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        return name_gpu(gpus[0])
    try:
        text = _CPUINFO.read_text(encoding="utf-8")
    except OSError:  # not Linux
        text = ""
    return read_kind(text)


def read_kind(text: str) -> str:
    """Return the kind of the first processor in the text of `/proc/cpuinfo`.

    >>> read_kind("model name : AMD EPYC 7763\\nflags : fpu avx avx2")
    'AMD EPYC 7763, AVX2'
    """
    lines = [line.partition(":") for line in text.split("\n\n", maxsplit=1)[0].splitlines()]
    found = {name.strip().lower(): value.strip() for name, _, value in lines}
    flags = (found.get("flags") or found.get("features") or "").split()
    best = next((name for flag, name in _INSTRUCTIONS.items() if flag in flags), "")
    model = found.get("model name") or f"{_read_architecture()} {found.get('cpu part', '')}".strip()
    return f"{model}, {best}" if best else model


def _read_architecture() -> str:
    import platform

    return platform.machine() or "unknown"
