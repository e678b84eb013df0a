"""Exported models that all tests of serving share: each export starts a process of its own."""

import shutil

import mlflow
import pytest

from tests.helpers.exports import (
    export,
    leave_unscaled,
    train_randomly,
    write_images,
    write_mixed_table,
)


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """A model of a table. Tests only read its folder."""
    folder = tmp_path_factory.mktemp("table")
    source = write_mixed_table(folder / "mixed.csv")
    trained, dataset = train_randomly(source)
    return export(leave_unscaled(trained), dataset, source, folder / "exported" / "model")


@pytest.fixture(scope="session")
def exported_images(tmp_path_factory):
    """A model of images. Tests only read its folder."""
    folder = tmp_path_factory.mktemp("images")
    source = write_images(folder / "images.npz")
    # in a path TensorFlow takes brackets for a pattern
    return export(*train_randomly(source), source, folder / "exported [1]" / "model")


@pytest.fixture(scope="session")
def mlflow_model(exported, tmp_path_factory):
    """The MLflow model of the table, loaded from a copy: Python adds compiled code to it."""
    copy = tmp_path_factory.mktemp("loaded") / "mlflow_model"
    shutil.copytree(exported.folder / "mlflow_model", copy)
    return mlflow.pyfunc.load_model(str(copy))
