"""The objective of each cluster of rows, by trial, which a study's picks and answers rest on."""

from collections.abc import Mapping

import numpy as np

from tuner.scoring import Truth
from tuner.study import Study

__all__ = ["read_cluster_values"]

# Earlier versions computed these scores otherwise, so that no array can be checked by them.
_COMPUTED_OTHERWISE = {"roc_auc"}


def read_cluster_values(
    study: Study, truth: Truth, known: Mapping[int, np.ndarray] | None = None
) -> dict[int, np.ndarray]:
    """Return the objective of each cluster by completed trial.

    Args:
        study: The study. The probabilities of its completed trials are read.
        truth: The true classes of the rows.
        known: The values of trials that were read before, and are not read again.

    Returns:
        What `Truth.score_clusters` returns, by trial number, each of shape `(clusters,)`.

    Raises:
        StudyError: An array is missing or damaged.
    """
    known, objective = known or {}, study.record.objective
    values = {}
    for record in study.read_trials():
        if not record.completed:
            continue
        if record.trial in known:
            values[record.trial] = known[record.trial]
            continue
        probabilities = study.arrays.read_probabilities(record.trial)
        values[record.trial] = truth.score_clusters(objective.row_values, probabilities)
        if objective.name not in _COMPUTED_OTHERWISE:
            found, expected = float(values[record.trial].mean()), record.result.score
            study.arrays.check_score(record.trial, found, expected)
    return values
