"""The keys of a space file, which are the hyperparameters: their tables, types and bounds.

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
    "FILE_TABLES",
    "KEYS",
    "KEYS_BY_NAME",
    "KIND_USES",
    "SCHEDULES",
    "Bounds",
    "Key",
]

ACTIVATIONS = ("relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu", "leaky_relu", "mish")
SCHEDULES = ("constant", "cosine", "flat_cosine", "coslog4")

SCALINGS = ("standard", "robust", "quantile")
NUMBERS = ("plain", "periodic", "piecewise")
NORMALIZATIONS = ("none", "batch", "layer")
PARAMETRIZATIONS = ("standard", "ntk")
BIASES = ("zero", "data")
OPTIMIZERS = ("sgd", "adamw")
FALLING = ("constant", "cosine", "flat_cosine")
MIXINGS = ("none", "mixup", "cutmix")

# The hyperparameters that each kind of regularizer uses.
KIND_USES: dict[str, tuple[str, ...]] = {
    "none": (),
    "l1": ("strength",),
    "l2": ("strength",),
    "elastic_net": ("strength", "balance"),
    "max_norm": ("radius",),
}

# The hyperparameters that each choice of a parent uses, by the parent's name. Any other parent is a
# number, which activates a child if it is above the child's `parent_above`.
CHOICE_USES: dict[str, dict[str, tuple[str, ...]]] = {
    "kind": KIND_USES,
    "numbers": {
        "plain": (),
        "periodic": ("frequencies", "frequency_scale", "number_width", "embedding_rate"),
        "piecewise": ("bins", "number_width", "embedding_rate"),
    },
    "optimizer": {
        "sgd": ("momentum",),
        "adamw": (
            *("beta_1", "beta_2", "weight_decay", "bias_rate", "first_layer_rate", "averaging"),
        ),
    },
    "mixing": {"none": (), "mixup": ("mixing_strength",), "cutmix": ("mixing_strength",)},
}

# What each optional parent uses whatever its value is, if a space has it.
PRESENCE_USES: dict[str, tuple[str, ...]] = {"one_hot": ("word_width", "embedding_rate")}

# What an optional parent that a space does not have means for the keys that it may activate.
ABSENT: dict[str, Value] = {"optimizer": "sgd"}

ValueType: TypeAlias = type[bool] | type[int] | type[float] | type[str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of a number. A bound is allowed itself, unless `above` or `below` is set.

    Attributes:
        low: The lower bound.
        high: The upper bound.
        above: Whether a number must be above `low`.
        below: Whether a number must be below `high`.

    >>> str(Bounds(0, 1, below=True))
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
        bounds: The bounds of a number.
        names: The values that a text may have.
        required: Whether the key must be given if it has an effect.
        optional: Whether an absent key is not a part of the space, instead of its usual value.
        also: Another table in which the key may stand.
        parents: Any of these hyperparameters can activate this one; without parents it is always
            active.
        parent_above: What a parent that is a number must be above to activate it.
        needs: One more hyperparameter that must activate it, too.
    """

    table: str
    name: str
    type: ValueType
    usual: Value
    bounds: Bounds | None = None
    names: tuple[str, ...] = ()
    required: bool = False
    optional: bool = False
    also: str = ""
    parents: tuple[str, ...] = ()
    parent_above: int = 0
    needs: str = ""

    def is_active_with(self, parent: str, value: Any) -> bool:
        """Return whether a parent's value activates the key.

        That is a choice that uses it, or a number above `parent_above`.
        """
        if parent in PRESENCE_USES:
            return self.name in PRESENCE_USES[parent]
        uses = CHOICE_USES.get(parent)
        return bool(value > self.parent_above) if uses is None else self.name in uses[value]

    def is_active_without(self, parent: str) -> bool:
        """Return whether the key is active in a space that does not have an optional parent."""
        value = ABSENT.get(parent)
        return value is not None and self.is_active_with(parent, value)


_SHARE = Bounds(0, 1, below=True)

_POSITIVE = Bounds(0, above=True)

