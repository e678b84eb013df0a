"""The report of a study as artifacts of its run."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tuner.tracking.runs import StudyRuns

CHART = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "width": "container",
    "data": {"values": [{"a": 1}]},
    "mark": "point",
    "encoding": {"x": {"field": "a", "type": "quantitative"}},
}


@pytest.fixture
def study(study, make_record):
    study.write_trial(make_record(0), {})
    return study


def write_report(study):
    (study.folder / "report.html").write_text("<p>It is so.</p>", encoding="utf-8")
    pd.DataFrame({"trial": [0, 1], "score": [0.5, None]}).to_csv(
        study.folder / "results.csv", index=False
    )
    (study.folder / "figures").mkdir(exist_ok=True)
    (study.folder / "figures" / "size.vl.json").write_text(json.dumps(CHART), encoding="utf-8")


def write_all(client, study):
    """Write a study's runs and its pictures; return the id of its own run."""
    runs = StudyRuns(client, study, study.root)
    runs.update()
    runs.close()
    runs.draw()
    return runs.run_id


def read_artifact(client, run_id, name):
    folder = client.get_run(run_id).info.artifact_uri.removeprefix("file://")
    return Path(folder, name).read_text(encoding="utf-8")


def test_the_page_its_pictures_and_the_table_are_artifacts_of_the_studys_run(client, study):
    write_report(study)
    run_id = write_all(client, study)
    names = {artifact.path for artifact in client.list_artifacts(run_id)}
    assert {"report.html", "results.csv", "results.json", "figures"} <= names
    assert read_artifact(client, run_id, "figures/size.svg").startswith("<svg")
    tag = client.get_run(run_id).data.tags["mlflow.loggedArtifacts"]
    assert json.loads(tag) == [{"path": "results.json", "type": "table"}]


def test_a_table_that_is_written_again_replaces_the_first_one(client, study):
    write_report(study)
    write_all(client, study)
    run_id = write_all(client, study)
    assert json.loads(read_artifact(client, run_id, "results.json")) == {
        "columns": ["trial", "score"],
        "data": [[0, 0.5], [1, None]],
    }


def test_a_study_without_a_report_is_written(client, study):
    run_id = write_all(client, study)
    names = {artifact.path for artifact in client.list_artifacts(run_id)}
    assert names == {"folds.json", "space.json"}


def test_the_table_keeps_values_that_read_as_missing(client, study):
    write_report(study)
    study.results_path.write_text("trial,param_reg,score\n0,None,0.5\n1,NA,\n", encoding="utf-8")
    run_id = write_all(client, study)
    table = json.loads(read_artifact(client, run_id, "results.json"))
    assert table["data"] == [[0, "None", 0.5], [1, "NA", None]]
