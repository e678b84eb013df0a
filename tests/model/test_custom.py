import sys

import numpy as np
import pytest

from tuner.errors import SpaceError
from tuner.model.custom import HypermodelFile, is_custom

SOURCE = """
import keras_tuner

class Sized(keras_tuner.HyperModel):
    def __init__(self, features, classes):
        super().__init__()
        self.sizes = features, classes

class Needy(keras_tuner.HyperModel):
    def __init__(self, other):
        super().__init__()

class NoModel: ...
"""


IMAGES = """
import keras
import keras_tuner

class Images(keras_tuner.HyperModel):
    def build(self, hp):
        rows = keras.Input((2, 3))
        model = keras.Model(rows, keras.layers.Dense(3, "softmax")(keras.layers.Flatten()(rows)))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    return path


def test_a_python_class_is_told_from_a_toml_file():
    assert is_custom("mine.py:Model")
    assert not is_custom("mlp_depth")
    assert not is_custom("folder/space.toml")
    assert not is_custom("mine.py:")


def load(location):
    return HypermodelFile(location).make(features=7, classes=2, shape=None)


def test_the_class_is_given_the_sizes_that_it_takes(file):
    assert load(f"{file}:Sized").sizes == (7, 2)


def test_its_networks_may_take_images_as_they_are(tmp_path):
    path = tmp_path / "images.py"
    path.write_text(IMAGES)
    hypermodel = HypermodelFile(f"{path}:Images").make(features=6, classes=3, shape=(2, 3))
    assert hypermodel.build(None)(np.zeros((5, 6))).shape == (5, 3)


def test_a_network_of_a_file_that_does_not_say_what_it_takes_gets_flat_rows(tmp_path):
    path = tmp_path / "flat.py"
    layers = '[keras.layers.Dense(4), keras.layers.Dense(3, "softmax")]'
    path.write_text(
        f"""
import keras, keras_tuner

class Flat(keras_tuner.HyperModel):
    def build(self, hp):
        model = keras.Sequential({layers})
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model
"""
    )
    hypermodel = HypermodelFile(f"{path}:Flat").make(features=6, classes=3, shape=(2, 3))
    assert hypermodel.build(None)(np.zeros((5, 6))).shape == (5, 3)


def message(location):
    with pytest.raises(SpaceError) as error:
        load(location)
    return str(error.value)


def test_a_missing_file_is_named():
    assert message("nowhere.py:Model") == (
        "hypermodel file nowhere.py does not exist; give the path of a Python file"
    )


def test_a_class_that_is_none_of_the_files_hypermodels_is_refused(file):
    assert message(f"{file}:Size") == (
        f"hypermodel file {file}: there is no keras_tuner.HyperModel Size; "
        "did you mean Sized? Known are Sized, Needy"
    )


def test_a_constructor_that_needs_more_is_refused(file):
    assert message(f"{file}:Needy") == (
        f"hypermodel file {file}: Needy cannot be made (TypeError: "
        "Needy.__init__() missing 1 required "
        "positional argument: 'other'); its constructor may take features and classes, and needs "
        "a default for everything else"
    )


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(0)", "SystemExit: 0"),  # a script, which would end the search
    ],
)
def test_a_file_that_does_not_run_is_refused(tmp_path, source, error):
    path = tmp_path / "broken.py"
    path.write_text(source)
    assert message(f"{path}:Model") == f"hypermodel file {path} cannot be imported: {error}"


def test_a_file_may_import_its_neighbour(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*sys.path])
    (tmp_path / "neighbour_of_mine.py").write_text("SIZE = 3\n")
    path = tmp_path / "mine.py"
    path.write_text(f"import neighbour_of_mine\n{SOURCE}")
    assert load(f"{path}:Sized").sizes == (7, 2)
    sys.modules.pop("neighbour_of_mine")
