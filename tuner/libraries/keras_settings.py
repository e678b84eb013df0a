"""Lets Keras run on TensorFlow with its usual numbers and images, whatever else a user set it to.

Keras reads the environment and `~/.keras/keras.json` when it is imported. Both may say, for another
program, that it is to run on PyTorch or JAX, or to count in other float types.
"""

import json
import os
import sys
from pathlib import Path

from tuner.errors import UserError
from tuner.files.whole_files import find_cache_folder

__all__ = ["require_usual_numbers", "settle_keras"]

_BACKEND = "KERAS_BACKEND"
_HOME = "KERAS_HOME"
_USUAL = {"floatx": "float32", "image_data_format": "channels_last"}
_LIMITS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH")  # for quick trials of a script


def settle_keras() -> None:
    """Let Keras run on TensorFlow, with its usual numbers and images, if it is not imported yet."""
    if "keras" in sys.modules:
        return
    os.environ[_BACKEND] = "tensorflow"
    for name in _LIMITS:
        os.environ.pop(name, None)
    if _read_unusual():
        os.environ[_HOME] = str(find_cache_folder() / "keras")


def require_usual_numbers() -> None:
    """Check what a program chose for Keras before it imported this package, or after it.

    Raises:
        UserError: It is not TensorFlow, or not the usual numbers and images.
    """
    import keras

    backend = keras.config.backend()
    if backend != "tensorflow":
        raise UserError(
            f"Keras runs on {backend}, and tuner needs it on TensorFlow; set "
            f"{_BACKEND}=tensorflow, or import tuner before Keras"
        )
    for name, usual in _USUAL.items():
        value = getattr(keras.config, name)()
        if value != usual:
            raise UserError(
                f"Keras has the {name} {value}; leave out what sets it, perhaps the file of the "
                f"hypermodel, or call keras.config.set_{name}({usual!r}) before the search"
            )


def _read_unusual() -> bool:
    """Return whether the user's `keras.json` changes numbers or images."""
    folder = os.environ.get(_HOME) or Path("~/.keras").expanduser()
    try:
        settings = json.loads(Path(folder, "keras.json").read_text(encoding="utf-8"))
        return any(settings.get(name, usual) != usual for name, usual in _USUAL.items())
    except (OSError, ValueError, AttributeError, RuntimeError):  # none, or none that Keras can read
        return False
