"""A search leaves a model in the registry, once, that answers as the folder does."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient

from tests.cli.conftest import OWN_MODEL, tuner
from tuner.data import load_dataset

SPACE = """
title = "Which learning rate?"
[network]
depth = 1
units = 4
[sgd]
learning_rate = { min = 0.05, max = 0.3, log = true }
"""


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A folder with a study `champ`, of a table with gaps, words and truth values."""
    folder = tmp_path_factory.mktemp("champion")
    rng = np.random.default_rng(0)
    size = rng.integers(0, 9, size=80)
    gaps = np.where(np.arange(80) % 9 == 0, "", rng.integers(0, 99, size=80).astype(str))
    table = pd.DataFrame(
        {
            "size": size,
            "gap": gaps,
            "colour": rng.choice(["red", "green", ""], size=80),
            "flag": rng.random(80) < 0.5,
            "kind": np.where(size > 4, "big", "small"),
        }
    )
    table.to_csv(folder / "things.csv", index=False)
    (folder / "own.toml").write_text(SPACE)
    search = "search --space own.toml --data things.csv --max-trials 2 --folds 3 --epochs 3"
    done = tuner(folder, *search.split(), "--study", "champ", "--json")
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


@pytest.fixture(scope="module")
def client(searched):
    return MlflowClient(tracking_uri=f"sqlite:///{searched[0]}/mlruns/mlflow.db")


def test_the_champion_answers_a_table_as_predict_does(searched, client, monkeypatch):
    folder, found = searched
    version = client.get_model_version_by_alias("champ", "champion")
    assert client.get_run(version.run_id).data.tags["tuner.study"] == "champ"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", client.tracking_uri)
    model = mlflow.pyfunc.load_model("models:/champ@champion")
    answer = model.predict(pd.read_csv(folder / "things.csv").drop(columns="kind"))
    done = tuner(folder, "predict", found["model"], "--data", "things.csv", "--output", "out.csv")
    assert done.returncode == 0, done.stderr
    predicted = pd.read_csv(folder / "out.csv")
    pd.testing.assert_frame_equal(answer, predicted, check_dtype=False, atol=1e-5)


@pytest.fixture
def served(searched, client):
    """The address of MLflow's own server of the champion."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/champ@champion"]
    process = subprocess.Popen(
        [*command, "--env-manager", "local", "--port", str(port)],
        cwd=searched[0],
        env={
            **os.environ,
            "MLFLOW_TRACKING_URI": client.tracking_uri,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(1200):
        with suppress(OSError), urllib.request.urlopen(f"{address}/ping"):
            break
        time.sleep(0.1)
    yield address
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_mlflow_serves_the_champion_as_documented(searched, served):
    folder, found = searched
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
    done = tuner(folder, "predict", found["model"], "--data", "two.csv", "--output", "two.out.csv")
    assert done.returncode == 0, done.stderr
    expected = pd.read_csv(folder / "two.out.csv")
    received = pd.DataFrame(predictions)
    pd.testing.assert_frame_equal(received, expected, check_dtype=False, atol=1e-5)


def test_the_models_test_score_is_of_what_was_exported(searched):
    folder, found = searched
    content = json.loads((folder / found["model"] / "model.json").read_text(encoding="utf-8"))
    dataset = load_dataset(str(folder / "things.csv"))
    study = json.loads((folder / "mlruns/studies/champ/study.json").read_text())
    held_out = study["split"]["test"]
    tuner(folder, "predict", found["model"], "--data", "things.csv", "--output", "out.csv")
    predicted = pd.read_csv(folder / "out.csv").filter(like="probability_").to_numpy()
    losses = -np.log(predicted[held_out, dataset.y[held_out]])
    test = content["test"]["cross_entropy"]
    assert test["score"] == pytest.approx(losses.mean(), abs=1e-5)
    assert found["test_score"] == test["score"]
    assert test["interval"][0] <= test["score"] <= test["interval"][1]
    assert content["calibration"] == found["calibration"]


def test_neither_sync_nor_another_export_nor_a_resume_registers_it_again(searched, client):
    folder, _ = searched
    for arguments in (("sync", "champ"), ("export", "champ"), ("resume", "champ", "--json")):
        done = tuner(folder, *arguments)
        assert done.returncode == 0, done.stderr
    done = tuner(folder, "sync", "champ")
    assert done.stdout.endswith("nothing was missing\n")
    (version,) = client.search_model_versions("name = 'champ'")
    run = client.get_run(version.run_id)
    assert run.info.status == "FINISHED"
    assert len(run.outputs.model_outputs) == 1


def test_another_pick_in_a_folder_of_its_own_is_not_registered(searched, client):
    folder, _ = searched
    done = tuner(folder, "export", "champ", "--pick", "smallest", "--output", "small")
    assert done.returncode == 0, done.stderr
    content = json.loads((folder / "small" / "model.json").read_text(encoding="utf-8"))
    assert content["picked"] == "smallest"
    assert len(client.search_model_versions("name = 'champ'")) == 1


UNSAFE = OWN_MODEL.replace("BatchNormalization()", "Lambda(lambda x: x)")


def test_what_does_not_pass_its_check_is_not_registered(searched, client):
    folder, _ = searched
    (folder / "unsafe.py").write_text(UNSAFE)
    search = "search --space unsafe.py:Mine --data things.csv --max-trials 2 --folds 3 --epochs 3"
    done = tuner(folder, *search.split(), "--study", "unsafe", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["model"] is None
    assert done.stderr.strip().splitlines()[-1].startswith("error: exported model ")
    assert client.search_model_versions("name = 'unsafe'") == []
    done = tuner(folder, "sync", "unsafe")
    assert done.returncode == 0, done.stderr
    assert client.search_model_versions("name = 'unsafe'") == []
