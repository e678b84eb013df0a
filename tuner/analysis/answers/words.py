"""Numbers and settings in words, as they stand in a sentence."""

import math
from collections.abc import Mapping, Sequence

from tuner.space import Value
from tuner.space.values import shown

__all__ = [
    "amount",
    "begun",
    "fewer",
    "has_error",
    "interval",
    "is_are",
    "listed",
    "named",
    "rounded",
    "scored",
    "setting",
    "settings",
    "values_of",
    "with_error",
]

_OBJECTIVES = {"roc_auc": "ROC AUC", "cross_entropy": "cross-entropy"}

_COUNTED = ("blocks", "filters", "units")  # whose settings say how many there are

# How a setting of each is called, and several of them; others are called by their own name.
_PHRASES = {
    "depth": ("depth {}", "depths {}"),
    "dropout": ("dropout rate {}", "dropout rates {}"),
    "input_dropout": ("input dropout rate {}", "input dropout rates {}"),
    "kind": ("kind {}", "kinds {}"),
    "learning_rate": ("learning rate {}", "learning rates {}"),
    "batch_size": ("batch size {}", "batch sizes {}"),
    "schedule": ("schedule {}", "schedules {}"),
    "radius": ("radius {}", "radii {}"),
}


def amount(value: Value) -> str:
    """Return a value with as many digits as a person wants to see.

    >>> amount(0.012345), amount(3.2e-06), amount(12345), amount("l2"), amount(True), amount(0.1)
    ('0.0123', '3.2e-6', '12,345', 'l2', 'true', '0.1')
    """
    if isinstance(value, bool | str):
        return shown(value)
    if isinstance(value, int):
        return f"{value:,}"
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        digits, _, exponent = f"{value:.2g}".partition("e")
        return f"{digits}e{int(exponent)}" if exponent else digits
    return f"{value:.3g}"


def named(name: str) -> str:
    """Return a hyperparameter's name, or an objective's, in a sentence.

    >>> named("learning_rate"), named("roc_auc")
    ('learning rate', 'ROC AUC')
    """
    return _OBJECTIVES.get(name, name.replace("_", " "))


def setting(name: str, value: Value) -> str:
    """Return a setting of a hyperparameter.

    >>> setting("depth", 2), setting("units", 128), setting("my_rate", 0.5), setting("blocks", 1)
    ('depth 2', '128 units', 'my rate 0.5', '1 block')
    """
    if name in _COUNTED:
        return f"{amount(value)} {name.removesuffix('s') if value == 1 else name}"
    one, _ = _PHRASES.get(name, (named(name) + " {}", ""))
    return one.format(amount(value))


def settings(name: str, values: Sequence[Value]) -> str:
    """Return several settings of a hyperparameter.

    >>> settings("depth", [0, 1, 2]), settings("units", [8, 16]), settings("kind", ["l2"])
    ('depths 0, 1 and 2', '8 and 16 units', 'kind l2')
    """
    if len(values) == 1:
        return setting(name, values[0])
    if name in _COUNTED:
        return f"{listed([amount(value) for value in values])} {name}"
    _, several = _PHRASES.get(name, ("", named(name) + " {}"))
    return several.format(listed([amount(value) for value in values]))


def is_are(name: str, values: Sequence[Value]) -> str:
    """Return the verb that goes with some settings.

    >>> is_are("depth", [2]), is_are("depth", [2, 3]), is_are("units", [128]), is_are("blocks", [1])
    ('is', 'are', 'are', 'is')
    """
    one = len(values) == 1 and (name not in _COUNTED or values[0] == 1)
    return "is" if one else "are"


def values_of(values: Mapping[str, Value]) -> str:
    """Return the hyperparameters of a trial.

    >>> values_of({"depth": 2, "learning_rate": 0.0145678})
    'depth 2, learning rate 0.0146'
    """
    return ", ".join(setting(name, value) for name, value in values.items())


def listed(words: Sequence[str]) -> str:
    """Return words with commas and an `and` between them.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def rounded(value: float, error: float) -> str:
    """Return a number with the digits that its error leaves it, two of the error's at most.

    >>> rounded(0.09651, 0.0179), rounded(0.975, 0.0004), rounded(2.3, 0.5), rounded(0.1234, 0.0)
    ('0.097', '0.97500', '2.30', '0.123')
    """
    if not has_error(value, error):
        return f"{value:.3f}"
    digits = min(max(1 - math.floor(math.log10(error)), 2), 6)
    return f"{value:.{digits}f}"


def scored(objective: str, score: float, error: float) -> str:
    """Return a score and its standard error, where it has one worth telling.

    >>> scored("cross_entropy", 0.09651, 0.0179), scored("accuracy", 1.0, 0.0)
    ('cross-entropy 0.097 ± 0.018', 'accuracy 1.000')
    """
    return f"{named(objective)} {with_error(score, error)}"


def with_error(value: float, error: float) -> str:
    """Return a number and its standard error.

    >>> with_error(0.0545, 0.0056), with_error(1.0986, 1e-9)
    ('0.0545 ± 0.0056', '1.099')
    """
    told = rounded(value, error)
    return f"{told} ± {rounded(error, error)}" if has_error(value, error) else told


def has_error(value: float, error: float) -> bool:
    """Tell whether a standard error is worth telling; a rounding error is not."""
    return math.isfinite(error) and error > 1e-5 * abs(value)


def interval(low: float, high: float) -> str:
    """Return an interval.

    >>> interval(0.0812, 0.1523)
    '95 % interval 0.081 to 0.152'
    """
    error = (high - low) / 4
    return f"95 % interval {rounded(low, error)} to {rounded(high, error)}"


def fewer(parameters: int, than: int) -> str:
    """Return how many times fewer parameters there are.

    >>> fewer(15, than=1027), fewer(400, than=1000)
    ('68 times fewer', '2.5 times fewer')
    """
    factor = than / parameters
    return f"{factor:,.0f} times fewer" if factor >= 10 else f"{factor:.2g} times fewer"


def begun(text: str) -> str:
    """Return a text as the beginning of a sentence.

    >>> begun("depth 2 is best.")
    'Depth 2 is best.'
    """
    return text[:1].upper() + text[1:]
