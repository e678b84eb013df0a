"""The adapter for KerasTuner's own oracles."""

import math
from collections.abc import Iterable, Mapping

import keras_tuner

from tuner.errors import StudyError, UserError
from tuner.scoring import OBJECTIVES, find_by_keras_name, find_own_metric
from tuner.search.oracles.search_oracle import SearchOracle
from tuner.space import Value
from tuner.training import Job, TrialResult

__all__ = ["KerasTunerOracle"]


class KerasTunerOracle(SearchOracle):
    """Any `keras_tuner.Oracle`, as the search loop uses oracles.

    KerasTuner asks its oracles for one trial after another, and so does the search.

    Args:
        oracle: The oracle.

    Raises:
        UserError: The oracle's objective is not an objective of a k-fold search, or the oracle is
            KerasTuner's Hyperband, whose rungs only KerasTuner's own tuner can train.
    """

    adaptive = True

    def __init__(self, oracle: keras_tuner.Oracle) -> None:
        super().__init__()
        _check(oracle)
        self._oracle = oracle
        oracle.verbose = 0  # this package tells what its trials come to
        oracle.max_consecutive_failed_trials = math.inf  # failed trials end no search of its

    @property
    def keras_tuner_oracle(self) -> keras_tuner.Oracle:
        """The oracle."""
        return self._oracle

    def resume(
        self,
        proposed: Mapping[int, dict[str, Value]],
        ended: Iterable[TrialResult],
        *,
        planned_trials: int,
        max_trials: int,
    ) -> list[Job]:
        """Refuse to resume: the journal does not hold the oracle's own state.

        Raises:
            StudyError: The study has trials.
        """
        if proposed:
            raise StudyError(
                f"oracle {type(self._oracle).__name__}: a custom oracle cannot resume a study that "
                "has trials; give the study another name"
            )
        return []

    def ask(self) -> Job | None:
        """Return the next trial to train; None while another one runs."""
        return None if self._running else super().ask()


def _check(oracle: keras_tuner.Oracle) -> None:
    name = type(oracle).__name__
    if isinstance(oracle, keras_tuner.oracles.HyperbandOracle):
        raise UserError(
            f"oracle {name}: the epochs of its rungs are for keras_tuner.Hyperband alone; give "
            'oracle="hyperband" to KFoldTuner instead'
        )
    objective = oracle.objective
    asked = getattr(objective, "name", "")
    known = find_by_keras_name(asked) or find_own_metric(asked, objective.direction)
    if known is None or objective.direction != known.direction:
        names = ", ".join(f'Objective("{o.name}", "{o.direction}")' for o in OBJECTIVES.values())
        raise UserError(
            f"oracle {name}: the objective {objective} is not an objective of a k-fold search; "
            f"give the oracle one of {names}"
        )
