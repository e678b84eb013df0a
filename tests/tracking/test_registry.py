"""A study's model in a real MLflow registry: once, under the study's name, as the champion."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient

from tests.helpers.mlflow_runs import BEST, ENSEMBLE, SUMMARY, leave_export, write_runs
from tuner.errors import TrackingError
from tuner.study import EventKind, Study
from tuner.tracking.faults import describe_fault
from tuner.tracking.runs import StudyRuns

CALLS = (
    "create_registered_model", "search_model_versions", "search_logged_models",
    "create_logged_model", "log_model_artifacts", "finalize_logged_model", "log_outputs",
    "create_model_version", "update_model_version", "get_registered_model",
    "set_registered_model_alias",
)  # fmt: skip


def sync(client, study):
    return write_runs(study, client).run_id


def list_versions(client, name="study"):
    found = client.search_model_versions(f"name = '{name}'")
    return sorted(found, key=lambda version: int(version.version))


def get_champion(client):
    return client.get_model_version_by_alias("study", "champion")


def test_an_exported_model_is_the_champion_of_its_study(client, study):
    leave_export(study, "one")
    run_id = sync(client, study)
    (version,) = list_versions(client)
    assert (version.run_id, get_champion(client).version) == (run_id, version.version)
    files = Path(version.source.removeprefix("file://"))
    assert (files / "MLmodel").read_text().endswith("model_uuid: one\n")
    (output,) = client.get_run(run_id).outputs.model_outputs
    model = client.get_logged_model(output.model_id)
    assert (model.status, model.source_run_id) == ("READY", run_id)


def test_a_version_has_its_scores_and_a_description(client, study):
    study.journal.append(EventKind.ENDED, status="finished", summary=SUMMARY)
    test = {"cross_entropy": {"score": 0.65, "standard_error": 0.2}}
    trial = {**ENSEMBLE, "trial": 1, "hyperparameters": {"depth": 1}, "derived": {}, "score": 0.45}
    del trial["members"]
    leave_export(study, "one", picked="smallest", pick=trial, test=test)  # by `tuner export`
    run_id = sync(client, study)
    (version,) = list_versions(client)
    assert version.description.startswith("Trial 1 (depth 1), 30 parameters, of study study: ")
    scores = {"score": "0.45", "test_score": "0.65", "val_accuracy": "0.9", "parameters": "30"}
    assert scores.items() <= version.tags.items()
    assert client.get_registered_model("study").description == study.record.title
    run = client.get_run(run_id)
    model = client.get_logged_model(run.outputs.model_outputs[0].model_id)
    shown = {metric.key: metric.value for metric in model.metrics}
    assert (shown["score"], shown["corrected_score_low"], shown["test_score"]) == (0.45, 0.3, 0.65)
    assert shown.items() <= run.data.metrics.items()
    sync(client, study)
    assert client.get_run(run_id).data.metrics == run.data.metrics
    assert len(client.get_logged_model(model.model_id).metrics) == len(model.metrics)
    assert len(client.get_metric_history(run_id, "score")) == 1


def test_the_corrected_score_is_that_with_the_calibration(client, study):
    exported = {"score": 0.5, "standard_error": 0.1, "interval": [0.25, 0.75]}
    summary = {**SUMMARY, "exported_score": exported}
    study.journal.append(EventKind.ENDED, status="finished", summary=summary)
    run_id = sync(client, study)
    corrected = ["corrected_score", "corrected_score_low", "corrected_score_high"]
    metrics = client.get_run(run_id).data.metrics
    assert [metrics[name] for name in corrected] == [0.5, 0.25, 0.75]
    pick = {**BEST, "trial": 1, "hyperparameters": {"depth": 1}, "derived": {}}
    leave_export(study, "one", picked="best", pick=pick, exported_score=exported)
    model_run = client.get_run(sync(client, study))
    (version,) = list_versions(client)
    assert "cross_entropy 0.5000, 95 % interval 0.2500 to 0.7500" in version.description
    model = client.get_logged_model(model_run.outputs.model_outputs[0].model_id)
    shown = {metric.key: metric.value for metric in model.metrics}
    assert [shown[name] for name in corrected] == [0.5, 0.25, 0.75]


def test_a_version_of_an_older_version_gets_its_scores(client, study):
    """0.2.0 registered a model without scores and a description."""
    pick = {**BEST, "trial": 1, "hyperparameters": {"depth": 1}, "derived": {}}
    leave_export(study, "one", picked="best", pick=pick)
    sync(client, study)
    (written,) = list_versions(client)
    client.delete_model_version_tag("study", written.version, "score")
    client.update_model_version("study", written.version, "")
    sync(client, study)
    (version,) = list_versions(client)
    assert (version.tags, version.description) == (written.tags, written.description)


def test_a_registered_model_is_not_registered_twice(client, study):
    leave_export(study, "one")
    run_id = sync(client, study)
    leave_export(study, "one")  # by a resumed search: the same network
    sync(client, study)
    assert len(list_versions(client)) == 1
    assert len(client.get_run(run_id).outputs.model_outputs) == 1


def test_another_model_of_the_study_becomes_the_champion(client, study):
    leave_export(study, "one")
    run_id = sync(client, study)
    leave_export(study, "two")
    sync(client, study)
    first, second = list_versions(client)
    assert get_champion(client).version == second.version
    assert len(client.get_run(run_id).outputs.model_outputs) == 2
    leave_export(study, "one")  # back again
    sync(client, study)
    assert len(list_versions(client)) == 2
    assert get_champion(client).version == first.version


def test_a_model_that_did_not_pass_its_check_is_not_registered(client, study):
    leave_export(study, "one", passed=False)
    sync(client, study)
    assert list_versions(client) == []


@pytest.mark.parametrize("leave", ["another", "nothing"])
def test_a_model_that_was_replaced_or_removed_is_not_registered(client, study, leave):
    leave_export(study, "one")
    if leave == "another":
        leave_export(study, "two", passed=False)
    else:
        (study.model_folder / "model.json").unlink()
    sync(client, study)
    assert list_versions(client) == []


def test_a_model_without_mlflows_format_is_not_registered(client, study):
    leave_export(study, "one")
    shutil.rmtree(study.model_folder / "mlflow_model")
    sync(client, study)
    assert list_versions(client) == []


def test_an_export_after_its_end_leaves_a_study_ended(client, study):
    study.journal.append(EventKind.ENDED, status="finished", summary={})
    leave_export(study, "one")
    run_id = sync(client, study)
    assert client.get_run(run_id).info.status == "FINISHED"
    assert len(list_versions(client)) == 1


def test_a_study_of_the_same_name_gets_a_version_of_its_own(client, study):
    leave_export(study, "one")
    sync(client, study)
    record = replace(study.record, id="another")
    other = Study.create(record, study.root, overwrite=True)
    leave_export(other, "one")
    run_id = sync(client, other)
    assert len(list_versions(client)) == 2
    assert get_champion(client).run_id == run_id


@pytest.mark.parametrize("name", CALLS)
def test_an_answer_that_is_lost_after_any_call_leaves_the_model_registered_once(
    client, study, name, monkeypatch
):
    """MLflow does what the call asks for, but the answer is lost."""
    call, lost = getattr(MlflowClient, name), []
    leave_export(study, "one")

    def lose_first_answer(self, *args, **values):
        answer = call(self, *args, **values)
        if not lost:
            lost.append(name)
            raise ConnectionError("gone")
        return answer

    monkeypatch.setattr(MlflowClient, name, lose_first_answer)
    runs = StudyRuns(client, study, study.root)
    with pytest.raises(ConnectionError):
        runs.update()
    runs.update()
    (version,) = list_versions(client)
    assert get_champion(client).version == version.version
    (output,) = client.get_run(runs.run_id).outputs.model_outputs
    assert [m.model_id for m in client.search_logged_models([runs.experiment_id])] == [
        output.model_id
    ]


def test_another_registry_that_cannot_be_written_is_named(monkeypatch, client, study):
    leave_export(study, "one")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "http://127.0.0.1:1")
    with pytest.raises(TrackingError) as error:
        sync(MlflowClient(tracking_uri=client.tracking_uri), study)
    assert describe_fault(error.value) == (
        "the registry http://127.0.0.1:1, named by MLFLOW_REGISTRY_URI: the server does not answer"
    )
