"""The parts of networks for tables in words."""

from collections.abc import Mapping

from tuner.space import Value

__all__ = ["find_part", "is_plural"]

# What a choice gives to a network. "no …" says that it gives nothing.
_PARTS: Mapping[str, Mapping[Value, str]] = {
    "scaling": {
        "standard": "standard scaling",
        "robust": "robust scaling",
        "quantile": "quantile scaling",
    },
    "numbers": {
        "plain": "no embedding of numbers",
        "periodic": "periodic embeddings of numbers",
        "piecewise": "piecewise linear embeddings of numbers",
    },
    "normalization": {
        "none": "no normalization",
        "batch": "batch normalization",
        "layer": "layer normalization",
    },
    "learned_slope": {False: "no learned slope", True: "a learned slope"},
    "residual": {False: "no residual connection", True: "residual connections"},
    "scaling_layer": {False: "no scaling layer", True: "a scaling layer"},
    "parametrization": {"standard": "standard parametrization", "ntk": "NTK parametrization"},
    "biases": {"zero": "biases from zero", "data": "biases from the data"},
    "optimizer": {"sgd": "SGD", "adamw": "AdamW"},
    "mixing": {"none": "no mixing of rows", "mixup": "mix-up of rows", "cutmix": "cut-mix of rows"},
}

_PLURALS = ("embeddings", "connections", "biases")


def find_part(name: str, value: Value) -> str | None:
    """Return the part that a choice gives to a network; None if the choice is of something else.

    >>> find_part("numbers", "periodic"), find_part("optimizer", "adamw"), find_part("depth", 2)
    ('periodic embeddings of numbers', 'AdamW', None)
    """
    return _PARTS.get(name, {}).get(value)


def is_plural(part: str) -> bool:
    """Return whether a part takes `are`.

    >>> is_plural("periodic embeddings of numbers"), is_plural("a scaling layer")
    (True, False)
    """
    return any(word in _PLURALS for word in part.split())
