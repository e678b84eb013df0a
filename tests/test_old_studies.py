"""A study of version 0.1.0 can be listed, reported, used, served and resumed."""

import json
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.helpers.warm_processes import warm_command
from tuner.cli.commands import app
from tuner.errors import StudyError
from tuner.study import Study, recover_study

FOLDER = Path(__file__).parent / "old_studies" / "0.1.0"
PREDICTIONS = pd.read_csv(FOLDER / "predictions.csv")


@pytest.fixture
def root(tmp_path):
    """A copy of the study, as in the folder of a person who updates the package."""
    root = tmp_path / "mlruns"
    shutil.copytree(FOLDER / "before", root / "studies" / "before")
    return root


def run(*arguments):
    app([str(argument) for argument in arguments], standalone_mode=False, obj=time.monotonic())


def test_it_is_opened_and_listed(root, capsys):
    study = Study.open("before", root)
    records = list(study.read_trials())
    assert [record.result.status for record in records] == [
        "completed", "completed", "pruned", "completed", "completed", "pruned",
    ]  # fmt: skip
    for record in records:
        assert study.arrays.read_probabilities(record.trial).shape == (120, 3)
    assert set(study.arrays.read_baselines()) >= {"logistic regression", "gradient boosting"}
    assert study.read_prediction_times().completed == 4
    run("studies", "--root", root)
    assert "before" in capsys.readouterr().out


def test_it_is_reported(root):
    run("report", "before", "--root", root)
    page = (root / "studies" / "before" / "report.html").read_text()
    assert "Does a hidden layer help?" in page
    assert (root / "studies" / "before" / "results.csv").exists()


def test_arrays_that_changed_places_are_refused_without_checksums_too(root):
    arrays = root / "studies" / "before" / "oof"
    first, second = arrays / "trial_00000.npy", arrays / "trial_00001.npy"
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    with pytest.raises(StudyError) as error:
        run("report", "before", "--root", root)
    assert re.sub(r"\(.*\)", "(…)", str(error.value)) == (
        f"array {first} does not give the score of its trial (…); restore the file from a copy, or "
        "delete it and resume the study, which trains the trial again"
    )
    first.unlink()
    (note,) = recover_study(Study.open("before", root))
    assert note.endswith("because of damaged arrays: oof/trial_00000.npy is missing")


def test_its_model_answers_as_it_did(root):
    output = root / "predictions.csv"
    model = root / "studies" / "before" / "model"
    run("predict", model, "--data", FOLDER / "rows.csv", "--output", output)
    now = pd.read_csv(output)
    assert list(now) == list(PREDICTIONS)
    assert list(now["class"]) == list(PREDICTIONS["class"])
    np.testing.assert_allclose(now.iloc[:, 1:], PREDICTIONS.iloc[:, 1:], rtol=1e-4, atol=1e-6)


def test_its_model_is_served(root):
    model = root / "studies" / "before" / "model"
    command = warm_command("tuner", "serve", str(model), "--port", "0")
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        rows = pd.read_csv(FOLDER / "rows.csv").to_dict("split", index=False)
        request = urllib.request.Request(
            url,
            data=json.dumps({"dataframe_split": rows}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answers = json.loads(response.read())["predictions"]
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=60)
    served = pd.DataFrame(answers)
    assert list(served["class"]) == list(PREDICTIONS["class"])
    expected = PREDICTIONS.iloc[:, 1:]
    np.testing.assert_allclose(served[expected.columns], expected, rtol=1e-4, atol=1e-6)


def test_it_is_resumed_by_the_rules_of_this_version(root, capsys):
    """Its trials stay as they are; new ones are drawn as this version draws them, in rounds."""
    before = Study.open("before", root)
    journal = before.journal.path.read_bytes()
    run("resume", "before", "--max-trials", 9, "--root", root, "--json")
    summary = json.loads(capsys.readouterr().out)
    assert before.journal.path.read_bytes().startswith(journal)
    trials = [event for event in before.journal.read() if event["event"] == "trial"]
    assert summary["trials"] == len(trials) == 9
    compared = before.record.space_definition["compare"]
    settings = [trial["hyperparameters"][compared] for trial in trials]
    assert sorted(settings.count(setting) for setting in set(settings)) == [4, 5]
    first = [trial["result"]["score"] for trial in trials[:6]]
    assert summary["best"]["score"] <= min(score for score in first if score is not None)
