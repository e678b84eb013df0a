"""What a person says of the hyperparameters of a search, beside the hypermodel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import keras_tuner

__all__ = ["Declared"]


@dataclass(frozen=True, slots=True)
class Declared:
    """What a person says of the hyperparameters, beside the hypermodel, as in KerasTuner.

    Attributes:
        hyperparameters: They take the place of those of the same name that a hypermodel declares.
        tune_new_entries: Whether other hyperparameters are searched. If not, they keep their
            default values.
        allow_new_entries: Whether a hypermodel may declare others.
        options: Settings of the oracle itself, by name: `num_initial_points`, `alpha` and `beta` of
            `bayesian`, `factor` of `hyperband`.
        objective: The name of the objective, as the person says it. None for our own.
    """

    hyperparameters: keras_tuner.HyperParameters | None = None
    tune_new_entries: bool = True
    allow_new_entries: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)
    objective: str | None = None
