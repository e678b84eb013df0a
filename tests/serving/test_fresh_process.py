"""A fresh process loads what was exported, or says why it cannot."""

import json

import keras
import numpy as np
import pytest

from tuner.data import Column, Schema
from tuner.errors import ExportMismatch
from tuner.serving.fresh_process import FORMATS, FreshProcess
from tuner.serving.keras_formats import write_keras_formats
from tuner.study import list_versions


def test_a_folder_without_a_model_is_a_mismatch(tmp_path):
    (tmp_path / "empty").mkdir()
    with FreshProcess() as fresh, pytest.raises(ExportMismatch) as error:
        fresh.predict(tmp_path / "empty", {"x": np.zeros(1, np.float32)})
    assert str(error.value) == (
        f"exported model {tmp_path}/empty cannot be used in a fresh process: ValueError: "
        f"File not found: filepath={tmp_path}/empty/model.keras"
    )


def test_text_reaches_the_process_unchanged(tmp_path):
    """Fixed-width text would lose the null character."""
    texts = np.array(["", "é", "日本", "a\0", "a"], dtype=object)
    given = keras.Input((), name="word", dtype="string")
    lookup = keras.layers.StringLookup(vocabulary=["", "é", "日本", "a"], output_mode="one_hot")
    model = keras.Model({"word": given}, lookup(given))
    write_keras_formats(model, tmp_path, label=tmp_path)
    levels = ("é", "日本", "a", "[UNK]", "[[UNK]]")
    schema = Schema((Column("word", "categorical", levels),), "kind", levels).to_dict()
    content = {"schema": schema, "inputs": {"word": "word"}, "versions": list_versions()}
    (tmp_path / "model.json").write_text(json.dumps(content), encoding="utf-8")
    with FreshProcess() as fresh:
        answers = fresh.predict(tmp_path, {"word": texts}, complete=True)
    assert set(answers) == set(FORMATS)
    for answer in answers.values():
        assert answer.argmax(axis=1).tolist() == [1, 2, 3, 0, 4]
