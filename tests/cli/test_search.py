"""`tuner search` as a user runs it: real processes, a real table, a real MLflow store."""

import json

import pytest
from mlflow import MlflowClient

from tests.helpers.command_line import SEARCH, run_tuner


def test_json_is_one_object_with_the_promised_keys(folder, searched):
    found, done = searched
    assert len(done.stdout.splitlines()) == 1
    assert {
        "study", "warnings", "trials", "completed", "pruned", "failed", "objective", "best",
        "smallest", "pareto", "pareto_by_time", "ensemble", "exported", "test_score", "seconds",
        "model", "report", "baselines",
    } <= set(found)  # fmt: skip
    names = [baseline["name"] for baseline in found["baselines"]]
    assert names == ["majority class", "logistic regression", "gradient boosting"]
    assert {baseline["verdict"] for baseline in found["baselines"]} <= {"wins", "ties", "loses"}
    assert (found["study"], found["trials"], found["completed"]) == ("first", 3, 3)
    assert found["objective"] == "cross_entropy"
    members = found["ensemble"]["members"]
    assert sum(member["networks"] for member in members) == 5
    assert found["ensemble"]["trial"] == members[0]["trial"]
    assert found["exported"] == ("ensemble" if found["ensemble"]["better"] else "best")
    for pick in (found["best"], found["smallest"], found["ensemble"]):
        assert {"trial", "hyperparameters", "parameters"} <= {*pick, *members[0]}
        for number in ("score", "standard_error", "corrected_score"):
            assert isinstance(pick[number], float)
        low, high = pick["corrected_interval"]
        assert low < high
    for front in ("pareto", "pareto_by_time"):
        assert found[front][-1]["trial"] == found["best"]["trial"]
    for number in ("row_seconds", "batch_seconds"):
        assert found["pareto_by_time"][0][number] > 0
    assert isinstance(found["test_score"], float)
    model = json.loads((folder / found["model"] / "model.json").read_text())
    assert model["exported_score"] == found["exported_score"]
    (warning,) = found["warnings"]
    assert warning.startswith("column size alone tells the target kind (balanced ")


def test_the_schema_is_shown_before_the_search_on_standard_error(searched):
    lines = searched[1].stderr.splitlines()
    assert lines[:5] == [
        "data things: 90 rows, 8 features after encoding; 72 rows in 3 folds, 18 held back for "
        "the test",
        "  target kind: big 39, middle 18, small 33",
        "  2 numeric: size, gap [missing]",
        "  1 categorical: colour (2 levels) [missing]",
        "  1 boolean: flag",
    ]
    assert lines[5].startswith("  warning: column size alone tells the target kind (balanced ")
    assert lines[6] == "study first: Is a hidden layer worth it?"
    assert "writing the report …" in lines
    assert "Traceback" not in searched[1].stderr
    assert "oneDNN" not in searched[1].stderr


def test_what_the_options_say_is_kept_with_the_study(folder, searched):
    record = json.loads((folder / "mlruns" / "studies" / "first" / "study.json").read_text())
    expected = {"max_trials": 3, "folds": 3, "epochs": 3, "patience": 4, "seed": 1}
    expected["max_parameters"] = 5000
    assert {name: record["settings"][name] for name in expected} == expected
    assert record["data"]["missing"] == ["-999", "n/s"]


@pytest.fixture(scope="module")
def again(folder, searched):
    """The same study once more, with a summary for people, when MLflow has all of it."""
    synced = run_tuner(folder, "sync", "first")
    assert synced.returncode == 0, synced.stderr
    done = run_tuner(folder, "resume", "first")
    assert done.returncode == 0, done.stderr
    return done


def test_the_summary_names_the_winner_its_scores_and_where_everything_lies(again):
    assert "mlruns/studies/first/model" in again.stdout
    assert "report   mlruns/studies/first/report.html\n" in again.stdout
    for words in (
        "Is a hidden layer worth it?",
        "best of 3 trials",
        "cross-validated   accuracy ",
        "corrected for the choice: cross_entropy ",
        "95 % interval ",
        "held-out test     accuracy ",
        "(18 rows, which took no part in any choice)",
        "mlflow ui --backend-store-uri sqlite:///mlruns/mlflow.db",
    ):
        assert words in again.stdout
    assert "Traceback" not in again.stderr
    assert "oneDNN" not in again.stderr


def test_mlflow_has_the_study_and_its_trials(folder, searched):
    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlruns/mlflow.db")
    experiment = client.get_experiment_by_name("things/own")
    runs = client.search_runs([experiment.experiment_id], "tags.`tuner.study` = 'first'")
    kinds = sorted(run.data.tags["tuner.kind"] for run in runs)
    assert kinds == ["study", "trial", "trial", "trial"]
    assert {run.info.status for run in runs} == {"FINISHED"}


def test_the_printed_address_names_a_view_that_mlflow_has(folder, again):
    (address,) = (word for word in again.stdout.split() if word.startswith("http://"))
    page, key = address.split("?viewStateShareKey=")
    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlruns/mlflow.db")
    experiment = client.get_experiment(page.split("/")[-2])
    assert f"mlflow.sharedViewState.{key}" in experiment.tags


def test_studies_are_listed(folder, searched):
    done = run_tuner(folder, "studies")
    lines = [line.split() for line in done.stdout.splitlines()]
    (line,) = (line for line in lines if line[:1] == ["first"])
    assert line[2:7] == ["things", "3", "of", "3", "cross_entropy"]  # whole, in a pipe


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (*SEARCH, "--study", "first", "--epochs", 4),
            "error: study first in mlruns differs: --epochs is 3 there and 4 here; give "
            "what the study began with, --study another name, or --overwrite to delete it first",
        ),
        (
            (
                "search",
                "--space",
                "gone.py:Mine",
                "--data",
                "things.csv",
                "--study",
                "first",
            ),
            "error: hypermodel file gone.py does not exist; give the path of a Python file",
        ),
        (
            ("export", "frist"),
            "error: there is no study frist in mlruns; did you mean first?{known}",
        ),
        (
            ("export", "first", "--pick", "bets"),
            "error: --pick: there is no pick bets; did you mean best? Known are best, smallest, "
            "ensemble, pareto, and the number of any completed trial",
        ),
        (
            ("report", "first", "--output", "nowhere/report.html"),
            "error: --output: there is no folder nowhere; make it, or give another file",
        ),
        (
            ("report", "first", "--output", "things.csv"),
            "error: --output: things.csv will be a page; give it the suffix .html",
        ),
        (
            (*SEARCH, "--study", "first", "--tracking-uri", "foo:bar"),
            "error: --tracking-uri: MLflow has no store foo: as in foo:bar; give http://HOST:PORT "
            "of a server, or a database such as sqlite:///FILE",
        ),
        (
            ("predict", "nowhere", "--data", "things.csv"),
            "error: nowhere is not an exported model (it has no model.json); give the folder "
            "that search or export wrote",
        ),
    ],
    ids=[
        "another study",
        "no hypermodel",
        "no study",
        "no pick",
        "no folder",
        "no page",
        "no store",
        "no model",
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(folder, searched, arguments, message):
    done = run_tuner(folder, *arguments)
    studies = sorted(path.name for path in (folder / "mlruns" / "studies").glob("*"))
    # other tests of this process may have left studies, too
    known = f" Known are {', '.join(studies)}" if len(studies) > 1 else ""
    last = done.stderr.strip().splitlines()[-1]
    assert last == message.format(known=known)
    assert (done.returncode, done.stdout) == (2, "")
