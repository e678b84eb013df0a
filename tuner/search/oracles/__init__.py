"""Oracles: who proposes the next trial.

Each is a `keras_tuner.Oracle` whose proposals are a pure function of (study seed, trials so
far): it holds no other state, so that a search which goes on later proposes what it would have
proposed without the break. KerasTuner 1.4.8's own state files are not atomic, and leave out the
grid's place and the Bayesian generator.
"""

from tuner.search.oracles.base import StudyOracle, configuration_key
from tuner.search.oracles.bayesian import BayesianOracle
from tuner.search.oracles.grid import GridOracle
from tuner.search.oracles.random_search import RandomOracle

__all__ = [
    "ORACLES",
    "BayesianOracle",
    "GridOracle",
    "RandomOracle",
    "StudyOracle",
    "configuration_key",
]

ORACLES: dict[str, type[StudyOracle]] = {
    "random": RandomOracle,
    "grid": GridOracle,
    "bayesian": BayesianOracle,
}
