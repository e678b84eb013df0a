"""Search spaces: a TOML file as a `Space`, and a `Space` as KerasTuner's hyperparameters."""

from tuner.space.domains import Choice, Domain, Fixed
from tuner.space.grammar import ACTIVATIONS, KIND_USES, SCHEDULES
from tuner.space.hyperparameter import Condition, Hyperparameter
from tuner.space.keras_tuner_bridge import from_keras_tuner, to_keras_tuner
from tuner.space.loading import load_space, parse_space, shipped_spaces
from tuner.space.ranges import FloatRange, IntRange
from tuner.space.space import Space
from tuner.space.values import Value

__all__ = [
    "ACTIVATIONS",
    "KIND_USES",
    "SCHEDULES",
    "Choice",
    "Condition",
    "Domain",
    "Fixed",
    "FloatRange",
    "Hyperparameter",
    "IntRange",
    "Space",
    "Value",
    "from_keras_tuner",
    "load_space",
    "parse_space",
    "shipped_spaces",
    "to_keras_tuner",
]
