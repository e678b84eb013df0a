"""Makes the oracle of a search."""

import keras_tuner

from tuner.search.oracles import ORACLES, Declared, KerasTunerOracle, SearchOracle, StudyOracle
from tuner.space import find_space
from tuner.study import SearchSettings

__all__ = ["choose_oracle"]


def choose_oracle(
    oracle: keras_tuner.Oracle | None,
    settings: SearchSettings,
    hypermodel: keras_tuner.HyperModel,
    declared: Declared | None = None,
) -> SearchOracle:
    """Return the person's oracle, or the one that the settings name.

    Args:
        oracle: The person's oracle; None for none.
        settings: The search settings.
        hypermodel: May have a space.
        declared: What the person says of the hyperparameters.

    Raises:
        UserError: The search cannot use the oracle.
    """
    if isinstance(oracle, StudyOracle):
        return oracle
    if oracle is not None:
        return KerasTunerOracle(oracle)
    return ORACLES[settings.oracle](
        find_space(hypermodel),
        settings.plan.objective,
        max_trials=settings.max_trials,
        epochs=settings.epochs,
        seed=settings.seed,
        declared=declared,
    )
