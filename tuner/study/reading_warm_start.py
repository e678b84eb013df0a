"""Opens the earlier study that a new one begins with, and reads its best configurations."""

from pathlib import Path

from tuner.errors import StudyError
from tuner.study.settings import SearchSettings
from tuner.study.study import Study
from tuner.study.warm_start import WarmStart

__all__ = ["open_warm_start"]

_MOST_KEPT = 20  # configurations, of which another space may have only some


def open_warm_start(
    settings: SearchSettings, name: str | None, root: Path
) -> tuple[WarmStart, Study] | None:
    """Return the warm start of a study that is to be created, and the study that it comes from.

    Args:
        settings: Name the earlier study.
        name: The name of the new study. None for a free one.
        root: The folder that holds everything that searches write.

    Returns:
        None if the settings name no earlier study.

    Raises:
        StudyError: There is no such earlier study, it has no completed trial, or the new study
            would replace it.
    """
    if settings.from_study is None:
        return None
    if settings.from_study == name:
        raise StudyError(
            f"--from: study {name} cannot begin with its own trials; give --study another name"
        )
    earlier = Study.open(settings.from_study, root)
    return _read_best(earlier), earlier


def _read_best(earlier: Study) -> WarmStart:
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
