"""An empty MLflow database, which is made once: MLflow takes seconds to make one."""

import shutil

import pytest
from mlflow import MlflowClient

from tuner.tracking import choose_tracking_uri


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty")
    MlflowClient(tracking_uri=choose_tracking_uri(None, folder)).search_experiments()
    return folder / "mlflow.db"


@pytest.fixture
def root(empty_database, tmp_path):
    """The folder of the studies that `make_study` makes, with a database in it."""
    root = tmp_path / "runs"
    root.mkdir()
    shutil.copy(empty_database, root)
    return root


@pytest.fixture
def client(root):
    return MlflowClient(tracking_uri=choose_tracking_uri(None, root))


@pytest.fixture
def study(root, make_study):
    return make_study()
