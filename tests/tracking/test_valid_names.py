"""Names and values that MLflow would refuse, and the limits of its calls."""

import pytest
from mlflow.entities import Metric, Param

from tests.helpers.mlflow_runs import append_trials, write_runs
from tuner.study import TrialRecord
from tuner.tracking.valid_names import make_valid_name

NAMES = (
    "units (first layer)",
    "units [first layer]",
    "a%2Fb?c#d&e",
    "/rate",
    "../rate",
    "a//b",
    "a/",
    "",
    ".",
    "-",
    "Größe 大きさ",
    "l\ne\tf`'\"\\",
    "x" * 600,
    "x" * 601,
)


@pytest.mark.parametrize(
    "name", ["units", "optimizer/learning rate", "a:b.c-d_e", "Größe", "x" * 250]
)
def test_names_that_mlflow_takes_are_unchanged(name) -> None:
    assert make_valid_name(name) == name


def test_mlflow_takes_every_name_and_value(study, client, make_record) -> None:
    """The names stay distinct, and a trial may have more hyperparameters than a call takes."""
    many = {f"hyperparameter {number}": number for number in range(230)}
    values = dict.fromkeys(NAMES, "v" * 7000)
    record = make_record(0)
    trial = TrialRecord(0, values | many, {}, record.result)
    append_trials(study, trial)
    written = write_runs(study, client)
    (run,) = [
        run
        for run in client.search_runs([written.experiment_id])
        if run.data.tags.get("tuner.trial") == "0"
    ]
    params = run.data.params
    assert len(params) == len(NAMES) + len(many)
    assert params[make_valid_name("x" * 600)] == "v" * 6000
    assert params["hyperparameter 229"] == "229"
    assert run.data.metrics["score"] == record.result.score
    assert len(run.info.run_name) <= 250


def test_mlflow_takes_metrics_of_these_names(client) -> None:
    run = client.create_run("0").info.run_id
    metrics = [Metric(make_valid_name(name), 1.0, 0, 0) for name in NAMES]
    client.log_batch(run, metrics=metrics, params=[Param("a", "1")])
    assert len(client.get_run(run).data.metrics) == len(NAMES)
