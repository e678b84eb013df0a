"""Search spaces: reads a TOML file as a `Space`, and declares a `Space` for KerasTuner."""

from tuner.space.domains import Choice, Domain, Fixed
from tuner.space.first_trial import FirstTrial
from tuner.space.hyperparameter import Condition, Hyperparameter
from tuner.space.keras_tuner_bridge import (
    find_space,
    from_keras_tuner,
    read_active_values,
    to_keras_tuner,
)
from tuner.space.keys import ACTIVATIONS, KIND_USES, SCHEDULES
from tuner.space.loading import list_shipped_spaces, load_space, parse_space
from tuner.space.nearest_configuration import find_nearest_configuration
from tuner.space.ranges import FloatRange, IntRange
from tuner.space.settling import settle
from tuner.space.space import Space
from tuner.space.stored_values import check_stored_values
from tuner.space.tabular_space import is_tabular_space, plans_schedules
from tuner.space.values import Value

__all__ = [
    "ACTIVATIONS",
    "KIND_USES",
    "SCHEDULES",
    "Choice",
    "Condition",
    "Domain",
    "FirstTrial",
    "Fixed",
    "FloatRange",
    "Hyperparameter",
    "IntRange",
    "Space",
    "Value",
    "check_stored_values",
    "find_nearest_configuration",
    "find_space",
    "from_keras_tuner",
    "is_tabular_space",
    "list_shipped_spaces",
    "load_space",
    "parse_space",
    "plans_schedules",
    "read_active_values",
    "settle",
    "to_keras_tuner",
]
