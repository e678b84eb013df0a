"""A whole model in ONNX answers as the network in memory: columns of all kinds, and images."""

import json
from dataclasses import replace

import keras
import numpy as np
import onnx
import onnxruntime

from tests.helpers.exports import leave_unscaled, train_randomly, write_images, write_mixed_table
from tests.helpers.onnx_graphs import compare_model
from tuner.data import fit_scaler
from tuner.serving.onnx_model import write_onnx

LINES = [
    "price,share,when,size,done,rooms,since,Straße",
    '"1.234,50 €",12%,31.12.2024,L,true,3,2024-02-29 12:30,größer',
    '"99,90 €",,01.02.2023,S,false,?,2023-01-01 00:00,kleiner',
    '"(7,00)",5%,15.06.2024,,true,1,,größer',
    '"-12,00 €",7.5%,,M,,2,2024-05-05 23:59,日本',
    '"1.000.000,00 €",100%,03.03.2021,XL,false,-1,2022-11-11 11:11,kleiner',
]


def test_columns_of_all_kinds_are_read_as_in_memory(tmp_path):
    trained, dataset = train_randomly(write_mixed_table(tmp_path / "mixed.csv"))
    assert compare_model(leave_unscaled(trained), dataset, tmp_path) < 1e-6


def test_numbers_and_dates_in_texts_are_read_as_in_memory(tmp_path):
    (tmp_path / "odd.csv").write_text("\n".join([LINES[0], *(LINES[1:] * 8)]) + "\n")
    trained, dataset = train_randomly(tmp_path / "odd.csv", missing=("-1", "7.5%"))
    kinds = {column.notation or column.kind for column in dataset.schema.used}
    assert len(kinds) >= 6
    assert compare_model(trained, dataset, tmp_path) < 1e-6


def test_long_tails_are_scaled_as_in_memory(tmp_path):
    rng = np.random.default_rng(0)
    values = rng.normal(40, 10, 200).round(3)
    values[::50] = 99_999_999
    cells = [f"{value},{value / 3:.3f},{'ab'[row % 2]}" for row, value in enumerate(values)]
    (tmp_path / "tails.csv").write_text("\n".join(["income,share,kind", *cells]) + "\n")
    trained, dataset = train_randomly(tmp_path / "tails.csv")
    assert trained.scaler.clipped is not None
    assert compare_model(trained, dataset, tmp_path) < 1e-6


def test_a_number_far_from_all_others_is_answered_as_in_memory(tmp_path):
    """Some files have the least number of float32 where one is missing."""
    cells = [f"{row % 7 / 100},{row % 5},{'ab'[row % 2]}" for row in range(60)]
    (tmp_path / "far.csv").write_text("\n".join(["depth,share,kind", *cells, "-3.4e38,1,a"]) + "\n")
    trained, dataset = train_randomly(tmp_path / "far.csv")
    trained = replace(trained, scaler=fit_scaler(dataset.x, np.arange(60), np.ones(2, bool)))
    assert np.isfinite(trained.predict_proba(dataset.raw)).all()
    assert compare_model(trained, dataset, tmp_path) < 1e-6


def test_numbers_that_float32_does_not_hold_are_shifted_as_in_memory(tmp_path):
    lines = ["at,when,metres,likelihood,size,kind"]
    for row in range(60):
        at, when = 1_700_000_000 + row / 8, f"2024-05-05 12:00:{row / 64 + 10:.6f}"
        size = "" if row % 9 == 0 else f"{row}"
        lines.append(f"{at},{when},{5_800_000 + row / 64},{row + 1}e-60,{size},{'ab'[row % 2]}")
    (tmp_path / "shifted.csv").write_text("\n".join(lines) + "\n")
    trained, dataset = train_randomly(tmp_path / "shifted.csv", missing=("7",))
    shifted = [column.name for column in dataset.schema.used if column.is_shifted]
    assert shifted == ["at", "when", "metres", "likelihood"]
    assert compare_model(trained, dataset, tmp_path) < 1e-6


def test_images_are_read_as_in_memory(tmp_path):
    trained, dataset = train_randomly(write_images(tmp_path / "images.npz"))
    network = keras.Sequential(
        [
            keras.Input((16,)),
            keras.layers.Reshape((4, 4, 1)),
            keras.layers.Conv2D(3, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(3, "softmax"),
        ]
    )
    assert compare_model(replace(trained, network=network), dataset, tmp_path) < 1e-6


def test_a_threshold_decides_between_two_classes(tmp_path):
    source = tmp_path / "two.csv"
    source.write_text("a,b\n" + "".join(f"{n},{'yes' if n % 2 else 'no'}\n" for n in range(40)))
    trained, dataset = train_randomly(source)
    second = trained.predict_proba(dataset.raw)[:, 1]
    threshold = float(np.quantile(second, 0.8))
    write_onnx(trained, tmp_path, threshold=threshold)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    classes, probabilities = session.run(None, dict(dataset.raw))
    decided = np.where(probabilities[:, 1] >= np.float32(threshold), "yes", "no")
    assert list(classes) == list(decided)
    assert set(classes) == {"no", "yes"}


def test_the_file_names_its_inputs_outputs_and_classes(tmp_path):
    trained, dataset = train_randomly(write_images(tmp_path / "images.npz"))
    write_onnx(trained, tmp_path, threshold=None)
    model = onnx.load(tmp_path / "model.onnx")
    assert [each.name for each in model.graph.input] == ["x"]
    assert [each.name for each in model.graph.output] == ["class", "probabilities"]
    (entry,) = model.metadata_props
    assert json.loads(entry.value) == list(dataset.classes)
    assert {each.domain for each in model.opset_import} == {""}  # any runtime of ONNX takes it


def test_a_network_or_a_column_that_cannot_be_said_is_the_reason(tmp_path):
    trained, _ = train_randomly(write_images(tmp_path / "images.npz"))
    unknown = keras.Sequential(
        [
            keras.Input((16,)),
            keras.layers.Reshape((16, 1)),
            keras.layers.GRU(3, activation="softmax", name="memory"),
        ]
    )
    reason = write_onnx(replace(trained, network=unknown), tmp_path, threshold=None)
    assert reason == "layer memory (GRU) has no translation"
    wrong = keras.Sequential(
        [
            keras.Input((16,)),
            keras.layers.Reshape((16, 1)),
            keras.layers.GlobalAveragePooling1D(keepdims="yes"),
            keras.layers.Flatten(),
            keras.layers.Dense(3, "softmax"),
        ]
    )
    assert write_onnx(replace(trained, network=wrong), tmp_path, threshold=None) == (
        "ONNX does not take an option of a layer (ValueError: invalid literal for int() with base "
        "10: 'yes')"
    )
    (tmp_path / "named.csv").write_text("probabilities,y\n" + "1.5,a\n2.5,b\n" * 20)
    named, _ = train_randomly(tmp_path / "named.csv")
    assert write_onnx(named, tmp_path, threshold=None) == (
        "a column has the name probabilities, which an output has"
    )
    assert not (tmp_path / "model.onnx").exists()
