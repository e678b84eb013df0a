"""Reads the warm start of a study: the best configurations of an earlier one."""

from tuner.errors import StudyError
from tuner.study.study import Study
from tuner.study.warm_start import WarmStart

__all__ = ["read_warm_start"]

_MOST_KEPT = 20  # configurations, of which another space may have only some


def read_warm_start(earlier: Study) -> WarmStart:
    """Return the best configurations of an earlier study.

    Raises:
        StudyError: It has no completed trial, or cannot be read.
    """
    record = earlier.record
    maximise = record.objective.maximise
    completed = [trial for trial in earlier.read_trials() if trial.completed]
    if not completed:
        raise StudyError(
            f"--from: study {record.name} has no completed trial to begin with; to train some: "
            f"{earlier.make_command('resume')}"
        )
    completed.sort(key=lambda trial: (trial.result.score, trial.trial), reverse=maximise)
    distinct = {
        tuple(sorted(trial.hyperparameters.items())): trial.hyperparameters for trial in completed
    }
    return WarmStart(record.name, record.id, tuple(distinct.values())[:_MOST_KEPT])
