"""Whether a user's network can be loaded elsewhere, which an export needs."""

import warnings
from collections.abc import Iterator
from typing import Any

import keras

from tuner.errors import one_line

__all__ = ["find_unloadable"]


def find_unloadable(model: keras.Model) -> str:
    """Return the first part of a network that Keras cannot load without the program; "" if none.

    Such parts are Lambda layers, functions, and classes of other modules than Keras's own, though
    they be registered: who serves a model does not have the file that registers them.

    Args:
        model: A network. How it is compiled does not matter.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about lambdas
            config = keras.saving.serialize_keras_object(model)
    except Exception as error:  # a layer without get_config, or one whose get_config fails
        return one_line(error)
    return next(_iterate_unloadable(config), "")


def _iterate_unloadable(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        name, module = part.get("class_name"), str(part.get("module")).partition(".")[0]
        if isinstance(name, str) and "config" in part:
            if name in ("Lambda", "__lambda__"):
                yield "a Lambda layer"
            elif name == "function":
                yield f"the function {part['config']}"
            elif module not in ("keras", "builtins") and not name.startswith("__"):
                yield f"the class {name}"
        parts = [value for key, value in part.items() if key != "compile_config"]
    else:
        parts = list(part) if isinstance(part, (list, tuple)) else []
    for each in parts:
        yield from _iterate_unloadable(each)
