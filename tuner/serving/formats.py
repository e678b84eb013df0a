"""The formats of an exported model, and which of them a person asked for."""

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from typing import Any

from tuner.data import split_names
from tuner.errors import UserError, check_choice

__all__ = [
    "DEFAULT_FORMATS",
    "FORMATS",
    "LITERT_FILE",
    "ONNX_FILE",
    "WRITTEN",
    "choose_formats",
    "list_written",
]

FORMATS = ("keras", "saved_model", "mlflow", "onnx", "litert")
DEFAULT_FORMATS = FORMATS[:3]
_ALWAYS = "keras"  # what `predict` and `serve` load
_PACKAGES = ("onnx", "onnxruntime")  # of the extra `onnx`

ONNX_FILE, LITERT_FILE = "model.onnx", "model.tflite"

WRITTEN = "written"
"""What `formats` of `model.json` says of a format; the reason of one that was left out."""


def choose_formats(names: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the formats to write, with Keras's own among them, in their usual order.

    Args:
        names: What a person asked for, a text with commas between the names, or several texts.
            None for the usual formats.

    Raises:
        UserError: A name is no format, or the packages of a format are not installed.

    >>> choose_formats("onnx")
    ('keras', 'onnx')
    """
    given = split_names(names) if isinstance(names, str) else names
    wanted = set(DEFAULT_FORMATS if given is None else given)
    for name in sorted(wanted):
        check_choice("--formats", name, FORMATS, "format")
    if "onnx" in wanted and not all(map(find_spec, _PACKAGES)):
        raise UserError(
            f"--formats: onnx needs the packages {' and '.join(_PACKAGES)}; "
            "pip install 'softmax-tuner[onnx]'"
        )
    return tuple(name for name in FORMATS if name in wanted | {_ALWAYS})


def list_written(description: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the formats that an exported model has, of this version or an earlier one.

    Args:
        description: The content of its `model.json`.
    """
    said: Mapping[str, str] = description.get("formats", dict.fromkeys(DEFAULT_FORMATS, WRITTEN))
    return tuple(name for name in FORMATS if said.get(name) == WRITTEN)
