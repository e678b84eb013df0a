"""The oracles, which propose the trials of a search.

`SearchOracle` is the interface that the search loop uses. `StudyOracle` is the base class of this
package's oracles; `KerasTunerOracle` adapts any other `keras_tuner.Oracle`.
"""

from tuner.search.oracles.base import StudyOracle
from tuner.search.oracles.bayesian import BayesianOracle
from tuner.search.oracles.declared import Declared
from tuner.search.oracles.grid import GridOracle
from tuner.search.oracles.hyperband import HyperbandOracle, count_bracket_trials
from tuner.search.oracles.keras_tuner_oracle import KerasTunerOracle
from tuner.search.oracles.random_search import RandomOracle
from tuner.search.oracles.search_oracle import SearchOracle
from tuner.search.oracles.tpe import TPEOracle
from tuner.search.oracles.tried_configurations import make_key

__all__ = [
    "ORACLES",
    "Declared",
    "KerasTunerOracle",
    "SearchOracle",
    "StudyOracle",
    "count_bracket_trials",
    "make_key",
]

ORACLES: dict[str, type[StudyOracle]] = {
    "random": RandomOracle,
    "grid": GridOracle,
    "bayesian": BayesianOracle,
    "tpe": TPEOracle,
    "hyperband": HyperbandOracle,
}
