"""Which questions a study answers, and in which order."""

from collections.abc import Mapping, Sequence

import numpy as np

from tuner.analysis.answers.records import Answers
from tuner.analysis.baselines import Baseline, JudgedBaseline
from tuner.study import Pick, Study, StudyRecord, TrialRecord

__all__ = ["make_answers", "study_answers"]


def study_answers(study: Study, y: np.ndarray, *, baselines: Sequence[Baseline]) -> Answers:
    """Return the answers of a study on the disk.

    It picks the networks as a search does, and judges the baselines beside the best one.

    Args:
        study: The study; the probabilities of its completed trials are read.
        y: The class of each training row, shape `(training rows,)`.
        baselines: Of `baselines_of`; without any, nothing is said of them.

    Raises:
        SearchFailed: No trial was completed.
    """
    raise NotImplementedError


def make_answers(
    study: StudyRecord,
    records: Sequence[TrialRecord],
    *,
    row_values: Mapping[int, np.ndarray],
    best: Pick,
    smallest: Pick,
    baselines: Sequence[JudgedBaseline],
) -> Answers:
    """Return the answers of a study.

    Which questions are asked follows from the hyperparameters that the space varies, not from its
    name. First comes what the space itself compares, then the importance of hyperparameters, then
    the others, the most important first.

    Args:
        study: What was searched.
        records: Its trials.
        row_values: The objective of each training row, shape `(rows,)`, by completed trial.
        best: The best network.
        smallest: The smallest one within one standard error of it.
        baselines: Judged beside the best network; without any, nothing is said of them.
    """
    raise NotImplementedError
