"""Data are found that were moved together with the studies about them."""

import os

from tests.helpers.errors import read_error
from tuner.errors import DataError
from tuner.run.moved_data import find_data
from tuner.run.opening import Destination, create_study, load_setup
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest
from tuner.study import SearchSettings, Study

ROWS = "x,y\n" + "".join(f"{row},{'ab'[row % 2]}\n" for row in range(40))


def test_the_longest_end_of_the_path_counts(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    source = "/not/there/project/data/rows.csv"
    root = tmp_path / "project" / "mlruns"
    assert find_data(source, root) == source
    places = ["work/rows.csv", "project/rows.csv", "project/data/rows.csv"]
    for place in places:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ROWS)
        assert find_data(source, root) == str(path)
    assert find_data("digits", root) == "digits"
    assert find_data(str(tmp_path / "work" / "rows.csv"), root) == str(tmp_path / "work/rows.csv")


def test_a_project_that_was_moved_is_opened_and_other_data_are_refused(tmp_path):
    before = tmp_path / "before"
    before.mkdir()
    (before / "rows.csv").write_text(ROWS)
    settings = SearchSettings(max_trials=1, folds=3, epochs=1)
    setup = prepare("mlp_depth", DataRequest(str(before / "rows.csv")), settings)
    create_study(setup, Destination(before / "mlruns", "study"))
    after = before.rename(tmp_path / "after")
    study = Study.open("study", after / "mlruns")
    assert load_setup(study).dataset.fingerprint == setup.dataset.fingerprint
    (after / "rows.csv").write_text(ROWS.replace("3,", "4,"))
    message = read_error(lambda: load_setup(study), DataError)
    assert message.startswith(f"data {after}/rows.csv: these are not the data of study study any")
    (after / "rows.csv").unlink()
    message = read_error(lambda: load_setup(study), DataError)
    assert message == (
        f"data {before}/rows.csv: study study was searched on it, and it is not there any more; "
        "put it back, or beside the folder of --root"
    )


def test_data_in_a_folder_that_one_may_not_enter_are_looked_for_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "rows.csv").write_text(ROWS)
    stat = os.stat

    def refuse(path, *arguments, **options):
        if str(path).startswith("/private/"):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, *arguments, **options)

    monkeypatch.setattr(os, "stat", refuse)
    moved = find_data("/private/rows.csv", tmp_path / "mlruns")
    assert moved == str(tmp_path / "rows.csv")
