"""Keras runs on TensorFlow with its usual numbers, or a sentence says how."""

import os
import sys
from pathlib import Path

import keras
import pytest

from tuner.errors import UserError
from tuner.libraries.keras_settings import require_usual_numbers, settle_keras


@pytest.fixture
def unimported(monkeypatch):
    """Let Keras look as if it were not imported, and forget what is set meanwhile."""
    monkeypatch.delitem(sys.modules, "keras")
    for name in ("KERAS_BACKEND", "KERAS_HOME", "KERAS_MAX_EPOCHS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_another_backend_of_the_environment_is_replaced(unimported, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "1")
    settle_keras()
    assert os.environ["KERAS_BACKEND"] == "tensorflow"
    assert "KERAS_MAX_EPOCHS" not in os.environ


@pytest.mark.parametrize(
    ("content", "is_replaced"),
    [
        ('{"floatx": "float16"}', True),
        ('{"image_data_format": "channels_first"}', True),
        ('{"floatx": "float32", "backend": "jax"}', False),
        ("no JSON", False),
        ("[]", False),
    ],
)
def test_unusual_numbers_of_the_home_folder_are_not_read(
    unimported, monkeypatch, tmp_path, content, is_replaced
):
    Path(tmp_path, "keras.json").write_text(content)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    settle_keras()
    assert (os.environ["KERAS_HOME"] != str(tmp_path)) == is_replaced


def test_nothing_is_set_once_keras_is_imported(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    settle_keras()
    assert os.environ["KERAS_BACKEND"] == "torch"


@pytest.mark.parametrize(
    ("name", "value", "usual"),
    [("floatx", "float64", "float32"), ("image_data_format", "channels_first", "channels_last")],
)
def test_numbers_that_a_program_chose_are_refused(name, value, usual):
    setter = getattr(keras.config, f"set_{name}")
    setter(value)
    try:
        with pytest.raises(UserError) as error:
            require_usual_numbers()
    finally:
        setter(usual)
    require_usual_numbers()
    assert str(error.value) == (
        f"Keras has the {name} {value}; leave out what sets it, perhaps the file of the "
        f"hypermodel, or call keras.config.set_{name}({usual!r}) before the search"
    )


def test_a_backend_that_a_program_chose_is_refused(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(UserError) as error:
        require_usual_numbers()
    assert str(error.value) == (
        "Keras runs on jax, and tuner needs it on TensorFlow; set KERAS_BACKEND=tensorflow, or "
        "import tuner before Keras"
    )
