"""Settings in words, as things that a network has, alone and together."""

from collections.abc import Mapping, Sequence

from tuner.space import Value
from tuner.words.hyperparameters import say_setting, say_settings
from tuner.words.names import say_name
from tuner.words.numbers import say_count, say_value
from tuner.words.parts import find_part
from tuner.words.sentences import join_words

__all__ = ["say_parts", "say_thing", "say_things", "say_with"]

_NOUNS = {"depth": "hidden layer", "blocks": "block", "heads": "head"}
_RATES = ("dropout", "input_dropout", "learning_rate", "weight_decay", "label_smoothing")
_KINDS = {"l1": "L1", "l2": "L2", "elastic_net": "an elastic net", "max_norm": "max-norm"}
# In the way of a row, then how the network is trained.
_ORDER = (
    *("scaling", "numbers", "scaling_layer", "depth", "heads", "activation", "learned_slope"),
    *("normalization", "residual", "parametrization", "biases", "kind", "dropout"),
    *("optimizer", "weight_decay", "schedule", "label_smoothing", "mixing"),
)
# What any network has that says nothing else.
_USUAL = ("one head", "standard scaling", "standard parametrization", "biases from zero")


def say_thing(name: str, value: Value) -> str:
    """Return a setting as a thing that a network can have.

    >>> say_thing("depth", 0), say_thing("depth", 1), say_thing("depth", 4)
    ('no hidden layer', 'one hidden layer', 'four hidden layers')
    >>> say_thing("kind", "none"), say_thing("kind", "l2"), say_thing("dropout", 0.3)
    ('no regularizer', 'L2', 'a dropout rate of 0.3')
    >>> say_thing("units", 64), say_thing("batch_size", 32), say_thing("learning_rate", "below 0.1")
    ('64 units', 'batch size 32', 'a learning rate below 0.1')
    >>> say_thing("my_switch", True), say_thing("numbers", "periodic"), say_thing("heads", 1)
    ('my switch true', 'periodic embeddings of numbers', 'one head')
    >>> say_thing("weight_decay", 0.0), say_thing("label_smoothing", 0.1)
    ('no weight decay', 'a label smoothing of 0.1')
    """
    if part := find_part(name, value):
        return part
    if name in _NOUNS and isinstance(value, int):
        return f"{say_count(value)} {_NOUNS[name]}{'' if value < 2 else 's'}"
    if name == "kind":
        return "no regularizer" if value == "none" else _KINDS.get(str(value), str(value))
    return _say_rate(name, value) if name in _RATES else say_setting(name, value)


def _say_rate(name: str, value: Value) -> str:
    noun, text = say_name(name), say_value(value)
    if value == 0 and name != "learning_rate":
        return f"no {noun}"
    if name in ("dropout", "input_dropout"):
        noun += " rate"
    of = "" if text.startswith("below ") else "of "
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun} {of}{text}"


def say_things(name: str, values: Sequence[Value]) -> str:
    """Return several settings as things that networks can have.

    >>> say_things("depth", [0, 1, 2]), say_things("depth", [1])
    ('no, one and two hidden layers', 'one hidden layer')
    >>> say_things("kind", ["none", "l2"]), say_things("units", [8, 16])
    ('no regularizer and L2', '8 and 16 units')
    """
    if len(values) == 1:
        return say_thing(name, values[0])
    if name in _NOUNS and all(isinstance(value, int) for value in values):
        return f"{join_words([say_count(int(value)) for value in values])} {_NOUNS[name]}s"
    if find_part(name, values[0]) or name in ("kind", *_RATES):
        return join_words([say_thing(name, value) for value in values])
    return say_settings(name, values)


def say_with(name: str, value: Value) -> str:
    """Return a setting as the condition of a result.

    >>> say_with("depth", 0), say_with("depth", 4)
    ('without any hidden layer', 'with four hidden layers')
    >>> say_with("kind", "none"), say_with("dropout", 0.0), say_with("units", 64)
    ('without a regularizer', 'without dropout', 'with 64 units')
    """
    thing = say_thing(name, value)
    if not thing.startswith("no "):
        return f"with {thing}"
    article = {"depth": "any ", "blocks": "any ", "kind": "a "}.get(name, "")
    return f"without {article}{thing.removeprefix('no ')}"


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
