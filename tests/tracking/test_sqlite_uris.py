"""Addresses of databases whose folders have names with a meaning in addresses."""

from pathlib import Path

import mlflow
import pytest

from tuner.tracking import choose_tracking_uri, find_database, sqlite_uris, store
from tuner.tracking.experiments import ensure_experiment
from tuner.tracking.store import connect

NAMES = ["app_feature%2Flogin", "100%", "a?b#c", "a b&c=d+e;f", 'it\'s "é"', "-a[x]*"]


@pytest.mark.parametrize("name", NAMES)
def test_mlflow_writes_in_the_root_alone(name, tmp_path, empty_database) -> None:
    root = tmp_path / name / "mlruns"
    root.mkdir(parents=True)
    (root / "mlflow.db").write_bytes(empty_database.read_bytes())
    uri = choose_tracking_uri(None, root)
    assert find_database(uri) == root / "mlflow.db"
    client = connect(uri, root, pytest.fail)
    run = client.create_run(ensure_experiment(client, "data/space", root))
    client.log_dict(run.info.run_id, {"a": 1}, "folds.json")
    assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/folds.json") == {"a": 1}
    client.create_registered_model("model")
    (written,) = root.rglob("folds.json")
    assert written.is_relative_to(root / "artifacts" / "data" / "space")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_other_stores_have_no_database() -> None:
    assert find_database("http://host:5000/a.db") is None
    assert find_database("sqlite:///mlruns/mlflow.db?timeout=3") == Path("mlruns/mlflow.db")


def test_a_store_that_does_not_answer_leaves_no_folder_of_an_address(tmp_path, monkeypatch):
    def fail(tracking_uri):
        Path(tracking_uri.removeprefix("sqlite:///")).parent.mkdir(parents=True)  # as MLflow does
        raise OSError("full")

    root = tmp_path / "100 %"
    root.mkdir()
    monkeypatch.setattr(sqlite_uris, "_decodes", lambda: True)
    uri = choose_tracking_uri(None, root)
    monkeypatch.setattr(store, "MlflowClient", fail)
    monkeypatch.setattr(store, "_make_database", lambda path: None)
    with pytest.raises(OSError, match="full"):
        store.connect(uri, root, on_damage=pytest.fail)
    assert [path.name for path in tmp_path.iterdir()] == ["100 %"]
