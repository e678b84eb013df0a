"""`tuner report` and `tuner compare`, and the report that a search leaves."""

import json
import shutil

import pytest
from mlflow import MlflowClient

from tests.helpers.command_line import copy_study, describe_study, extract_answer, run_tuner
from tuner.cli.report import write_comparison, write_report
from tuner.errors import UserError
from tuner.run.finished import find_summary
from tuner.run.opening import read_last_settings
from tuner.study import Study


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
    done = run_tuner(folder, "report", "first", "--output", "again.html")
    assert (done.returncode, done.stdout) == (0, "again.html\n"), done.stderr
    pages = [(folder / name).read_text("utf-8") for name in (searched[0]["report"], "again.html")]
    assert extract_answer(pages[0]) == extract_answer(pages[1])


def test_two_studies_are_compared(folder, searched):
    copy_study(folder, "twin")
    done = run_tuner(folder, "compare", "first", "twin")
    assert (done.returncode, done.stdout) == (0, "mlruns/compare-first+twin.html\n"), done.stderr
    page = (folder / "mlruns" / "compare-first+twin.html").read_text(encoding="utf-8")
    assert "first cannot be told apart from twin (the difference is " in page


def test_studies_of_other_folds_are_not_compared(folder, searched):
    study = copy_study(folder, "other")
    settings = json.loads((study / "study.json").read_text())["settings"]
    describe_study(study, settings={**settings, "seed": 2})
    done = run_tuner(folder, "compare", "first", "other")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip() == (
        "error: studies first and other cannot be compared, because their rows or folds differ: "
        "--seed, which makes the folds, is 1 in first and 2 in other; search one of them again "
        "like the other"
    )


def test_a_report_that_fails_costs_nothing_of_what_was_found(folder, searched):
    study = copy_study(folder, "unlucky")
    (study / "report.html").unlink()
    (study / "report.html").mkdir()
    done = run_tuner(folder, "resume", "unlucky", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["report"] is None
    assert found["best"] == searched[0]["best"]
    assert (
        "note: the report could not be written (report mlruns/studies/unlucky/report.html "
        "cannot be written (Is a directory); fix that, or give --output another "
        "file); to try again: tuner report unlucky\n"
    ) in done.stderr


def test_data_that_are_gone_are_told_by_the_study_that_has_them(folder, searched, tmp_path):
    study = tmp_path / "mlruns" / "studies" / "first"
    shutil.copytree(folder / "mlruns" / "studies" / "first", study)
    data = json.loads((study / "study.json").read_text())["data"]
    describe_study(study, data={**data, "source": "gone.csv"})
    done = run_tuner(tmp_path, "report", "first")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: data gone.csv: study first was searched on it, and it is not there any more; put "
        "it back, or beside the folder of --root\n"
    )


@pytest.fixture
def finished(folder, searched, tmp_path):
    """A finished study of its own."""
    shutil.copytree(folder / "mlruns" / "studies" / "first", tmp_path / "mlruns/studies/first")
    for name in ("things.csv", "own.toml"):
        shutil.copy(folder / name, tmp_path / name)
    study = tmp_path / "mlruns" / "studies" / "first"
    data = json.loads((study / "study.json").read_text())["data"]
    describe_study(study, data={**data, "source": str(tmp_path / "things.csv")})
    return Study.open("first", tmp_path / "mlruns")


def find_again(study):
    return find_summary(study, read_last_settings(study))


def test_a_report_that_is_written_again_leaves_the_study_finished(finished):
    assert find_again(finished) is not None
    (finished.folder / "baselines.npz").unlink()
    assert find_again(finished) is None
    write_report("first", None, finished.folder.parents[1])
    assert find_again(finished) is not None


def test_a_report_of_a_study_that_is_searched_trains_and_marks_nothing(finished):
    (finished.folder / "baselines.npz").unlink()
    before = finished.journal.path.read_bytes()
    with finished.lock_search():
        write_report("first", None, finished.folder.parents[1])
    assert finished.journal.path.read_bytes() == before
    assert not (finished.folder / "baselines.npz").exists()


@pytest.mark.parametrize(
    ("names", "others", "message"),
    [
        (
            ["one", "one"],
            ["two", "three"],
            "compare: study one is named twice, and one study is nothing to compare; give another "
            "one of three, two",
        ),
        (
            ["one"],
            [],
            "compare: only one is named, and one study is nothing to compare; {root} has no other",
        ),
    ],
)
def test_one_study_is_nothing_to_compare(names, others, message, tmp_path):
    for name in ("one", *others):
        (tmp_path / "studies" / name).mkdir(parents=True)
        (tmp_path / "studies" / name / "study.json").touch()
    with pytest.raises(UserError) as error:
        write_comparison(names, None, tmp_path)
    assert str(error.value) == message.format(root=tmp_path)


@pytest.mark.parametrize("command", [write_report, write_comparison])
def test_a_page_of_somebody_else_is_not_written_over(command, tmp_path):
    page = tmp_path / "thesis.html"
    page.write_text("<!doctype html><p>dear</p>")
    with pytest.raises(UserError) as error:
        command(["one", "two"] if command is write_comparison else "one", page, tmp_path)
    assert str(error.value) == (
        f"--output: {page} exists and is no page of this package; give another file"
    )
    assert page.read_text().endswith("<p>dear</p>")
