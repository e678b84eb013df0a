"""Searches that end with their last trial, where no test asks for what follows."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.helpers.no_mirror import without_mlflow

__all__ = ["stop_after_trials"]


class Searched(BaseException):
    """The last trial of a search has ended."""


@contextmanager
def stop_after_trials() -> Iterator[None]:
    """Let the search that is made meanwhile stop when its last trial has ended.

    It does without MLflow, and without what else works beside it for the report and the export.
    """

    def stop(*_: object) -> None:
        raise Searched

    with pytest.MonkeyPatch.context() as patch, without_mlflow():
        patch.setattr("tuner.run.pipeline.pick_and_answer", stop)
        for name in ("start_companion", "begin"):
            patch.setattr(f"tuner.run.side_processes.SideProcesses.{name}", lambda *_: None)
        with pytest.raises(Searched):
            yield
