"""Oracles that are not this package's."""

import keras_tuner

from tuner.errors import UserError
from tuner.scoring import OBJECTIVES

__all__ = ["check_foreign"]


def check_foreign(oracle: keras_tuner.Oracle) -> None:
    """Refuse an oracle of a person's own that a k-fold search cannot follow.

    Raises:
        UserError: Its objective is none of a k-fold search's, or it is KerasTuner's Hyperband,
            whose rungs are trained by KerasTuner's own tuner.
    """
    name = type(oracle).__name__
    if isinstance(oracle, keras_tuner.oracles.HyperbandOracle):
        raise UserError(
            f"oracle {name}: the epochs of its rungs are for keras_tuner.Hyperband alone; give "
            'SearchSettings(oracle="hyperband") instead'
        )
    objective = oracle.objective
    known = OBJECTIVES.get(getattr(objective, "name", ""))
    if known is None or objective.direction != known.direction:
        names = ", ".join(f'Objective("{o.name}", "{o.direction}")' for o in OBJECTIVES.values())
        raise UserError(
            f"oracle {name}: the objective {objective} is not one of a k-fold search; give it one "
            f"of {names}"
        )
