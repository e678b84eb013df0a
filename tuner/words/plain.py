"""Settings, shares and differences in words that need no knowledge of statistics."""

from collections.abc import Sequence
from math import floor, log10

from tuner.space import Value
from tuner.words.hyperparameters import say_setting, say_settings
from tuner.words.names import say_name
from tuner.words.numbers import say_value
from tuner.words.parts import find_part
from tuner.words.sentences import join_words

__all__ = ["say_count", "say_difference", "say_shares", "say_thing", "say_things", "say_with"]

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NOUNS = {"depth": "hidden layer", "blocks": "block", "heads": "head"}
_RATES = ("dropout", "input_dropout", "learning_rate", "weight_decay", "label_smoothing")
_KINDS = {"l1": "L1", "l2": "L2", "elastic_net": "an elastic net", "max_norm": "max-norm"}


def say_count(count: int) -> str:
    """Return a count, as a word up to ten.

    >>> say_count(0), say_count(4), say_count(1200)
    ('no', 'four', '1,200')
    """
    return _COUNTS[count] if 0 <= count < len(_COUNTS) else f"{count:,}"


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


def say_shares(shares: Sequence[float]) -> list[str]:
    """Return shares in percent, all with as many decimals as are needed to see a difference.

    A share below 1 is never called 100 %.

    >>> say_shares([0.991, 0.613]), say_shares([0.9721, 0.9689]), say_shares([0.9996, 0.5])
    (['99 %', '61 %'], ['97.2 %', '96.9 %'], ['99.96 %', '50.00 %'])
    >>> say_shares([1.0])
    ['100 %']
    """
    decimals = 0
    while decimals < 2 and not _are_clear(shares, decimals):
        decimals += 1
    return [f"{100 * share:.{decimals}f} %" for share in shares]


def _are_clear(shares: Sequence[float], decimals: int) -> bool:
    if any(share < 1 and round(100 * share, decimals) >= 100 for share in shares):
        return False
    apart = abs(max(shares) - min(shares))
    return decimals > 0 or apart >= 0.02 or apart == 0


def say_difference(difference: float, interval: tuple[float, float]) -> str:
    """Return a difference without its sign and its interval, with the digits that are certain.

    >>> say_difference(-0.646, (-0.661, -0.631))
    '0.65, between 0.63 and 0.66'
    >>> say_difference(-0.014, (-0.061, 0.033))
    '0.01, between -0.03 and 0.06'
    >>> say_difference(-0.03, (-0.062, 0.002))
    '0.030, between -0.002 and 0.062'
    >>> say_difference(-0.016, (-0.032, 0.00004))
    '0.016, between 0.000 and 0.032'
    >>> say_difference(2e-8, (-3e-7, 4e-7))
    'less than 0.000001'
    """
    if max(map(abs, (difference, *interval))) < 0.5e-6:
        return "less than 0.000001"
    sign = -1 if difference < 0 else 1
    low, high = sorted(sign * end for end in interval)
    margin = (high - low) / 2
    decimals = 3 if margin <= 0 else min(max(-floor(log10(margin)), 2), 6)
    if float(f"{difference:.{decimals}f}") == 0:
        decimals = min(decimals + 1, 6)
    if any(abs(end) < 0.5 * 10**-decimals for end in (low, high) if end):
        decimals = min(decimals + 1, 6)
    numbers = (abs(difference), low, high)
    texts = [f"{round(number, decimals) + 0.0:.{decimals}f}" for number in numbers]  # no "-0.000"
    return f"{texts[0]}, between {texts[1]} and {texts[2]}"
