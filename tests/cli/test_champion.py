"""A search leaves a model in the registry, once, that answers as the folder does."""

import json
import os
import shlex
import socket
import subprocess
import time
import urllib.request
from contextlib import suppress

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient

from tests.helpers.command_line import run_tuner
from tests.helpers.warm_processes import warm_command
from tuner.data import load_dataset


@pytest.fixture(scope="module")
def client(folder, searched):
    return MlflowClient(tracking_uri=f"sqlite:///{folder}/mlruns/mlflow.db")


@pytest.fixture(scope="module")
def predicted(folder, searched):
    """The predictions of the whole table, by the command line."""
    model = searched[0]["model"]
    done = run_tuner(folder, "predict", model, "--data", "things.csv", "--output", "out.csv")
    assert done.returncode == 0, done.stderr
    return pd.read_csv(folder / "out.csv")


def test_the_champion_answers_a_table_as_predict_does(folder, client, predicted, monkeypatch):
    version = client.get_model_version_by_alias("first", "champion")
    assert client.get_run(version.run_id).data.tags["tuner.study"] == "first"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", client.tracking_uri)
    model = mlflow.pyfunc.load_model("models:/first@champion")
    answer = model.predict(pd.read_csv(folder / "things.csv").drop(columns="kind"))
    pd.testing.assert_frame_equal(answer, predicted, check_dtype=False, atol=1e-5)


@pytest.fixture
def served(folder, client, tmp_path):
    """The address of MLflow's own server of the champion; it and what it starts begin warm."""
    uvicorn = tmp_path / "uvicorn"  # which MLflow's command looks for
    uvicorn.write_text(f'#!/bin/sh\nexec {shlex.join(warm_command("uvicorn"))} "$@"\n')
    uvicorn.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ("-m", "models:/first@champion", "--env-manager", "local", "--port", str(port))
    process = subprocess.Popen(
        warm_command("mlflow", "models", "serve", *options),
        cwd=folder,
        env={
            **os.environ,
            "MLFLOW_TRACKING_URI": client.tracking_uri,
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(6000):
        with suppress(OSError), urllib.request.urlopen(f"{address}/ping"):
            break
        time.sleep(0.1)
    yield address
    process.terminate()  # MLflow's command lets the server end with it
    process.wait()


def test_mlflow_serves_the_champion_as_documented(folder, searched, served):
    model = searched[0]["model"]
    records = [
        {"size": 7, "gap": None, "colour": "red", "flag": True},
        {"size": 1, "gap": 3.5, "colour": None, "flag": "False"},
    ]
    request = urllib.request.Request(
        f"{served}/invocations",
        json.dumps({"dataframe_records": records}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        predictions = json.loads(answer.read())["predictions"]
    pd.DataFrame(records).to_csv(folder / "two.csv", index=False)
    done = run_tuner(folder, "predict", model, "--data", "two.csv", "--output", "two.out.csv")
    assert done.returncode == 0, done.stderr
    expected = pd.read_csv(folder / "two.out.csv")
    received = pd.DataFrame(predictions)
    pd.testing.assert_frame_equal(received, expected, check_dtype=False, atol=1e-5)


def test_the_models_test_score_is_of_what_was_exported(folder, searched, predicted):
    found = searched[0]
    content = json.loads((folder / found["model"] / "model.json").read_text(encoding="utf-8"))
    dataset = load_dataset(str(folder / "things.csv"))
    study = json.loads((folder / "mlruns/studies/first/study.json").read_text())
    held_out = study["split"]["test"]
    probabilities = predicted.filter(like="probability_").to_numpy()
    losses = -np.log(probabilities[held_out, dataset.y[held_out]])
    test = content["test"]["cross_entropy"]
    assert test["score"] == pytest.approx(losses.mean(), abs=1e-5)
    assert found["test_score"] == test["score"]
    assert test["interval"][0] <= test["score"] <= test["interval"][1]
    assert content["calibration"] == found["calibration"]


def test_neither_sync_nor_another_export_nor_a_resume_registers_it_again(folder, searched, client):
    for arguments in (("sync", "first"), ("export", "first"), ("resume", "first", "--json")):
        done = run_tuner(folder, *arguments)
        assert done.returncode == 0, done.stderr
    done = run_tuner(folder, "sync", "first")
    assert "nothing was missing\n" in done.stdout
    (version,) = client.search_model_versions("name = 'first'")
    run = client.get_run(version.run_id)
    assert run.info.status == "FINISHED"
    assert len(run.outputs.model_outputs) == 1
