"""The command line, as a person runs it: real processes, a real table, a real MLflow store."""

import json
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient

SPACE = """
title = "Is a hidden layer worth it?"
compare = "depth"
[network]
depth = { min = 0, max = 1 }
units = 4
[sgd]
learning_rate = { min = 0.05, max = 0.3, log = true }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table with numbers, words and gaps, and a space of its own."""
    folder = tmp_path_factory.mktemp("work")
    rng = np.random.default_rng(0)
    size = rng.normal(size=90)
    gaps = np.where(np.arange(90) % 9 == 0, "", np.round(rng.normal(size=90), 3).astype(str))
    kind = np.where(size > 0.3, "big", np.where(size < -0.3, "small", "middle"))
    colour = rng.choice(["red", "green"], size=90)
    table = pd.DataFrame({"size": size.round(3), "gap": gaps, "colour": colour, "kind": kind})
    table.to_csv(folder / "things.csv", index=False)
    (folder / "own.toml").write_text(SPACE)
    return folder


def tuner(folder, *arguments):
    command = [sys.executable, "-m", "tuner", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


SEARCH = (
    "search", "--space", "own.toml", "--data", "things.csv", "--max-trials", 3, "--folds", 3,
    "--epochs", 3, "--seed", 1,
)  # fmt: skip


@pytest.fixture(scope="module")
def searched(folder):
    done = tuner(folder, *SEARCH, "--study", "first", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done


def test_json_is_one_object_with_the_promised_keys(searched):
    found, done = searched
    assert len(done.stdout.splitlines()) == 1
    assert {
        "study", "trials", "completed", "pruned", "failed", "objective", "best", "smallest",
        "pareto", "ensemble", "exported", "test_score", "seconds", "model", "report",
    } <= set(found)  # fmt: skip
    assert (found["study"], found["trials"], found["completed"]) == ("first", 3, 3)
    assert found["objective"] == "cross_entropy"
    members = found["ensemble"]["members"]
    assert sum(member["networks"] for member in members) == 5
    assert found["exported"] == ("ensemble" if found["ensemble"]["better"] else "best")
    for pick in (found["best"], found["smallest"], found["ensemble"]):
        assert {"trial", "hyperparameters", "parameters"} <= {*pick, *members[0]}
        for number in ("score", "standard_error", "corrected_score"):
            assert isinstance(pick[number], float)
        low, high = pick["corrected_interval"]
        assert low < high
    assert found["pareto"][-1]["trial"] == found["best"]["trial"]
    assert isinstance(found["test_score"], float)


def test_the_schema_is_shown_before_the_search_on_standard_error(searched):
    lines = searched[1].stderr.splitlines()
    assert lines[:4] == [
        "data things: 90 rows, 5 features after encoding; 72 rows in 3 folds, 18 held back for "
        "the test",
        "  target kind: big 39, middle 18, small 33",
        "  2 numeric: size, gap [missing]",
        "  1 categorical: colour (2 levels)",
    ]
    assert lines[4] == "study first: Is a hidden layer worth it?"


def test_the_same_command_gives_the_same_trials_and_scores(folder, searched):
    again = tuner(folder, *SEARCH, "--study", "again", "--json")
    found = json.loads(again.stdout)
    for name in ("best", "smallest", "ensemble", "test", "trials"):
        assert found[name] == searched[0][name]
    journals = []
    for study in ("first", "again"):
        lines = (folder / "mlruns" / "studies" / study / "journal.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in lines]
        for event in events:
            event.pop("time")
            event.get("result", {}).pop("seconds", None)
            for name in ("study", "model", "report", "seconds"):
                event.get("summary", {}).pop(name, None)
        # trials end in the order in which cores finish them
        journals.append(sorted(events, key=lambda event: json.dumps(event, sort_keys=True)))
    assert journals[0] == journals[1]


def test_the_summary_names_the_winner_its_scores_and_where_everything_lies(folder):
    done = tuner(folder, *SEARCH)
    assert done.returncode == 0, done.stderr
    assert "things-own-1/model" in done.stdout
    assert "report   mlruns/studies/things-own-1/report.html\n" in done.stdout
    assert "writing the report …" in done.stderr
    for words in (
        "Is a hidden layer worth it?",
        "best of 3 trials",
        "cross-validated   cross_entropy ",
        "corrected for the choice: cross_entropy ",
        "95 % interval ",
        "held-out test     cross_entropy ",
        "(18 rows, which took no part in any choice)",
        "-m mlflow ui --backend-store-uri sqlite:///mlruns/mlflow.db",
    ):
        assert words in done.stdout
    assert "Traceback" not in done.stderr
    assert "oneDNN" not in done.stderr


def test_mlflow_has_the_study_and_its_trials(folder, searched):
    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlruns/mlflow.db")
    experiment = client.get_experiment_by_name("things/own")
    runs = client.search_runs([experiment.experiment_id], "tags.`tuner.study` = 'first'")
    kinds = sorted(run.data.tags["tuner.kind"] for run in runs)
    assert kinds == ["study", "trial", "trial", "trial"]
    assert {run.info.status for run in runs} == {"FINISHED"}


def test_predict_answers_raw_rows_and_export_writes_the_same_model_again(folder, searched):
    first = tuner(folder, "predict", searched[0]["model"], "--data", "things.csv")
    assert first.returncode == 0, first.stderr
    lines = first.stdout.splitlines()
    assert lines[0] == "class,probability_big,probability_middle,probability_small"
    assert len(lines) == 91
    exported = tuner(folder, "export", "first", "--output", "copied")
    assert (exported.returncode, exported.stdout.strip()) == (0, "copied"), exported.stderr
    tests = [
        json.loads((folder / path / "model.json").read_text())["test"]
        for path in (searched[0]["model"], "copied")
    ]
    assert tests[0] == tests[1]
    second = tuner(folder, "predict", "copied", "--data", "things.csv", "--output", "out.csv")
    assert second.returncode == 0, second.stderr
    assert (folder / "out.csv").read_text() == first.stdout


def test_the_smallest_network_is_exported_beside_the_best(folder, searched):
    done = tuner(folder, "export", "first", "--pick", "smallest")
    assert done.stdout.strip() == "mlruns/studies/first/model-smallest"
    description = json.loads((folder / done.stdout.strip() / "model.json").read_text())
    assert description["pick"]["trial"] == searched[0]["smallest"]["trial"]
    same = searched[0]["smallest"]["trial"] == searched[0]["best"]["trial"]
    assert bool(description["test"]) == same  # the held-out rows are scored for one network only


def test_an_ensemble_is_exported_as_one_model(folder, searched):
    done = tuner(folder, "export", "first", "--pick", "ensemble", "--output", "together")
    assert done.returncode == 0, done.stderr
    description = json.loads((folder / "together" / "model.json").read_text())
    assert description["picked"] == "ensemble"
    assert description["pick"] == searched[0]["ensemble"]
    predicted = tuner(folder, "predict", "together", "--data", "things.csv")
    assert len(predicted.stdout.splitlines()) == 91


def test_a_search_leaves_its_report_in_mlflow_too(folder, searched):
    page = (folder / "mlruns" / "studies" / "first" / "report.html").read_text(encoding="utf-8")
    assert "<h1>Is a hidden layer worth it?</h1>" in page
    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlruns/mlflow.db")
    experiment = client.get_experiment_by_name("things/own")
    wanted = "tags.`tuner.study` = 'first' and tags.`tuner.kind` = 'study'"
    (run,) = client.search_runs([experiment.experiment_id], wanted)
    artifacts = {each.path for each in client.list_artifacts(run.info.run_id)}
    assert {"report.html", "results.csv", "results.json"} <= artifacts


def test_a_report_is_written_again_on_request(folder, searched):
    done = tuner(folder, "report", "first", "--output", "again.html")
    assert (done.returncode, done.stdout) == (0, "again.html\n"), done.stderr
    pages = [(folder / name).read_text("utf-8") for name in (searched[0]["report"], "again.html")]
    assert answer_of(pages[0]) == answer_of(pages[1])


def answer_of(page):
    """A report's headline and its table of picks."""
    return page.partition("<h1>")[2].partition("</section>")[0]


def copied(folder, name):
    """A study like the first one under another name."""
    study = folder / "mlruns" / "studies" / name
    shutil.copytree(folder / "mlruns" / "studies" / "first", study)
    description = json.loads((study / "study.json").read_text())
    (study / "study.json").write_text(json.dumps({**description, "name": name, "id": name}))
    return study


def test_two_studies_are_compared(folder, searched):
    copied(folder, "twin")
    done = tuner(folder, "compare", "first", "twin")
    assert (done.returncode, done.stdout) == (0, "mlruns/compare-first+twin.html\n"), done.stderr
    page = (folder / "mlruns" / "compare-first+twin.html").read_text(encoding="utf-8")
    assert "By their rows these cannot be told apart: first, twin." in page


def test_studies_of_other_folds_are_not_compared(folder, searched):
    study = copied(folder, "other")
    description = json.loads((study / "study.json").read_text())
    description["settings"]["seed"] = 2
    (study / "study.json").write_text(json.dumps(description))
    done = tuner(folder, "compare", "first", "other")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip() == (
        "error: studies first and other cannot be compared, since they are not of the same rows "
        "and folds: --seed, which cuts the folds, is 1 there and 2 here; search one of them again "
        "as the other was"
    )


def test_a_report_that_fails_costs_nothing_of_what_was_found(folder, searched):
    study = copied(folder, "unlucky")
    (study / "report.html").unlink()
    (study / "report.html").mkdir()
    done = tuner(folder, "resume", "unlucky", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["report"] is None
    assert found["best"] == searched[0]["best"]
    assert (
        "note: the report could not be written (report mlruns/studies/unlucky/report.html "
        "cannot be written (Is a directory); mend that, or give --output another "
        "file); this tries it again: python -m tuner report unlucky\n"
    ) in done.stderr


def test_studies_are_listed(folder, searched):
    done = tuner(folder, "studies")
    assert "first" in done.stdout
    assert "3 of 3" in done.stdout


def killed_when(folder, study, holds):
    """Search until something holds of the study's folder, and kill the process there and then."""
    command = [sys.executable, "-m", "tuner", *map(str, SEARCH), "--study", study]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < deadline:
            if holds(folder / "mlruns" / "studies" / study):
                process.kill()
            time.sleep(0.002)
    assert process.returncode == -signal.SIGKILL


def journalled(event):
    def holds(study):
        journal = study / "journal.jsonl"
        return journal.exists() and f'"event": "{event}"' in journal.read_text()

    return holds


def test_a_study_that_was_killed_again_and_again_ends_as_one_that_was_not(folder, searched):
    killed_when(folder, "killed", journalled("proposed"))
    study = folder / "mlruns" / "studies" / "killed"
    with (study / "journal.jsonl").open("a") as journal:
        journal.write('{"event": "trial", "tri')  # it was being written
    killed_when(folder, "killed", journalled("trial"))
    killed_when(folder, "killed", journalled("tested"))  # while it exports
    done = tuner(folder, "resume", "killed", "--json")
    assert done.returncode == 0, done.stderr
    assert "3 trials ended in an earlier search of it" in done.stderr
    found = json.loads(done.stdout)
    for name in ("best", "smallest", "ensemble", "test", "trials", "completed"):
        assert found[name] == searched[0][name]
    assert (folder / found["model"] / "model.json").exists()
    pages = [(folder / each["report"]).read_text("utf-8") for each in (searched[0], found)]
    assert answer_of(pages[0]) == answer_of(pages[1])
    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlruns/mlflow.db")
    experiment = client.get_experiment_by_name("things/own")
    runs = client.search_runs([experiment.experiment_id], "tags.`tuner.study` = 'killed'")
    assert sorted(run.data.tags.get("tuner.trial", "study") for run in runs) == [
        "0", "1", "2", "study"
    ]  # fmt: skip
    assert {run.info.status for run in runs} == {"FINISHED"}
    done = tuner(folder, "sync", "killed")
    assert done.stdout.endswith("nothing was missing\n")


def test_a_damaged_journal_is_refused_by_line(folder, searched):
    study = folder / "mlruns" / "studies" / "damaged"
    shutil.copytree(folder / "mlruns" / "studies" / "first", study)
    lines = (study / "journal.jsonl").read_text().splitlines(keepends=True)
    (study / "journal.jsonl").write_text("".join([lines[0], lines[1][:20] + "\n", *lines[2:]]))
    done = tuner(folder, "resume", "damaged")
    assert done.returncode == 2
    assert "journal.jsonl, line 2: is not JSON" in done.stderr


def test_an_interrupt_says_what_is_kept_and_exits_with_130(folder):
    command = [sys.executable, "-m", "tuner", *map(str, SEARCH), "--study", "stopped"]
    command[command.index("--max-trials") + 1] = "1000"
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        journal = folder / "mlruns" / "studies" / "stopped" / "journal.jsonl"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if journal.exists() and '"event": "trial"' in journal.read_text():
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "ended before the interrupt; they are kept in mlruns/studies/stopped" in errors
    assert "Go on with: python -m tuner resume stopped" in errors
    assert "Traceback" not in errors


OWN_MODEL = """
import keras, keras_tuner

class Mine(keras_tuner.HyperModel):
    def __init__(self, features, classes):
        super().__init__()
        self.features, self.classes = features, classes

    def build(self, hp):
        model = keras.Sequential([
            keras.Input((self.features,)),
            keras.layers.Dense(hp.Choice("units", [2, 4]), activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(self.classes, activation="softmax"),
        ])
        model.compile("adam", "sparse_categorical_crossentropy")
        return model
"""


NADAM = (
    "note: Mine is trained by fit, one fold after another: its optimizer is Nadam; lanes know SGD, "
    "Adadelta, Adagrad, Adam, Adamax, Lion, RMSprop"
)


@pytest.mark.parametrize(("optimizer", "notes"), [("adam", []), ("nadam", [NADAM])])
def test_a_users_own_hypermodel_is_searched_until_its_space_is_exhausted(folder, optimizer, notes):
    (folder / "mine.py").write_text(OWN_MODEL.replace("adam", optimizer))
    arguments = list(SEARCH)
    arguments[2] = "mine.py:Mine"
    done = tuner(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["trials"] == 2
    assert [line for line in done.stderr.splitlines() if line.startswith("note:")] == notes
    assert "search ended: all 2 configurations that the random oracle has were tried" in done.stderr


UNSOUND = {
    "build": (
        OWN_MODEL.replace("model = keras.Sequential", "raise ValueError('no units')\n        m ="),
        "error: hypermodel mine.py:Mine: build raised ValueError: no units; mend it, and try it "
        "with keras_tuner.HyperParameters()",
    ),
    "constructor": (
        OWN_MODEL.replace("super().__init__()", "raise ValueError('no features')"),
        "error: hypermodel file mine.py: Mine cannot be made (ValueError: no features); its "
        "constructor may take features and classes, and needs a default for everything else",
    ),
}


@pytest.mark.parametrize(("source", "message"), UNSOUND.values(), ids=UNSOUND)
def test_a_hypermodel_that_raises_before_the_search_is_the_persons_to_mend(folder, source, message):
    (folder / "mine.py").write_text(source)
    arguments = list(SEARCH)
    arguments[2] = "mine.py:Mine"
    before = sorted((folder / "mlruns" / "studies").glob("*"))
    done = tuner(folder, *arguments)
    assert done.stderr.strip().splitlines()[-1] == message
    assert done.returncode == 2
    assert sorted((folder / "mlruns" / "studies").glob("*")) == before


def test_a_model_that_cannot_be_exported_ends_with_the_summary_and_exit_code_1(folder):
    layer = "keras.layers.Lambda(lambda x: x),\n            keras.layers.BatchNormalization(),"
    source = OWN_MODEL.replace("keras.layers.BatchNormalization(),", layer)
    (folder / "mine.py").write_text(source)
    arguments = list(SEARCH)
    arguments[2] = "mine.py:Mine"
    done = tuner(folder, *arguments, "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["model"]) == (1, None)
    assert found["best"]["score"] > 0
    assert done.stderr.strip().splitlines()[-1].startswith("error: exported model ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (*SEARCH, "--study", "first", "--epochs", 4),
            "error: study first in mlruns is another one: --epochs is 3 there and 4 here; give "
            "what it was begun with, --study another name, or --overwrite to delete it first",
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
            "error: there is no study frist; did you mean first? Known are {studies}",
        ),
        (
            ("export", "first", "--pick", "bets"),
            "error: --pick: there is no pick bets; did you mean best? Known are best, smallest, "
            "ensemble",
        ),
        (
            ("compare", "first", "first"),
            "error: compare: there is nothing to compare; give the names of two studies",
        ),
        (
            ("report", "first", "--output", "nowhere/report.html"),
            "error: --output: there is no folder nowhere; make it, or give another file",
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
        "one study",
        "no folder",
        "no model",
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(folder, searched, arguments, message):
    done = tuner(folder, *arguments)
    studies = sorted(path.name for path in (folder / "mlruns" / "studies").glob("*"))
    last = done.stderr.strip().splitlines()[-1]
    assert last == message.format(studies=", ".join(studies))
    assert (done.returncode, done.stdout) == (2, "")


def test_a_study_whose_data_changed_is_not_exported(folder, searched):
    table = folder / "things.csv"
    before = table.read_text()
    try:
        table.write_text(before.replace("red", "green", 1))
        done = tuner(folder, "export", "first")
    finally:
        table.write_text(before)
    assert done.returncode == 2
    assert "these are not the data of study first any more" in done.stderr
