"""A search of a custom hypermodel: to the end of its space, by `fit`, and what is unsound in it."""

import json

import pytest
from mlflow import MlflowClient

from tests.helpers.command_line import CUSTOM_MODEL, SEARCH, run_tuner

SHORT = [*SEARCH, "--space", "mine.py:Mine", "--folds", "2", "--epochs", "1"]
WRAPPED = (
    "note: Mine is trained by fit, one fold after another: its optimizer is LossScaleOptimizer; "
    "lanes know SGD, Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Ftrl, Lamb, Lion, Muon, "
    "Nadam, RMSprop"
)


UNSOUND = {
    "build": (
        CUSTOM_MODEL.replace(
            "model = keras.Sequential", "raise ValueError('no units')\n        m ="
        ),
        "error: hypermodel mine.py:Mine: build raised ValueError: no units; fix it, and try it "
        "with keras_tuner.HyperParameters()",
    ),
    "constructor": (
        CUSTOM_MODEL.replace("super().__init__()", "raise ValueError('no features')"),
        "error: hypermodel file mine.py: Mine cannot be made (ValueError: no features); its "
        "constructor may take features and classes, and needs a default for everything else",
    ),
}


@pytest.mark.parametrize(("source", "message"), UNSOUND.values(), ids=UNSOUND)
def test_a_hypermodel_that_raises_before_the_search_is_one_sentence(folder, source, message):
    (folder / "mine.py").write_text(source)
    before = sorted((folder / "mlruns" / "studies").glob("*"))
    done = run_tuner(folder, *SHORT)
    assert done.stderr.strip().splitlines()[-1] == message
    assert done.returncode == 2
    assert sorted((folder / "mlruns" / "studies").glob("*")) == before


@pytest.fixture(scope="module")
def searched(folder):
    """A search whose networks lanes cannot train, and whose model cannot be exported."""
    layer = "keras.layers.Lambda(lambda x: x),\n            keras.layers.BatchNormalization(),"
    source = CUSTOM_MODEL.replace("keras.layers.BatchNormalization(),", layer)
    optimizer = "keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam())"
    (folder / "mine.py").write_text(source.replace('"adam"', optimizer))
    return run_tuner(folder, *SHORT, "--study", "unsafe", "--json")


def test_a_custom_hypermodel_is_searched_until_its_space_is_exhausted(searched):
    assert json.loads(searched.stdout)["trials"] == 2
    assert WRAPPED in searched.stderr.splitlines()
    ended = "the tpe oracle found no network within the search's limits beyond 2 configurations"
    assert f"search ended: {ended}" in searched.stderr


def test_a_model_that_cannot_be_exported_ends_with_the_summary_and_exit_code_1(folder, searched):
    found = json.loads(searched.stdout)
    assert (searched.returncode, found["model"]) == (1, None)
    assert found["best"]["score"] > 0
    notes = [line for line in searched.stderr.splitlines() if line.startswith("note:")]
    assert sorted(notes) == sorted(
        [
            WRAPPED,
            "note: the networks of hypermodel mine.py:Mine cannot be exported, because a Lambda "
            "layer cannot be loaded without its file; replace it by layers of Keras to get a model",
        ]
    )
    assert searched.stderr.strip().splitlines()[-1].startswith("error: exported model ")
    assert "Traceback" not in searched.stderr
    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlruns/mlflow.db")
    assert client.search_model_versions("name = 'unsafe'") == []
    done = run_tuner(folder, "sync", "unsafe")
    assert done.returncode == 0, done.stderr
    assert client.search_model_versions("name = 'unsafe'") == []
