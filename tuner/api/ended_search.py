"""Writes to a study's journal how a search of `KFoldTuner` ended."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tuner.errors import StudyError
from tuner.study import EventKind, Study

__all__ = ["record_end"]


@contextmanager
def record_end(study: Study) -> Iterator[None]:
    """Write how the search in this context ended, for MLflow. It has no summary."""
    status = "interrupted"
    try:
        yield
        status = "finished"
    except Exception:
        status = "failed"
        raise
    finally:
        with suppress(StudyError):  # the trials are there; MLflow calls the study killed
            study.journal.append(EventKind.ENDED, status=status, summary={})
