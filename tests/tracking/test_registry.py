"""A study's model in a real MLflow registry: once, under the study's name, as the champion."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient

from tuner.study import Study
from tuner.tracking import choose_tracking_uri
from tuner.tracking.runs import StudyRuns

CALLS = (
    "create_registered_model", "search_model_versions", "search_logged_models",
    "create_logged_model", "log_model_artifacts", "finalize_logged_model", "log_outputs",
    "create_model_version", "get_registered_model", "set_registered_model_alias",
)  # fmt: skip


def export(study, fingerprint, *, told=True):
    """What an export leaves that was checked: its files, and a line in the journal."""
    folder = study.model_folder / "mlflow_model"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "MLmodel").write_text(f"flavors: {{}}\nmodel_uuid: {fingerprint}\n")
    content = json.dumps({"fingerprint": fingerprint})
    (study.model_folder / "model.json").write_text(content)
    if told:
        study.journal.append("exported", pick="best", fingerprint=fingerprint)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A database of MLflow with nothing in it; it takes MLflow seconds to make one."""
    folder = tmp_path_factory.mktemp("empty")
    MlflowClient(tracking_uri=choose_tracking_uri(None, folder)).search_experiments()
    return folder / "mlflow.db"


@pytest.fixture
def client(empty, tmp_path):
    shutil.copy(empty, tmp_path)
    return MlflowClient(tracking_uri=choose_tracking_uri(None, tmp_path))


def sync(client, study):
    runs = StudyRuns(client, study, study.folder.parents[1])
    runs.update()
    runs.close()
    return runs.run_id


def versions(client, name="study"):
    found = client.search_model_versions(f"name = '{name}'")
    return sorted(found, key=lambda version: int(version.version))


def champion(client):
    return client.get_model_version_by_alias("study", "champion")


def test_an_exported_model_is_the_champion_of_its_study(client, make_study):
    study = make_study()
    export(study, "one")
    run_id = sync(client, study)
    (version,) = versions(client)
    assert (version.run_id, champion(client).version) == (run_id, version.version)
    files = Path(version.source.removeprefix("file://"))
    assert (files / "MLmodel").read_text().endswith("model_uuid: one\n")
    (output,) = client.get_run(run_id).outputs.model_outputs
    model = client.get_logged_model(output.model_id)
    assert (model.status, model.source_run_id) == ("READY", run_id)


def test_what_is_registered_is_not_registered_twice(client, make_study):
    study = make_study()
    export(study, "one")
    run_id = sync(client, study)
    export(study, "one")  # by a search that went on: the same network
    sync(client, study)
    assert len(versions(client)) == 1
    assert len(client.get_run(run_id).outputs.model_outputs) == 1


def test_another_model_of_the_study_becomes_the_champion(client, make_study):
    study = make_study()
    export(study, "one")
    run_id = sync(client, study)
    export(study, "two")
    sync(client, study)
    first, second = versions(client)
    assert champion(client).version == second.version
    assert len(client.get_run(run_id).outputs.model_outputs) == 2
    export(study, "one")  # back again
    sync(client, study)
    assert len(versions(client)) == 2
    assert champion(client).version == first.version


def test_a_model_that_did_not_pass_its_check_is_not_registered(client, make_study):
    study = make_study()
    export(study, "one", told=False)
    sync(client, study)
    assert versions(client) == []


@pytest.mark.parametrize("leave", ["another", "nothing"])
def test_a_model_that_is_gone_by_now_is_not_registered(client, make_study, leave):
    study = make_study()
    export(study, "one")
    if leave == "another":
        export(study, "two", told=False)
    else:
        (study.model_folder / "model.json").unlink()
    sync(client, study)
    assert versions(client) == []


def test_an_export_after_its_end_leaves_a_study_ended(client, make_study):
    study = make_study()
    study.journal.append("ended", status="finished", summary={})
    export(study, "one")
    run_id = sync(client, study)
    assert client.get_run(run_id).info.status == "FINISHED"
    assert len(versions(client)) == 1


def test_a_study_of_the_same_name_gets_a_version_of_its_own(client, make_study):
    study = make_study()
    export(study, "one")
    sync(client, study)
    record = replace(study.record, id="another")
    other = Study.create(record, study.folder.parents[1], overwrite=True)
    export(other, "one")
    run_id = sync(client, other)
    assert len(versions(client)) == 2
    assert champion(client).run_id == run_id


@pytest.mark.parametrize("name", CALLS)
def test_a_store_that_goes_away_at_any_call_registers_the_model_once(
    client, make_study, name, monkeypatch
):
    """The answer to the call is lost, after MLflow did what it was asked for."""
    study, call, lost = make_study(), getattr(MlflowClient, name), []
    export(study, "one")

    def lossy(self, *args, **values):
        answer = call(self, *args, **values)
        if not lost:
            lost.append(name)
            raise ConnectionError("gone")
        return answer

    monkeypatch.setattr(MlflowClient, name, lossy)
    runs = StudyRuns(client, study, study.folder.parents[1])
    with pytest.raises(ConnectionError):
        runs.update()
    runs.update()
    (version,) = versions(client)
    assert champion(client).version == version.version
    (output,) = client.get_run(runs.run_id).outputs.model_outputs
    assert [m.model_id for m in client.search_logged_models([runs.experiment_id])] == [
        output.model_id
    ]
