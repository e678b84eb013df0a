"""Settings and hyperparameters in words."""

from collections.abc import Mapping, Sequence

from tuner.space import Value
from tuner.words.names import say_name
from tuner.words.numbers import format_value, say_value
from tuner.words.parts import find_part, is_plural
from tuner.words.sentences import join_words

__all__ = [
    "choose_verb",
    "format_hyperparameters",
    "say_hyperparameters",
    "say_setting",
    "say_settings",
]

# Hyperparameters that count something: "128 units".
_COUNTS = ("blocks", "filters", "units", "heads")

# The phrases for one setting and for several. Other hyperparameters are called by their name.
_PHRASES = {
    "depth": ("depth {}", "depths {}"),
    "label_smoothing": ("label smoothing {}", "label smoothings {}"),
    "weight_decay": ("weight decay {}", "weight decays {}"),
    "dropout": ("dropout rate {}", "dropout rates {}"),
    "input_dropout": ("input dropout rate {}", "input dropout rates {}"),
    "kind": ("kind {}", "kinds {}"),
    "learning_rate": ("learning rate {}", "learning rates {}"),
    "batch_size": ("batch size {}", "batch sizes {}"),
    "schedule": ("schedule {}", "schedules {}"),
    "length": ("training length {}", "training lengths {}"),
    "radius": ("radius {}", "radii {}"),
}


def format_hyperparameters(hyperparameters: Mapping[str, Value]) -> str:
    """Return hyperparameters in one line, under their own names.

    >>> format_hyperparameters({"depth": 2, "learning_rate": 0.05})
    'depth 2, learning_rate 0.05'
    """
    return ", ".join(f"{name} {format_value(value)}" for name, value in hyperparameters.items())


def say_hyperparameters(hyperparameters: Mapping[str, Value]) -> str:
    """Return hyperparameters as they stand in a sentence.

    >>> say_hyperparameters({"depth": 2, "learning_rate": 0.0145678, "units": 64})
    'depth 2, learning rate 0.0146, 64 units'
    """
    return ", ".join(say_setting(name, value) for name, value in hyperparameters.items())


def say_setting(name: str, value: Value) -> str:
    """Return one setting of a hyperparameter.

    >>> say_setting("depth", 2), say_setting("units", 128), say_setting("blocks", 1)
    ('depth 2', '128 units', '1 block')
    >>> say_setting("my_rate", 0.5), say_setting("numbers", "periodic")
    ('my rate 0.5', 'periodic embeddings of numbers')
    """
    if part := find_part(name, value):
        return part
    if name in _COUNTS:
        return f"{say_value(value)} {name.removesuffix('s') if value == 1 else name}"
    one, _ = _PHRASES.get(name, (say_name(name) + " {}", ""))
    return one.format(say_value(value))


def say_settings(name: str, values: Sequence[Value]) -> str:
    """Return several settings of a hyperparameter.

    >>> say_settings("depth", [0, 1, 2]), say_settings("units", [8, 16])
    ('depths 0, 1 and 2', '8 and 16 units')
    >>> say_settings("kind", ["l2"])
    'kind l2'
    """
    if len(values) == 1:
        return say_setting(name, values[0])
    if find_part(name, values[0]):
        return join_words([say_setting(name, value) for value in values])
    listed = join_words([say_value(value) for value in values])
    if name in _COUNTS:
        return f"{listed} {name}"
    _, several = _PHRASES.get(name, ("", say_name(name) + " {}"))
    return several.format(listed)


def choose_verb(name: str, values: Sequence[Value]) -> str:
    """Return `is` or `are`, whichever goes with some settings of a hyperparameter.

    >>> choose_verb("depth", [2]), choose_verb("depth", [2, 3])
    ('is', 'are')
    >>> choose_verb("units", [128]), choose_verb("blocks", [1]), choose_verb("residual", [True])
    ('are', 'is', 'are')
    """
    if len(values) == 1 and (part := find_part(name, values[0])):
        return "are" if is_plural(part) else "is"
    one = len(values) == 1 and (name not in _COUNTS or values[0] == 1)
    return "is" if one else "are"
