"""A study in PostgreSQL, without a server between."""

import pytest
from mlflow import MlflowClient

from tests.helpers.mlflow_runs import append_trials, list_contents, write_runs

pytestmark = pytest.mark.cluster


def test_a_study_is_written_once(postgresql, make_database, make_study, make_record):
    study = make_study()
    append_trials(study, make_record(0), make_record(1))
    client = MlflowClient(tracking_uri=postgresql.make_uri(make_database()))
    runs = write_runs(study, client)
    contents = list_contents(runs)
    assert len(contents) == 3
    assert write_runs(study, client).written == 0
    assert list_contents(runs) == contents
