"""Searches in the process of the tests that write nothing to MLflow, where no test looks there."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tuner.study import Listener

__all__ = ["without_mlflow"]


class _NoMirror(Listener):
    """Stands in place of `MlflowMirror`, whose process writes runs and draws pictures."""

    complete = False
    experiment_id = ""
    fault = ""

    def __init__(self, *_: object) -> None:
        pass

    def fall_silent(self) -> None:
        """Say nothing, as before."""


@contextmanager
def without_mlflow() -> Iterator[None]:
    """Let searches that begin meanwhile write nothing to MLflow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tuner.api.search.MlflowMirror", _NoMirror)
        yield
