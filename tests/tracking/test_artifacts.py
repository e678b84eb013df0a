"""The report of a study in a real MLflow store."""

import json
from pathlib import Path

import pandas as pd
import pytest
from mlflow import MlflowClient

from tuner.tracking.runs import StudyRuns

CHART = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "width": "container",
    "data": {"values": [{"a": 1}]},
    "mark": "point",
    "encoding": {"x": {"field": "a", "type": "quantitative"}},
}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    return MlflowClient(tracking_uri=f"sqlite:///{tmp_path_factory.mktemp('store')}/mlflow.db")


def artifact(client, run_id, name):
    """The text of an artifact, as its store has it."""
    folder = client.get_run(run_id).info.artifact_uri.removeprefix("file://")
    return Path(folder, name).read_text(encoding="utf-8")


@pytest.fixture
def study(make_study, make_record):
    study = make_study()
    study.write_trial(make_record(0), {})
    return study


def reported(study):
    (study.folder / "report.html").write_text("<p>It is so.</p>", encoding="utf-8")
    pd.DataFrame({"trial": [0, 1], "score": [0.5, None]}).to_csv(
        study.folder / "results.csv", index=False
    )
    (study.folder / "figures").mkdir(exist_ok=True)
    (study.folder / "figures" / "size.vl.json").write_text(json.dumps(CHART), encoding="utf-8")


def written(client, study, tmp_path):
    runs = StudyRuns(client, study, tmp_path)
    runs.update()
    runs.close()
    runs.draw()
    return runs.run_id


def test_the_page_its_pictures_and_the_table_are_artifacts_of_the_studys_run(
    client, study, tmp_path
):
    reported(study)
    run_id = written(client, study, tmp_path)
    assert {"report.html", "results.csv", "results.json", "figures"} <= {
        each.path for each in client.list_artifacts(run_id)
    }
    assert artifact(client, run_id, "figures/size.svg").startswith("<svg")
    tag = client.get_run(run_id).data.tags["mlflow.loggedArtifacts"]
    assert json.loads(tag) == [{"path": "results.json", "type": "table"}]


def test_what_is_written_again_is_replaced(client, study, tmp_path):
    reported(study)
    written(client, study, tmp_path)
    run_id = written(client, study, tmp_path)
    assert json.loads(artifact(client, run_id, "results.json")) == {
        "columns": ["trial", "score"],
        "data": [[0, 0.5], [1, None]],
    }


def test_a_study_without_a_report_is_written_all_the_same(client, study, tmp_path):
    run_id = written(client, study, tmp_path)
    names = {each.path for each in client.list_artifacts(run_id)}
    assert names == {"folds.json", "space.json"}
