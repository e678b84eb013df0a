"""Predictions of an exported model for files."""

import json
import logging
import shutil
from dataclasses import replace
from zipfile import ZIP_DEFLATED, ZipFile

import keras
import numpy as np
import pandas as pd
import pytest

from tuner.errors import DataError, UserError
from tuner.serving import cell_notes, served_cells
from tuner.serving.exported_model import ExportedModel


def test_arrays_are_predicted_as_in_memory(exported_images):
    model = ExportedModel.open(exported_images.folder)
    assert model.inputs == {"x": "x"}
    (predicted,) = model.predict(model.read(str(exported_images.source)))
    probabilities = predicted.filter(like="probability_").to_numpy()
    expected = exported_images.trained.predict_proba(exported_images.dataset.raw)
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)


def test_a_program_may_predict_often_without_a_warning(exported_images, caplog):
    model = ExportedModel.open(exported_images.folder)
    logger = logging.getLogger("tensorflow")
    logger.addHandler(caplog.handler)
    try:
        for _ in range(6):
            assert list(model.predict(model.read(str(exported_images.source))))
    finally:
        logger.removeHandler(caplog.handler)
    assert not caplog.records


def test_predictions_do_not_depend_on_the_order_of_columns(exported, tmp_path):
    dataset = exported.dataset
    shuffled = pd.read_csv(exported.source, dtype=str, keep_default_na=False)
    shuffled = shuffled[shuffled.columns[::-1]].drop(columns="kind").assign(extra="1")
    shuffled.to_csv(tmp_path / "rows.csv", index=False)
    model = ExportedModel.open(exported.folder)
    (predicted,) = model.predict(model.read(str(tmp_path / "rows.csv")))
    expected = exported.trained.predict_proba(dataset.raw)
    assert list(predicted.columns) == [
        "class", "probability_may be", "probability_no", "probability_yes",
    ]  # fmt: skip
    np.testing.assert_allclose(predicted.iloc[:, 1:].to_numpy(), expected, atol=1e-5)
    assert list(predicted["class"]) == [dataset.classes[i] for i in expected.argmax(axis=1)]


def test_a_missing_column_is_named(exported, tmp_path):
    (tmp_path / "rows.csv").write_text("colour,flag\nred,true\n")
    with pytest.raises(DataError) as error:
        ExportedModel.open(exported.folder).read(str(tmp_path / "rows.csv"))
    assert str(error.value) == (
        f"data file {tmp_path}/rows.csv: it lacks the columns len (cm), ab/c, ab\\c, 2nd, self, "
        "self_2, cls, args and 13 more, which the model reads; its columns are colour, flag"
    )


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(UserError) as error:
        ExportedModel.open(tmp_path)
    assert str(error.value) == (
        f"{tmp_path} is not an exported model (it has no model.json); give the folder that "
        "search or export wrote"
    )


def test_an_unseen_level_that_looks_like_a_known_one_is_told(exported, tmp_path):
    text = exported.source.read_text(encoding="utf-8").replace('"red"', "RED", 1)
    (tmp_path / "new.csv").write_text(text, encoding="utf-8")
    warnings = []
    model = ExportedModel.open(exported.folder)
    list(model.read(str(tmp_path / "new.csv"), warn=warnings.append))
    assert warnings == [
        "column colour: 1 cell of levels that the model has not seen, such as 'RED'; each counts "
        "as none of the known levels; RED looks like the known level red"
    ]


def test_kept_columns_begin_the_predictions_of_any_batch(exported, tmp_path):
    rows = pd.read_csv(exported.source, dtype=str, keep_default_na=False)
    rows.assign(id=[f"K{row:03d}" for row in range(len(rows))]).to_csv(
        tmp_path / "rows.csv", index=False
    )
    model = ExportedModel.open(exported.folder)
    parts = model.read(str(tmp_path / "rows.csv"), keep=["id", "constant", "id"])
    tables = list(model.predict(parts, batch_rows=9))
    assert [len(table) for table in tables] == [9, 9, 9, 9, 4]
    whole = pd.concat(tables)
    assert list(whole.columns[:3]) == ["id", "constant", "class"]
    assert list(whole["id"]) == [f"K{row:03d}" for row in range(40)]
    np.testing.assert_allclose(
        whole.iloc[:, 3:], exported.trained.predict_proba(exported.dataset.raw), atol=1e-5
    )


def test_a_network_that_unfolds_to_far_more_than_its_size_is_not_loaded(exported, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(exported.folder, folder)
    with ZipFile(folder / "model.keras", "a", ZIP_DEFLATED) as archive:
        archive.writestr("more.h5", bytes(50_000_000))
    model = replace(ExportedModel.open(exported.folder), folder=folder)
    with pytest.raises(UserError, match=r"model.keras unfolds from 0.\d MB to 50.\d MB, which no"):
        model.load_network()


@pytest.mark.parametrize("nested", [False, True])
def test_a_network_of_other_inputs_is_refused_in_one_sentence(exported, tmp_path, nested):
    first, second = keras.Input((1,)), keras.Input((1,))
    outputs = keras.layers.Dense(2)(keras.layers.Concatenate()([first, second]))
    inputs = {"a": [first, second]} if nested else [first, second]
    folder = tmp_path / "model"
    folder.mkdir()
    model = ExportedModel.open(exported.folder)
    keras.Model(inputs, outputs).save(folder / "model.keras")
    with pytest.raises(UserError, match=r"model\.keras cannot be loaded \(.+\); export the model"):
        replace(model, folder=folder).load_network()


def test_a_column_of_the_predictions_is_not_kept_twice(exported):
    with pytest.raises(UserError) as error:
        ExportedModel.open(exported.folder).read(str(exported.source), keep=["probability_no"])
    assert str(error.value) == (
        "--keep: probability_no is also a column of the predictions; rename it in the data, or "
        "leave it out of --keep"
    )


def test_warnings_about_cells_come_after_the_last_part(exported):
    warnings = []
    rows = pd.read_csv(exported.source, dtype=str, keep_default_na=False)
    rows.loc[:1, "2nd"], rows.loc[2, "colour"] = "lots", "pink"
    model = ExportedModel.open(exported.folder)
    (part,) = model.convert(rows, warn=warnings.append, on_error="missing")
    assert np.isnan(part.inputs[model.inputs["2nd"]][:3]).tolist() == [True, True, False]
    assert warnings == [
        "column 2nd: 2 cells count as missing, such as 'lots' in row 0 (counted from 0), which is "
        "not a number",
        "column colour: 1 cell of levels that the model has not seen, such as 'pink'; each counts "
        "as none of the known levels",
    ]
    schema = json.loads((exported.folder / "model.json").read_text(encoding="utf-8"))["schema"]
    served = cell_notes.CellNotes(on_error="missing")  # which imports nothing of the package
    reader = served_cells.CellReader(schema)
    reader.read_numbers({"2nd": rows["2nd"].tolist()}, "float32", served)
    reader.read_texts("colour", rows["colour"].tolist(), served)
    told = [*served.describe_bad(), *served.describe_unseen()]
    assert [warning["message"] for warning in told] == warnings
