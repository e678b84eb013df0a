"""Oracles: who proposes the next trial.

Each is a `keras_tuner.Oracle` whose proposals are a pure function of (study seed, trials so
far): whatever else it holds is a cache, so that a search which goes on later proposes what it
would have proposed without the break. KerasTuner 1.4.8's own state files are not atomic, and
leave out the grid's place and the Bayesian generator.
"""

from tuner.search.oracles.base import StudyOracle
from tuner.search.oracles.bayesian import BayesianOracle
from tuner.search.oracles.foreign import check_foreign
from tuner.search.oracles.grid import GridOracle
from tuner.search.oracles.hyperband import HyperbandOracle
from tuner.search.oracles.random_search import RandomOracle
from tuner.search.oracles.tpe import TPEOracle
from tuner.search.oracles.tried import configuration_key

__all__ = ["ORACLES", "StudyOracle", "check_foreign", "configuration_key"]

ORACLES: dict[str, type[StudyOracle]] = {
    "random": RandomOracle,
    "grid": GridOracle,
    "bayesian": BayesianOracle,
    "tpe": TPEOracle,
    "hyperband": HyperbandOracle,
}
