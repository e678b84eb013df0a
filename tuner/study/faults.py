"""The error for a file of a study that the disk does not take."""

from pathlib import Path

from tuner.errors import StudyError

__all__ = ["make_write_error"]


def make_write_error(path: Path | str, error: OSError) -> StudyError:
    """Return the error to raise when a file of a running search cannot be written.

    >>> str(make_write_error("journal a.jsonl", OSError(28, "No space left on device")))
    'journal a.jsonl cannot be written (No space left on device); fix that, and resume the study: every trial in its journal is kept'
    """  # noqa: E501
    return StudyError(
        f"{path} cannot be written ({error.strerror}); fix that, and resume the study: every trial "
        "in its journal is kept"
    )
