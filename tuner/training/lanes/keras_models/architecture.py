"""The description of a Keras network's architecture, by which networks share a program."""

import json
import re
from collections.abc import Iterator
from typing import Any

import keras

__all__ = ["describe_architecture"]


def describe_architecture(model: Any) -> str | None:
    """Return a text that is the same for all networks that one program can train.

    It has all that a network computes. The names of layers, which Keras numbers, and the learning
    rate, which is a variable, are left out.

    Returns:
        None if the network's configuration may be incomplete: only Keras's own classes are
        trusted to have all of their settings in it.
    """
    if not type(model).__module__.startswith("keras."):
        return None
    config = json.loads(model.to_json())
    config.pop("compile_config", None)
    optimizer = model.optimizer.get_config()
    optimizer.pop("name", None)
    if isinstance(optimizer.get("learning_rate"), float):
        optimizer.pop("learning_rate")
    loss = keras.saving.serialize_keras_object(model.loss)
    config = [config, type(model.optimizer).__name__, optimizer, loss]
    if any(not _is_keras(part) for part in _list_parts(config)):
        return None
    text = json.dumps(config, sort_keys=True, default=repr)
    names = [model.name, *[layer.name for layer in model.layers]]
    for number, name in enumerate(sorted(names, key=names.index)):
        text = re.sub(f'"{re.escape(name)}"', f'"#{number}"', text)
    return text


def _list_parts(config: Any) -> Iterator[dict[str, Any]]:
    """Yield every object within a configuration."""
    if isinstance(config, dict):
        yield config
    if isinstance(config, dict | list | tuple):
        for value in config.values() if isinstance(config, dict) else config:
            yield from _list_parts(value)


def _is_keras(part: dict[str, Any]) -> bool:
    module = part.get("module", "keras")
    known = module is None or str(module).partition(".")[0] in ("keras", "builtins")
    return known and part.get("class_name") not in ("Lambda", "__lambda__", "function")