# Parents come before their children.
KEYS: tuple[Key, ...] = (
    Key("inputs", "scaling", str, "standard", names=SCALINGS, optional=True),
    Key("inputs", "numbers", str, "plain", names=NUMBERS, optional=True),
    Key("inputs", "frequencies", int, 16, Bounds(1, 1024), parents=("numbers",)),
    Key("inputs", "frequency_scale", float, 0.1, _POSITIVE, parents=("numbers",)),
    Key("inputs", "bins", int, 16, Bounds(2, 1024), parents=("numbers",)),
    Key("inputs", "number_width", int, 4, Bounds(2, 256), parents=("numbers",)),
    Key("inputs", "one_hot", int, 8, Bounds(0, 10**6), optional=True),
    Key("inputs", "word_width", int, 8, Bounds(1, 256), parents=("one_hot",)),
    Key("network", "blocks", int, 2, Bounds(0, 8), optional=True),
    Key("network", "filters", int, 16, Bounds(1, 4096), parents=("blocks",)),
    Key("network", "depth", int, 1, Bounds(0, 32)),
    Key("network", "units", int, 128, Bounds(1, 65536), parents=("depth",)),
    Key("network", "parameters", int, 20000, Bounds(1, 10**9), optional=True, parents=("depth",)),
    Key("network", "activation", str, "relu", names=ACTIVATIONS, parents=("depth", "blocks")),
    Key("network", "learned_slope", bool, False, optional=True, parents=("depth",)),
    Key(
        "network",
        "normalization",
        str,
        "none",
        names=NORMALIZATIONS,
        optional=True,
        parents=("depth",),
    ),
    Key("network", "residual", bool, False, optional=True, parents=("depth",), parent_above=1),
    Key("network", "scaling_layer", bool, False, optional=True),
    Key("network", "parametrization", str, "standard", names=PARAMETRIZATIONS, optional=True),
    Key("network", "biases", str, "zero", names=BIASES, optional=True, parents=("depth",)),
    Key("network", "heads", int, 1, Bounds(1, 256), optional=True, parents=("depth",)),
    Key("regularizer", "kind", str, "none", names=tuple(KIND_USES)),
    Key("regularizer", "strength", float, 1e-4, _POSITIVE, required=True, parents=("kind",)),
    Key("regularizer", "balance", float, 0.5, Bounds(0, 1), required=True, parents=("kind",)),
    Key("regularizer", "radius", float, 3.0, _POSITIVE, required=True, parents=("kind",)),
    Key("regularizer", "dropout", float, 0.0, _SHARE, parents=("depth", "blocks")),
    Key("regularizer", "input_dropout", float, 0.0, _SHARE),
    Key(
        "regularizer",
        "dropout_schedule",
        str,
        "constant",
        names=FALLING,
        optional=True,
        parents=("dropout", "input_dropout"),
    ),
    Key("optimizer", "optimizer", str, "adamw", names=OPTIMIZERS, optional=True),
    Key("sgd", "learning_rate", float, 0.1, _POSITIVE, also="optimizer"),
    Key("sgd", "momentum", float, 0.9, _SHARE, also="optimizer", parents=("optimizer",)),
    Key("sgd", "nesterov", bool, True, also="optimizer", parents=("momentum",)),
    Key("optimizer", "beta_1", float, 0.9, _SHARE, optional=True, parents=("optimizer",)),
    Key("optimizer", "beta_2", float, 0.999, _SHARE, optional=True, parents=("optimizer",)),
    Key("optimizer", "weight_decay", float, 0.0, Bounds(0), optional=True, parents=("optimizer",)),
    Key(
        "optimizer",
        "decay_schedule",
        str,
        "constant",
        names=FALLING,
        optional=True,
        parents=("weight_decay",),
    ),
    Key("optimizer", "bias_rate", float, 1.0, _POSITIVE, optional=True, parents=("optimizer",)),
    Key(
        "optimizer",
        "first_layer_rate",
        float,
        1.0,
        _POSITIVE,
        optional=True,
        parents=("depth",),
        needs="optimizer",
    ),
    Key(
        "optimizer",
        "embedding_rate",
        float,
        1.0,
        _POSITIVE,
        optional=True,
        parents=("numbers", "one_hot"),
    ),
    Key(
        "optimizer",
        "scaling_rate",
        float,
        1.0,
        _POSITIVE,
        optional=True,
        parents=("scaling_layer",),
    ),
    Key(
        "optimizer", "slope_rate", float, 1.0, _POSITIVE, optional=True, parents=("learned_slope",)
    ),
    Key("optimizer", "averaging", float, 0.0, _SHARE, optional=True, parents=("optimizer",)),
    Key("sgd", "batch_size", int, 32, Bounds(1, 10**6), also="optimizer"),
    Key("sgd", "schedule", str, "constant", names=SCHEDULES, also="optimizer"),
    Key("optimizer", "warm_up", float, 0.0, _SHARE, optional=True),
    Key("optimizer", "length", float, 1.0, Bounds(0, 1, above=True), optional=True),
    Key("loss", "label_smoothing", float, 0.0, _SHARE, optional=True),
    Key("loss", "mixing", str, "none", names=MIXINGS, optional=True),
    Key("loss", "mixing_strength", float, 0.2, _POSITIVE, parents=("mixing",)),
)

KEYS_BY_NAME = {key.name: key for key in KEYS}

FILE_TABLES: tuple[str, ...] = tuple(dict.fromkeys(key.table for key in KEYS))
"""The tables of a space file."""

TABULAR_KEYS = frozenset(
    key.name for key in KEYS if key.optional and key.table in ("inputs", "optimizer", "loss")
) | {
    *("learned_slope", "normalization", "residual", "scaling_layer", "parametrization", "biases"),
    *("heads", "dropout_schedule"),
}
"""Hyperparameters of which a space has at least one if its networks are those of `model.tables`."""
