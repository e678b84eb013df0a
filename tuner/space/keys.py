"""The keys of a space file, which are the hyperparameters: their tables, types and limits.

To add a hyperparameter, add a line to `KEYS`, and read its value in `tuner/model/recipe.py` or
`tuner/model/optimizers.py`.
"""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

from tuner.space.values import Value

__all__ = [
    "ACTIVATIONS",
    "CHOICE_USES",
    "KEYS",
    "KIND_USES",
    "SCHEDULES",
    "TABLES",
    "Key",
    "Limits",
]

ACTIVATIONS = ("relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu", "leaky_relu")
SCHEDULES = ("constant", "cosine")

# The hyperparameters that each kind of regularizer uses.
KIND_USES: dict[str, tuple[str, ...]] = {
    "none": (),
    "l1": ("strength",),
    "l2": ("strength",),
    "elastic_net": ("strength", "balance"),
    "max_norm": ("radius",),
}

# The hyperparameters that each choice of a parent uses, by the parent's name. Any other parent is a
# number, which activates its children if it is above 0.
CHOICE_USES: dict[str, dict[str, tuple[str, ...]]] = {"kind": KIND_USES}

ValueType: TypeAlias = type[bool] | type[int] | type[float] | type[str]


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a number. A bound is allowed itself, unless `above` or `below` is set.

    Attributes:
        low: The lower bound.
        high: The upper bound.
        above: Whether a number must be above `low`.
        below: Whether a number must be below `high`.

    >>> str(Limits(0, 1, below=True))
    'at least 0 and below 1'
    """

    low: float
    high: float = math.inf
    above: bool = False
    below: bool = False

    def allow(self, value: float) -> bool:
        """Return whether `value` is within the bounds."""
        if (self.above and value == self.low) or (self.below and value == self.high):
            return False
        return self.low <= value <= self.high

    def __str__(self) -> str:
        """Return the bounds in words."""
        low = f"{'above' if self.above else 'at least'} {self.low}"
        if math.isinf(self.high):
            return low
        return f"{low} and {'below' if self.below else 'at most'} {self.high}"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a space file.

    Attributes:
        table: The table that the key belongs to.
        name: The key, which is the name of the hyperparameter.
        type: The type of its values; whole numbers may stand for floats.
        usual: The value of an absent key, unless `required`; errors show it as an example.
        limits: The bounds of a number.
        names: The values that a text may have.
        required: Whether the key must be given if it has an effect.
        optional: Whether an absent key is not a part of the space, instead of its usual value.
        parents: Any of these hyperparameters can activate this one; without parents it is always
            active.
    """

    table: str
    name: str
    type: ValueType
    usual: Value
    limits: Limits | None = None
    names: tuple[str, ...] = ()
    required: bool = False
    optional: bool = False
    parents: tuple[str, ...] = ()

    def is_active_with(self, parent: str, value: Any) -> bool:
        """Return whether a parent's value activates the key: a choice that uses it, or above 0."""
        uses = CHOICE_USES.get(parent)
        return value > 0 if uses is None else self.name in uses[value]


_SHARE = Limits(0, 1, below=True)

_POSITIVE = Limits(0, above=True)

# Parents come before their children.
KEYS: tuple[Key, ...] = (
    Key("network", "blocks", int, 2, Limits(0, 8), optional=True),
    Key("network", "filters", int, 16, Limits(1, 4096), parents=("blocks",)),
    Key("network", "depth", int, 1, Limits(0, 32)),
    Key("network", "units", int, 128, Limits(1, 65536), parents=("depth",)),
    Key("network", "parameters", int, 20000, Limits(1, 10**9), optional=True, parents=("depth",)),
    Key("network", "activation", str, "relu", names=ACTIVATIONS, parents=("depth", "blocks")),
    Key("regularizer", "kind", str, "none", names=tuple(KIND_USES)),
    Key("regularizer", "strength", float, 1e-4, _POSITIVE, required=True, parents=("kind",)),
    Key("regularizer", "balance", float, 0.5, Limits(0, 1), required=True, parents=("kind",)),
    Key("regularizer", "radius", float, 3.0, _POSITIVE, required=True, parents=("kind",)),
    Key("regularizer", "dropout", float, 0.0, _SHARE, parents=("depth", "blocks")),
    Key("regularizer", "input_dropout", float, 0.0, _SHARE),
    Key("sgd", "learning_rate", float, 0.1, _POSITIVE),
    Key("sgd", "momentum", float, 0.9, _SHARE),
    Key("sgd", "nesterov", bool, True, parents=("momentum",)),
    Key("sgd", "batch_size", int, 32, Limits(1, 10**6)),
    Key("sgd", "schedule", str, "constant", names=SCHEDULES),
)

TABLES: tuple[str, ...] = tuple(dict.fromkeys(key.table for key in KEYS))
