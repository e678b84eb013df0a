"""`tuner export` and `tuner predict`: models in folders, and what they predict."""

import io
import json
import shutil

import pandas as pd
from mlflow import MlflowClient

from tests.helpers.command_line import run_tuner


def test_predict_answers_raw_rows_and_export_writes_the_same_model_again(folder, searched):
    first = run_tuner(folder, "predict", searched[0]["model"], "--data", "things.csv")
    assert first.returncode == 0, first.stderr
    lines = first.stdout.splitlines()
    assert lines[0] == "class,probability_big,probability_middle,probability_small"
    assert len(lines) == 91
    exported = run_tuner(folder, "export", "first", "--output", "copied", "--formats", "keras")
    assert (exported.returncode, exported.stdout.strip()) == (0, "copied"), exported.stderr
    tests = [
        json.loads((folder / path / "model.json").read_text())["test"]
        for path in (searched[0]["model"], "copied")
    ]
    assert tests[0] == tests[1]
    (folder / "out.csv").touch()
    second = run_tuner(folder, "predict", "copied", "--data", "things.csv", "--output", "out.csv")
    assert (second.returncode, second.stdout) == (0, "")
    assert second.stderr == "90 rows written to out.csv, in place of the file that was there\n"
    assert (folder / "out.csv").read_text() == first.stdout


def test_cells_that_the_model_does_not_know_are_predicted_and_told(folder, searched):
    rows = pd.read_csv(folder / "things.csv").assign(colour=["purple", "red", "blue"] * 30)
    rows["gap"] = ["lots", *rows["gap"][1:]]
    rows.insert(0, "id", [f"00{row}" for row in range(90)])
    options = ("--keep", "kind,id", "--on-error", "missing", "--batch-rows", 40, "--quiet")
    done = run_tuner(
        folder, "predict", searched[0]["model"], "--data", "-", "--output", "-", *options,
        given=rows.to_csv(index=False),
    )  # fmt: skip
    assert done.returncode == 0
    printed = pd.read_csv(io.StringIO(done.stdout), dtype={"id": str})
    assert list(printed.columns[:3]) == ["kind", "id", "class"]
    assert printed[["kind", "id"]].equals(rows[["kind", "id"]])
    assert done.stderr == (
        "warning: column gap: 'lots' in line 2, which is not a number, counts as missing\n"
        "warning: column colour: 60 cells of levels that the model has not seen, such as "
        "'purple'; each counts as none of the known levels\n"
    )


def test_the_smallest_network_is_exported_beside_the_best_and_not_registered(folder, searched):
    options = ("--pick", "smallest", "--formats", "keras", "--quiet")
    done = run_tuner(folder, "export", "first", *options)
    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlruns/mlflow.db")
    assert len(client.search_model_versions("name = 'first'")) == 1
    assert done.stdout.strip() == "mlruns/studies/first/model-smallest"
    description = json.loads((folder / done.stdout.strip() / "model.json").read_text())
    assert description["picked"] == "smallest"
    assert description["pick"]["trial"] == searched[0]["smallest"]["trial"]
    same = searched[0]["smallest"]["trial"] == searched[0]["best"]["trial"]
    note = (
        "note: no smaller network is within one standard error of the best, so the smallest is the "
        f"best itself, trial {searched[0]['best']['trial']}\n"
    )
    assert done.stderr == (note if same else "")
    assert bool(description["test"]) == same  # the held-out rows are scored for one network only


def test_an_ensemble_is_exported_as_one_model(folder, searched):
    options = ("--pick", "ensemble", "--output", "together", "--formats", "keras")
    done = run_tuner(folder, "export", "first", *options)
    assert done.returncode == 0, done.stderr
    description = json.loads((folder / "together" / "model.json").read_text())
    assert description["picked"] == "ensemble"
    assert description["pick"] == searched[0]["ensemble"]
    predicted = run_tuner(folder, "predict", "together", "--data", "things.csv")
    assert len(predicted.stdout.splitlines()) == 91


def test_a_study_whose_data_changed_is_not_exported(folder, searched):
    table = folder / "things.csv"
    before = table.read_text()
    try:
        table.write_text(before.replace("red", "green", 1))
        done = run_tuner(folder, "export", "first")
    finally:
        table.write_text(before)
    assert done.returncode == 2
    assert "these are not the data of study first any more" in done.stderr


def test_a_damaged_network_is_one_sentence(folder, searched, tmp_path):
    model = tmp_path / "model"
    shutil.copytree(folder / searched[0]["model"], model)
    (model / "model.keras").write_text("no archive")
    done = run_tuner(folder, "predict", model, "--data", "things.csv")
    assert (done.returncode, done.stdout) == (2, "")
    path = model / "model.keras"
    assert done.stderr == (
        f"error: {path} was changed after it was exported; export the model again\n"
    )
