"""The description of a Keras network's architecture, by which networks share a program."""

import json
from collections.abc import Iterator
from inspect import isfunction
from typing import Any

import keras

from tuner.model.tables.optimizer import TableOptimizer
from tuner.training.lanes.keras_models.stateless_optimizer import find_decayed
from tuner.training.lanes.keras_models.tuned_numbers import TUNED_NUMBERS

__all__ = ["describe_architecture"]


_NAMING = ("name", "keras_history", "input_layers", "output_layers")  # keys of names
_TABLES = "tuner.model.tables."  # whose classes have variables for all that trials differ in


def describe_architecture(model: Any, loss: Any) -> str | None:
    """Return a text that is the same for all networks that one program can train.

    It has all that a network computes. Names, and the learning rate and the `TUNED_NUMBERS`, which
    are variables, are left out.

    Args:
        model: A compiled network, whose optimizer is built.
        loss: Its loss as an object, as an `OutputForm` has it.

    Returns:
        None if the network's configuration may be incomplete: only Keras's own classes are
        trusted to have all of their settings in it.
    """
    if not type(model).__module__.startswith("keras."):
        return None
    try:
        config = json.loads(model.to_json())
        others = [_describe_optimizer(model), _describe_loss(loss), _describe_weights(model)]
    except Exception:  # what Keras cannot write, such as one's own schedule, raises many things
        return None
    config.pop("compile_config", None)
    config = [config, *others]
    if any(not _is_keras(part) for part in _list_parts(config)):
        return None
    functions = list(_list_functions(model))
    if any(name.partition(".")[0] not in ("keras", "tensorflow") for name in functions):
        return None
    config = [_number_names(config, {}), functions, keras.config.epsilon()]
    return json.dumps(config, sort_keys=True, default=repr)


def _list_functions(model: Any) -> Iterator[str]:
    """Yield the full name of each function that a layer has as a setting.

    A configuration has the bare name of a function, if Keras has an activation of that name:
    "gelu" may be one's own.
    """
    for layer in model._flatten_layers(include_self=False):
        for name, value in vars(layer).items():
            if isfunction(value) and not hasattr(type(layer), name):  # no method
                yield f"{value.__module__}.{value.__qualname__}"


def _describe_weights(model: Any) -> list[Any]:
    """Return the penalty and the constraint of each weight, which may have been set after all."""
    serialize = keras.saving.serialize_keras_object
    weights = model.trainable_variables
    return [[serialize(each.regularizer), serialize(each.constraint)] for each in weights]


def _describe_loss(loss: Any) -> list[Any]:
    """Return a loss's configuration, and the type it computes in, which Keras leaves out."""
    return [keras.saving.serialize_keras_object(loss), loss.dtype]


def _number_names(config: Any, numbers: dict[str, int], key: str = "") -> Any:
    """Return a configuration whose names are numbers, in the order in which they first appear.

    Keras numbers the names of layers and operations through all networks of a thread.

    Args:
        config: The configuration, or a part of it.
        numbers: The number of each name so far; gets those that are new.
        key: The key of the part.
    """
    if isinstance(config, dict):
        return {each: _number_names(value, numbers, each) for each, value in config.items()}
    if isinstance(config, list | tuple):
        return [_number_names(value, numbers, key) for value in config]
    if isinstance(config, str) and key in _NAMING:
        return numbers.setdefault(config, len(numbers))
    return config


def _describe_optimizer(model: Any) -> list[Any]:
    """Return an optimizer's configuration but tuned numbers, and what it does by weights' names."""
    optimizer, weights = model.optimizer, model.trainable_variables
    config = optimizer.get_config()
    config.pop("name", None)
    if isinstance(optimizer, TableOptimizer):
        return [type(optimizer).__name__, config]
    schedule = config["learning_rate"]
    for part in (config, schedule["config"] if isinstance(schedule, dict) else {}):
        for name in ("learning_rate", *TUNED_NUMBERS):
            if isinstance(part.get(name), float):
                part[name] = "a number"
    by_name = [find_decayed(optimizer, weights)]
    if isinstance(optimizer, keras.optimizers.Muon):  # it updates some weights as Adam does
        by_name.append([optimizer._should_use_adamw(weight) for weight in weights])
    return [type(optimizer).__name__, config, by_name]


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
    known = known or str(module).startswith(_TABLES)
    return known and part.get("class_name") not in ("Lambda", "__lambda__", "function")
