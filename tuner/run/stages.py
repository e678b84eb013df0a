"""How the journal of a study remembers which stages of a run are done.

Exporting and the report are done if their last event in the journal has the same basis, that is,
everything that the result depends on, and their files are there. The search is over if its event
or the number of trials says so. Picking takes no time and is always repeated; its event has the
basis of the later stages. Prediction times and baselines are judged by their files, which say what
they were made from. An event of these two stages may say that the time limit is too short for
them; otherwise their events, and those of the final training and of writing the model, are for the
record.
"""

from typing import Any

from tuner.study import ALL_ROWS_KEY, EventKind, Stage, Study

__all__ = [
    "STAGES_VERSION",
    "is_done",
    "is_out_of_time",
    "leave_out_all_rows",
    "mark_done",
    "mark_out_of_time",
    "read_basis",
]


STAGES_VERSION = 3
"""The version of all stages: raise it when a stage would come out differently."""


def mark_done(study: Study, stage: Stage, basis: dict[str, Any]) -> None:
    """Write to the journal that a stage is done.

    Args:
        study: The study.
        stage: The stage.
        basis: JSON values that its result depends on.

    Raises:
        StudyError: The journal cannot be written.
    """
    _write(study, stage, basis)


def mark_out_of_time(study: Study, stage: Stage, max_seconds: float) -> None:
    """Write to the journal that a time limit is too short for a stage, whatever else is done.

    Args:
        study: The study.
        stage: The stage.
        max_seconds: The time limit.

    Raises:
        StudyError: The journal cannot be written.
    """
    _write(study, stage, {"out_of_time": max_seconds})


def leave_out_all_rows(study: Study, basis: dict[str, Any]) -> None:
    """Write to the journal that an ensemble of folds gets no networks on all rows from now on.

    Args:
        study: The study.
        basis: What the final training depends on that found that out.

    Raises:
        StudyError: The journal cannot be written.
    """
    _write(study, Stage.FINAL_TRAINING, {**basis, ALL_ROWS_KEY: False})


def _write(study: Study, stage: Stage, basis: dict[str, Any]) -> None:
    study.journal.append(EventKind.STAGE, stage=stage, basis=basis)


def is_out_of_time(study: Study, stage: Stage, max_seconds: float | None) -> bool:
    """Return whether a time limit is known to be too short for a stage."""
    longest = (read_basis(study, stage) or {}).get("out_of_time")
    return longest is not None and max_seconds is not None and max_seconds <= longest


def is_done(study: Study, stage: Stage, basis: dict[str, Any]) -> bool:
    """Return whether a stage is done, and would come out the same if it were done again."""
    return read_basis(study, stage) == basis


def read_basis(study: Study, stage: Stage) -> dict[str, Any] | None:
    """Return the basis with which a stage was done last. None if it never was."""
    last = None
    for event in study.journal.read(EventKind.STAGE):
        if event["stage"] == stage:
            last = event["basis"]
    return last
