"""Studies on MLflow's server with PostgreSQL behind it, as a team has it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts

from tests.helpers.mlflow_proxy import Proxy
from tests.helpers.mlflow_runs import append_trials, leave_export, write_runs
from tests.helpers.mlflow_server import Server
from tests.helpers.postgresql import PostgreSQL
from tests.helpers.studies import create_study
from tuner.errors import TrackingError
from tuner.study import EventKind
from tuner.tracking import MlflowMirror
from tuner.tracking.faults import describe_fault
from tuner.tracking.runs import StudyRuns

pytestmark = pytest.mark.cluster

SECRET = "s3cr3t"
LOGIN = {"MLFLOW_TRACKING_USERNAME": "bob", "MLFLOW_TRACKING_PASSWORD": SECRET}
BASIC = "Basic Ym9iOnMzY3IzdA=="  # bob:s3cr3t


@dataclass(frozen=True)
class Team:
    """A server of MLflow, and the database behind it."""

    server: Server
    postgresql: PostgreSQL
    database: str

    @property
    def store(self):
        return self.postgresql.make_uri(self.database)

    def dump(self):
        """Return all that is in the database, as text."""
        sql = "SELECT database_to_xml(true, false, '')::text"
        ((text,),) = self.postgresql.execute(sql, database=self.database)
        return text


@pytest.fixture(scope="module")
def team(postgresql, make_database, tmp_path_factory):
    database = make_database()
    server = Server(postgresql.make_uri(database), tmp_path_factory.mktemp("server"))
    server.start()
    yield Team(server, postgresql, database)
    server.stop()


@pytest.fixture
def proxy(team, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
    proxy = Proxy(team.server.port)
    yield proxy
    proxy.close()


@pytest.mark.usefixtures("usual_processes")  # whose arguments are their own
def test_three_hosts_write_at_once_and_no_password_is_left(
    team, proxy, monkeypatch, tmp_path, problem, make_record
):
    monkeypatch.setattr("tuner.tracking.mirror._PATIENCE", 300.0)
    for name, value in LOGIN.items():
        monkeypatch.setenv(name, value)
    proxy.login = BASIC
    faults, hosts = [], []
    # two write to one experiment; one without the server, which needs an experiment of its own
    for host, (uri, data) in enumerate([(proxy.uri, "p"), (proxy.uri, "p"), (team.store, "d")]):
        study = create_study(tmp_path / f"host{host}", problem, data={"name": data})
        mirror = MlflowMirror(uri, tmp_path / f"host{host}", on_fault=faults.append)
        mirror.on_study_begin(study)
        hosts.append((study, mirror))
    for trial in range(6):
        for study, _ in hosts:
            append_trials(study, make_record(trial))
    processes = subprocess.check_output(["ps", "-eo", "args"], text=True)
    for study, mirror in hosts:
        study.journal.append(EventKind.ENDED, status="interrupted", summary={})
        mirror.on_study_end("interrupted", {})
    assert faults == []
    assert all(mirror.complete for _, mirror in hosts)
    experiments = [mirror.experiment_id for _, mirror in hosts]
    assert experiments[0] == experiments[1] != experiments[2]
    client = MlflowClient(tracking_uri=team.store)
    runs = client.search_runs(experiments[1:])
    assert len(runs) == 3 * 7
    for study, mirror in hosts:
        trials = {run.data.tags["tuner.trial"] for run in runs if is_child(run, mirror.run_id)}
        assert trials == {str(trial) for trial in range(6)}
        assert client.get_run(mirror.run_id).data.tags["tuner.id"] == study.record.id
    written = [path for folder in (tmp_path, team.server.folder) for path in folder.rglob("*")]
    texts = [team.dump(), processes]
    texts += [path.read_bytes().decode(errors="replace") for path in written if path.is_file()]
    assert len(texts) > 20
    for secret in (SECRET, team.postgresql.password):
        assert not any(secret in text for text in texts)


def is_child(run, parent):
    return run.data.tags.get("mlflow.parentRunId") == parent


def test_a_database_cannot_take_what_its_server_keeps(team, proxy, tmp_path, problem):
    study = create_study(tmp_path, problem, data={"name": "kept"})
    client = MlflowClient(tracking_uri=proxy.uri)
    write_runs(study, client)
    direct = MlflowClient(tracking_uri=team.store)
    with pytest.raises(TrackingError, match=r"experiment kept/test.* address as --tracking-uri"):
        write_runs(study, direct)
    assert write_runs(study, client).written == 0


def test_a_model_is_registered_once_and_comes_back(proxy, tmp_path, problem):
    study = create_study(tmp_path, problem, "registered")
    leave_export(study, "one")
    client = MlflowClient(tracking_uri=proxy.uri)
    run_ids = {write_runs(study, client).run_id for _ in range(2)}
    (version,) = client.search_model_versions("name = 'registered'")
    assert {version.run_id} == run_ids
    champion = client.get_model_version_by_alias("registered", "champion")
    assert champion.version == version.version
    folder = download_artifacts(artifact_uri=version.source, tracking_uri=proxy.uri)
    assert Path(folder, "MLmodel").read_text().endswith("model_uuid: one\n")


@pytest.mark.parametrize("status", [429, 500, 413, 503])
def test_a_server_that_refuses_for_a_while(proxy, status, tmp_path, problem, make_record):
    """Whatever request it is that is refused first, the runs are whole in the end."""
    study = create_study(tmp_path, problem)
    append_trials(study, make_record(0))
    runs = StudyRuns(MlflowClient(tracking_uri=proxy.uri), study, tmp_path)
    runs.update()
    append_trials(study, make_record(1))
    proxy.status, proxy.headers = status, {"Retry-After": "3600"}
    with pytest.raises(Exception, match=str(status)) as error:
        runs.update()
    assert describe_fault(error.value).startswith(f"the server answers with status {status}")
    proxy.status = 0
    runs.update()
    runs.close()
    assert (runs.written, len(find_children(runs))) == (3, 2)


def find_children(runs):
    found = runs.client.search_runs([runs.experiment_id])
    return [run for run in found if is_child(run, runs.run_id)]


def test_a_token_is_sent_and_not_shown(team, proxy, monkeypatch, tmp_path, problem):
    proxy.login = f"Bearer {SECRET}"
    study = create_study(tmp_path, problem)
    client = MlflowClient(tracking_uri=proxy.uri)
    with pytest.raises(Exception, match="401") as error:
        write_runs(study, client)
    assert describe_fault(error.value) == (
        "the server answers with status 401, it asks for a name and a password"
    )
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", SECRET)
    assert write_runs(study, client).written == 1
    assert SECRET not in team.dump()


def test_all_pages_of_a_studys_runs_are_read(proxy, monkeypatch, tmp_path, problem, make_record):
    """MLflow takes no more than some thousands at a time, which takes long to make here."""
    study = create_study(tmp_path, problem)
    append_trials(study, *map(make_record, range(4)))
    client = MlflowClient(tracking_uri=proxy.uri)
    write_runs(study, client)
    monkeypatch.setattr("tuner.tracking.experiments._PAGE", 2)
    append_trials(study, make_record(4))
    runs = write_runs(study, client)
    assert runs.written == 1
    assert len(find_children(runs)) == 5
