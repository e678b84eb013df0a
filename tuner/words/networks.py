"""A network for tables in words: the parts that it has."""

from collections.abc import Mapping

from tuner.space import Value
from tuner.words.parts import find_part
from tuner.words.plain import say_thing
from tuner.words.sentences import join_words

__all__ = ["say_parts"]

# In the way of a row, then how the network is trained.
_ORDER = (
    *("scaling", "numbers", "scaling_layer", "depth", "heads", "activation", "learned_slope"),
    *("normalization", "residual", "parametrization", "biases", "kind", "dropout"),
    *("optimizer", "weight_decay", "schedule", "label_smoothing", "mixing"),
)
# What any network has that says nothing else.
_USUAL = ("one head", "standard scaling", "standard parametrization", "biases from zero")


def say_parts(values: Mapping[str, Value]) -> str:
    """Return the parts of a network for tables; empty for a perceptron without such parts.

    Args:
        values: Its active hyperparameters.

    >>> say_parts({"numbers": "periodic", "depth": 2, "units": 64, "heads": 1, "dropout": 0.1})
    'periodic embeddings of numbers, two hidden layers of 64 units and a dropout rate of 0.1'
    >>> say_parts({"depth": 2, "units": 64})
    ''
    """
    if not any(find_part(name, value) for name, value in values.items()):
        return ""
    things = {name: say_thing(name, values[name]) for name in _ORDER if name in values}
    if values.get("depth") and "units" in values:
        things["depth"] += f" of {say_thing('units', values['units'])}"
    told = [
        thing
        for name, thing in things.items()
        if name == "depth" or not (thing.startswith("no ") or thing in _USUAL)
    ]
    return join_words(told) if told else ""
