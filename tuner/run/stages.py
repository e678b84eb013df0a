"""The stages of a run, and how the journal remembers which of them are done.

A stage is done if its last event in the journal has the same basis, that is, everything that its
result depends on. So a resumed run repeats a stage exactly if its result would differ.
"""

from enum import StrEnum
from typing import Any

from tuner.study import EventKind, Study

__all__ = ["Stage", "is_done", "mark_done", "read_basis"]


class Stage(StrEnum):
    """The stages of a run after its study is open, in their order."""

    SEARCHING = "searching"
    PICKING = "picking"
    FINAL_TRAINING = "final training"
    EXPORTING = "exporting"
    PREDICTION_TIMES = "prediction times"
    BASELINES = "baselines"
    REPORT = "report"


def mark_done(study: Study, stage: Stage, basis: dict[str, Any]) -> None:
    """Write to the journal that a stage is done.

    Args:
        study: The study.
        stage: The stage.
        basis: JSON values that its result depends on.

    Raises:
        StudyError: The journal cannot be written.
    """
    study.journal.append(EventKind.STAGE, stage=stage, basis=basis)


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
