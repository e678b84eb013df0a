"""The rows of most trainings: `fit` takes its time for each fold."""

import pytest

from tests.helpers.problems import make_problem


@pytest.fixture
def problem():
    """Rows of which two folds train on 40 each, a batch of 32 and one of 8."""
    return make_problem(rows=80, folds=2)
