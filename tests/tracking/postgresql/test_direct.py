"""Studies in PostgreSQL, without a server of MLflow between."""

import time
from dataclasses import replace

import pytest
from mlflow import MlflowClient

from tests.helpers.mlflow_runs import SUMMARY, append_trials, list_contents, write_runs
from tests.helpers.studies import create_study
from tuner.errors import TrackingError
from tuner.study import EventKind, TrialRecord
from tuner.tracking.faults import describe_fault
from tuner.tracking.runs import StudyRuns
from tuner.tracking.store import open_store
from tuner.training import TrialResult

pytestmark = pytest.mark.cluster

# what a role needs once the tables are there
GRANTS = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO writer",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO writer",
)


def explain(uri):
    with pytest.raises(Exception) as error:  # noqa: PT011  (of any library)
        open_store(uri)
    return describe_fault(error.value)


def test_two_first_starts_at_once_both_succeed(first_starts):
    _, ends = first_starts
    assert ends == [(0, ""), (0, "")]


def test_a_study_is_written_once_by_a_role_that_may_change_no_tables(
    postgresql, make_database, make_study, make_record, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PGPASSWORD", "w0rd")
    database = make_database()
    postgresql.execute("CREATE ROLE writer LOGIN PASSWORD 'w0rd'", *GRANTS, database=database)
    uri = postgresql.make_uri(database, "writer")
    assert "w0rd" not in uri
    study = make_study()
    append_trials(study, make_record(0), make_record(1))
    runs = write_runs(study, open_store(uri))
    contents = list_contents(runs)
    assert len(contents) == 3
    assert write_runs(study, runs.client).written == 0
    assert list_contents(runs) == contents
    assert (tmp_path / "runs" / "artifacts" / "points" / "test").is_dir()
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_artifacts_go_where_the_environment_says(
    postgresql, make_database, make_study, monkeypatch
):
    monkeypatch.setenv("MLFLOW_DEFAULT_ARTIFACT_ROOT", "memory://team/")
    study = make_study()
    client = open_store(postgresql.make_uri(make_database()))
    runs = StudyRuns(client, study, study.root)
    with pytest.raises(Exception, match="memory"):  # MLflow has no such store
        runs.update()
    experiment = client.get_experiment(runs.experiment_id)
    assert experiment.artifact_location == "memory://team/points/test"


def test_postgresql_takes_the_longest_names_and_texts(
    postgresql, make_database, problem, tmp_path, make_record
):
    """Its columns have lengths, and texts without the character NUL; those of SQLite are free."""
    data = {"name": "d" * 255, "left_out_classes": {"\0": 1, "c" * 9000: 2}}
    study = create_study(tmp_path / "runs", problem, "s" * 100, data=data)
    record = make_record(0)
    values = {f"{number}{'h' * 300}": "v" * 7000 for number in range(120)}
    failed = TrialResult.from_failure(1, "failed", "r" * 9000)
    append_trials(study, replace(record, hyperparameters=values), TrialRecord(1, {}, {}, failed))
    study.journal.append(EventKind.ENDED, status="finished", summary=SUMMARY)
    runs = write_runs(study, open_store(postgresql.make_uri(make_database())))
    assert len(list_contents(runs)) == 3


def test_a_root_with_a_name_too_long_for_postgresql_is_told(
    postgresql, make_database, problem, tmp_path
):
    study = create_study(tmp_path / ("r" * 150), problem)
    uri = postgresql.make_uri(make_database())
    with pytest.raises(TrackingError, match="name a shorter one in MLFLOW_DEFAULT_ARTIFACT_ROOT"):
        write_runs(study, open_store(uri))


def test_postgresql_stops_and_starts_in_the_middle(
    postgresql, make_database, make_study, make_record
):
    study = make_study()
    uri = postgresql.make_uri(make_database())
    runs = StudyRuns(MlflowClient(tracking_uri=uri), study, study.root)
    append_trials(study, make_record(0))
    runs.update()
    postgresql.stop()
    try:
        append_trials(study, make_record(1))
        with pytest.raises(Exception) as error:  # noqa: PT011  (MLflow's or SQLAlchemy's)
            runs.update()
        away = describe_fault(error.value)
        before = time.monotonic()
        assert explain(uri) == away
        assert time.monotonic() - before < 60  # MLflow itself tries for 100 s
    finally:
        postgresql.start()
    place = f'connection to server at "127.0.0.1", port {postgresql.port} failed'
    assert away == f"{place}: Connection refused"
    runs.update()
    runs.close()
    assert len(list_contents(runs)) == 3
    assert runs.written == 3


def test_what_postgresql_refuses_is_said_without_a_password(postgresql):
    place = f'connection to server at "127.0.0.1", port {postgresql.port} failed'
    assert explain(postgresql.make_uri("postgres", "tuner:wr0ng")) == (
        f'{place}: FATAL: password authentication failed for user "tuner"'
    )
    assert explain(postgresql.make_uri("nowhere")) == (
        f'{place}: FATAL: database "nowhere" does not exist'
    )
