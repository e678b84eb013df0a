"""Exported models hold numbers that float32 does not, as tables in memory do."""

from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from tests.helpers.exports import export, train_randomly
from tests.helpers.onnx_graphs import compare_model
from tuner.data import convert_raw
from tuner.serving.exported_model import ExportedModel
from tuner.serving.served_model import SoftmaxClassifier

ROWS = 60


@pytest.fixture(scope="module")
def shifted(tmp_path_factory):
    """An exported model of columns that are shifted, one with long tails, and of ordinary ones."""
    folder, rng = tmp_path_factory.mktemp("shifted"), np.random.default_rng(0)
    lines = ["time;north;chance;price;moment;clock;size;kind"]
    for row in range(ROWS):
        seconds = rng.uniform(0, 59)
        cells = (
            "" if row % 9 == 3 else f"{1.7e9 + rng.uniform(0, 600):.2f}",
            f"{4.5e6 + rng.uniform(0, 2000):.3f}",
            f"{10 ** rng.uniform(-80, -50):.5g}",
            f"{4.5e6 + rng.uniform(0, 100):,.2f}".translate(str.maketrans(",.", ".,")),
            f"2024-05-01 12:00:{seconds:09.6f}",
            f"2024-0{row % 9 + 1}-01",
            f"{rng.normal():.3f}",
            "pqr"[row % 3],
        )
        lines.append(";".join(cells))
    source = folder / "shifted.csv"
    source.write_text("\n".join(lines) + "\n")
    trained, dataset = train_randomly(source, missing=("0", "-1"))
    # the model for MLflow takes columns as the test of requests does, and ONNX has its own test
    return export(trained, dataset, source, folder / "model", ("keras", "saved_model"))


def read_cells(shifted):
    """The rows as texts, as CSV requests have them."""
    frame = pd.read_csv(shifted.source, sep=";", dtype=str, keep_default_na=False)
    return {name: list(frame[name]) for name in frame.columns if name != "kind"}


def test_the_table_has_all_kinds(shifted):
    columns = {column.name: column for column in shifted.dataset.schema.used}
    are_shifted = {name for name, column in columns.items() if column.is_shifted}
    assert are_shifted == {"time", "north", "chance", "price", "moment"}
    assert columns["chance"].tails
    for name in are_shifted:
        number = list(shifted.dataset.schema.feature_names).index(
            "moment days" if name == "moment" else name
        )
        values = shifted.dataset.x[:, number]
        assert len(np.unique(values[~np.isnan(values)])) == ROWS - 7 * (name == "time")


def test_both_formats_of_keras_answer_as_the_network_in_memory(shifted):
    rows = len(shifted.answers["keras"]) - 2
    chosen = np.unique(np.linspace(0, ROWS - 1, rows).astype(int))
    expected = shifted.trained.predict_proba({k: v[chosen] for k, v in shifted.dataset.raw.items()})
    for answer in shifted.answers.values():
        np.testing.assert_allclose(answer[:rows], expected, rtol=1e-5, atol=1e-6)


def test_a_file_frames_and_requests_are_read_alike(shifted):
    expected = shifted.trained.predict_proba(shifted.dataset.raw)
    model = ExportedModel.open(shifted.folder)
    answers = pd.concat(model.predict(model.read(str(shifted.source))))
    np.testing.assert_allclose(answers.iloc[:, 1:], expected, rtol=1e-5, atol=1e-6)
    frame = pd.read_csv(shifted.source, sep=";", parse_dates=["moment", "clock"])
    given = shifted.trained.predict_proba(convert_raw(frame, shifted.dataset.schema))
    np.testing.assert_allclose(given, expected, rtol=1e-5, atol=1e-6)
    served = SoftmaxClassifier()
    served.use_network(model.load_network(), model.schema.to_dict(), dict(model.inputs))
    cells = read_cells(shifted)
    numbers = {
        name: [float(cell) if cell else None for cell in cells[name]]
        for name in ("time", "north", "chance", "size")
    }
    for rows in (cells, {**cells, **numbers}):
        np.testing.assert_allclose(served.predict_proba(rows), expected, rtol=1e-5, atol=1e-6)
    rows = {name: texts[:1] for name, texts in cells.items()}
    with pytest.raises(
        MlflowException, match=r"chance: 0\.5 in row 0 .* is not a finite number in"
    ):
        served.predict_proba({**rows, "chance": [0.5]})


def test_onnx_holds_them_too(shifted, tmp_path):
    features = shifted.dataset.x.shape[1]
    front = keras.Sequential([keras.Input((features,)), keras.layers.Dense(3, "softmax")])
    trained = replace(shifted.trained, network=front)
    assert compare_model(trained, shifted.dataset, tmp_path) < 1e-5
