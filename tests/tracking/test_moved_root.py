"""MLflow's database follows its root; the root that it came from is left alone."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import mlflow
import pytest

from tuner.tracking import choose_tracking_uri
from tuner.tracking.experiments import ensure_experiment
from tuner.tracking.store import connect

NAME = "data/a space"


def open_root(root):
    return connect(choose_tracking_uri(None, root), root, pytest.fail)


@pytest.fixture
def logged(root):
    """A root whose only run has an artifact."""
    client = open_root(root)
    run = client.create_run(ensure_experiment(client, NAME, root))
    folder = Path(url2pathname(urlsplit(run.info.artifact_uri).path))
    folder.mkdir(parents=True)
    (folder / "folds.json").write_text('{"a": 1}')  # MLflow would remember where, in this process
    return run.info.run_id


def log_beside(root, run_id):
    """Read the run's artifact, add one to it and one to a new run; return the files below root."""
    client = open_root(root)
    uri = client.get_run(run_id).info.artifact_uri
    assert mlflow.artifacts.load_dict(f"{uri}/folds.json") == {"a": 1}
    client.log_dict(run_id, {}, "second.json")
    run = client.create_run(ensure_experiment(client, NAME, root))
    client.log_dict(run.info.run_id, {}, "third.json")
    return sorted(path.name for path in root.rglob("*.json"))


def test_a_root_that_was_moved_has_its_artifacts(root, logged, tmp_path):
    moved = tmp_path / "else where" / "runs"
    moved.parent.mkdir()
    shutil.move(root, moved)
    assert log_beside(moved, logged) == ["folds.json", "second.json", "third.json"]
    assert not root.exists()


def test_a_copy_does_not_write_to_the_root_that_it_came_from(root, logged, tmp_path):
    shutil.copytree(root, tmp_path / "copy")
    assert log_beside(tmp_path / "copy", logged) == ["folds.json", "second.json", "third.json"]
    assert [path.name for path in root.rglob("*.json")] == ["folds.json"]
    assert root.as_uri() in open_root(root).get_run(logged).info.artifact_uri


def test_a_root_of_two_names_and_experiments_of_others_stay(root, logged, tmp_path):
    (tmp_path / "link").symlink_to(root)
    (tmp_path / "artifacts").mkdir()
    elsewhere = (tmp_path / "artifacts" / "mine").as_uri()
    client = open_root(root)
    client.create_experiment("mine", artifact_location=elsewhere)
    before = client.get_experiment_by_name(NAME).artifact_location
    again = open_root(tmp_path / "link")
    assert again.get_experiment_by_name(NAME).artifact_location == before
    assert again.get_experiment_by_name("mine").artifact_location == elsewhere
