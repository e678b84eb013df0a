"""An exported model reads raw columns as tables in memory are read, whatever stands in them."""

import datetime
import io
import json
from dataclasses import replace
from decimal import Decimal

import keras
import mlflow
import numpy as np
import onnxruntime
import pandas as pd
import pytest
import tensorflow as tf
from mlflow.exceptions import MlflowException

from tests.helpers.exports import COLOURS, UNSCALED, export, train_randomly
from tests.helpers.tables import read_raw
from tuner.data import Schema, fit_scaler, load_dataset
from tuner.data.parsing.parse_by_notation import parse_texts
from tuner.errors import DataError
from tuner.serving.cell_notes import CellNotes
from tuner.serving.exported_model import ExportedModel
from tuner.serving.input_names import join_columns, make_input_names
from tuner.serving.preprocessing import add_preprocessing
from tuner.serving.served_cells import CellReader
from tuner.serving.served_model import SoftmaxClassifier

ROWS = 660
COLUMNS = ("plain", "price", "share", "day", "us day", "moment", "clock", "city", "answer")
STRANGE = [
    *("", " ", "x", "-", "1,5", "1.234,5", "1,234.5", "99.999.999,25", "1 234,5", "12 %", "1e3"),
    *("2024-02-29", "2023-02-29", "29/2/2024", "2/29/2024", "31.12.1999 23:59:59", "9" * 39),
    *("31/12/24", "12/31/24", "1/2/69", "1.2.24", "31.12.99", "2/3/24 12:00am", "1:15 PM", "24:00"),
    *("(5)", "(1.234,5)", "(5", "-(5)", "n.a.", "2024-01-31 1:15 PM", "00:00", " 23:59:59 ", "()"),
    *("2024-01-31T10:15:30.5+02:00", "0001-01-01", "9999-12-31", "10:30", "a" * 50, "日本", "\t"),
    *("c00", " c00", "c00 ", "C00", "r1", "r99", "yes", "YES", "No ", "\N{REPLACEMENT CHARACTER}"),
]


def write_table(path):
    """Write numbers and dates in several notations, rare levels, blanks, booleans and gaps."""
    rng = np.random.default_rng(0)
    lines = [f"{';'.join(COLUMNS)};kind"]
    for row in range(ROWS):
        gap = row % 9 == 0
        price = f"{rng.normal(4000, 3000):,.2f}".replace(",", "x").replace(".", ",")
        year, month, day = rng.integers(1990, 2030), rng.integers(1, 13), rng.integers(1, 29)
        cells = (
            f"{rng.normal():.4f}",
            "NA" if gap else price.replace("x", "."),
            f"{rng.integers(0, 100)} %" if row % 5 else f"({row % 100}) %",
            "" if gap else f"{day}/{month}/{year}",
            f"{month:02d}-{day:02d}-{year}",
            f"{year}-{month:02d}-{day:02d}T{row % 24:02d}:{row % 60:02d}:{row % 59:02d}Z",
            "n.a." if gap else f"{row % 24}:{row % 60:02d}",
            "" if gap else [f"c{row % 20:02d}", f" c{row % 20:02d}", f"r{row}"][row % 3],
            ["Yes", "no", "Yes"][row % 3],
            ["p", "q", "r"][row % 7 % 3],
        )
        lines.append(";".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def exported_texts(tmp_path_factory):
    """The exported model of that table."""
    folder = tmp_path_factory.mktemp("raw")
    source = write_table(folder / "raw.csv")
    return export(*train_randomly(source), source, folder / "model")


@pytest.fixture(scope="module")
def formats(exported_texts):
    """Both formats, loaded: each takes inputs by name and answers with probabilities.

    Nothing is warned of: a warning is an error in tests.
    """
    whole = keras.saving.load_model(exported_texts.folder / "model.keras", safe_mode=True)
    served = tf.saved_model.load(str(exported_texts.folder / "saved_model"))
    signature = served.signatures["serving_default"]
    return {"keras": whole, "saved_model": lambda inputs: signature(**inputs)["probabilities"]}


@pytest.fixture(scope="module")
def served(exported_texts):
    """The MLflow model, loaded."""
    return mlflow.pyfunc.load_model(str(exported_texts.folder / "mlflow_model"))


def make_tensors(raw, schema):
    inputs = join_columns(raw, make_input_names(schema))
    kinds = {True: tf.string, False: tf.float32}
    return {name: tf.constant(v, kinds[v.dtype == object]) for name, v in inputs.items()}


def make_strange_rows(schema: Schema):
    """Rows in which every text column holds each of the strange texts."""
    texts = np.array(STRANGE, object)
    plain = np.linspace(-2, 2, len(texts), dtype=np.float32)
    return {c.name: plain if c.is_plain else texts for c in schema.used}


def test_scaling_and_encoding_are_exact_in_front_of_the_network(exported):
    trained, dataset = exported.trained, exported.dataset
    features = keras.Sequential([keras.Input((dataset.x.shape[1],)), keras.layers.Identity()])
    front = add_preprocessing(features, dataset.schema, trained.scaler)
    encoded = front(make_tensors(dataset.raw, dataset.schema)).numpy()
    np.testing.assert_allclose(encoded, trained.scaler.apply(dataset.x), rtol=1e-6, atol=1e-6)
    assert np.isfinite(dataset.x[:, UNSCALED]).any()
    assert not encoded[:, UNSCALED].any()


def test_mixed_precision_leaves_the_columns_as_they_are(tmp_path):
    """A float16 has three digits: numbers and levels are joined in float32."""
    path = tmp_path / "t.csv"
    lines = [f"{70_000 + i},{'rst'[i % 3]},{'pq'[i % 2]}" for i in range(40)]
    path.write_text("\n".join(["a,b,y", *lines]) + "\n")
    data = load_dataset(str(path))
    network = keras.Sequential([keras.Input((4,)), keras.layers.Identity(dtype="float32")])
    scaler = fit_scaler(data.x, np.arange(40), data.schema.scalings)
    answers = []
    for policy in ("float32", "mixed_float16"):
        keras.config.set_dtype_policy(policy)
        try:
            model = add_preprocessing(network, data.schema, scaler)
        finally:
            keras.config.set_dtype_policy("float32")
        answers.append(np.asarray(model(make_tensors(data.raw, data.schema))))
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_allclose(answers[0], scaler.apply(data.x), atol=1e-6)


def test_levels_are_encoded_whatever_their_names(exported):
    (colour,) = (column for column in exported.dataset.schema.used if column.name == "colour")
    assert set(colour.levels) == {*COLOURS} - {""}
    assert colour.missing


def test_every_kind_of_column_is_in_the_table(exported_texts):
    columns = exported_texts.dataset.schema.columns
    assert [(c.name, c.kind, c.notation) for c in columns] == [
        ("plain", "numeric", ""),
        ("price", "numeric", "1.234,5"),
        ("share", "numeric", "1,234.5"),
        ("day", "date", "31/12/2024"),
        ("us day", "date", "12/31/2024"),
        ("moment", "date", "2024-12-31"),
        ("clock", "date", "23:59"),
        ("city", "categorical", ""),
        ("answer", "boolean", ""),
    ]
    city = columns[7]
    assert (len(city.levels), len(city.spellings), city.other) == (20, 20, True)
    assert exported_texts.dataset.warnings[0].startswith("column city: ")


def test_features_are_those_in_memory(exported_texts):
    trained, dataset = exported_texts.trained, exported_texts.dataset
    features = keras.Sequential([keras.Input((dataset.x.shape[1],)), keras.layers.Identity()])
    front = add_preprocessing(features, dataset.schema, trained.scaler)
    for raw in (dataset.raw, make_strange_rows(dataset.schema)):
        encoded = front(make_tensors(raw, dataset.schema)).numpy()
        expected = trained.scaler.apply(dataset.schema.encode(raw))
        np.testing.assert_allclose(encoded, expected, rtol=1e-6, atol=1e-6)
        assert np.isfinite(expected).all()


def test_a_layer_tells_which_texts_were_read(exported_texts, formats):
    schema = exported_texts.dataset.schema
    raw = make_strange_rows(schema)
    whole = formats["keras"].get_layer("column.all")
    read = keras.Model(whole.inputs, whole.get_layer("column.parsed").output)
    received = read([*make_tensors(raw, schema).values()]).numpy()
    parsed = [column for column in schema.used if column.notation]
    for place, column in enumerate(parsed):
        values = next(iter(parse_texts(raw[column.name], column.notation).values()))
        assert (np.isnan(received[:, place]) == np.isnan(values)).all()
    assert received.shape == (len(STRANGE), len(parsed))


def test_both_formats_answer_strange_rows_as_the_network_in_memory(exported_texts, formats):
    trained, dataset = exported_texts.trained, exported_texts.dataset
    raw = make_strange_rows(dataset.schema)
    for answer in formats.values():
        received = answer(make_tensors(raw, dataset.schema)).numpy()
        np.testing.assert_allclose(received, trained.predict_proba(raw), atol=1e-5)


def test_onnx_answers_strange_rows_as_the_network_in_memory(exported_texts):
    trained, dataset = exported_texts.trained, exported_texts.dataset
    raw = make_strange_rows(dataset.schema)
    session = onnxruntime.InferenceSession(exported_texts.folder / "model.onnx")
    rows = join_columns(raw, make_input_names(dataset.schema))
    classes, probabilities = session.run(["class", "probabilities"], rows)
    expected = trained.predict_proba(raw)
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)
    assert list(classes) == [dataset.classes[place] for place in expected.argmax(axis=1)]


def test_one_row_and_none_are_answered_by_as_many_probabilities(exported_texts, formats):
    trained, dataset = exported_texts.trained, exported_texts.dataset
    for rows in (0, 1):
        raw = {name: values[:rows] for name, values in dataset.raw.items()}
        expected = trained.predict_proba(raw)
        assert expected.shape == (rows, 3)
        for answer in formats.values():
            received = answer(make_tensors(raw, dataset.schema)).numpy()
            np.testing.assert_allclose(received, expected, atol=1e-5)


def test_a_file_without_rows_is_refused(exported_texts, tmp_path):
    (tmp_path / "rows.csv").write_text(";".join(COLUMNS) + "\n")
    with pytest.raises(DataError, match=r"it has a header and no rows; add some$"):
        ExportedModel.open(exported_texts.folder).read(str(tmp_path / "rows.csv"))


def test_a_column_that_is_missing_is_named_by_both_formats(exported_texts, formats):
    inputs = make_tensors(exported_texts.dataset.raw, exported_texts.dataset.schema)
    del inputs["us_day"]
    for answer in formats.values():
        with pytest.raises(Exception, match="us_day"):
            answer(inputs)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("price", tf.constant([1.5]), "a string tensor but is a float tensor"),
        ("plain", tf.constant(["1.5"]), "a float tensor but is a string tensor"),
    ],
)
def test_a_value_of_another_type_is_refused(exported_texts, formats, name, values, expected):
    one = {column: cells[:1] for column, cells in exported_texts.dataset.raw.items()}
    inputs = make_tensors(one, exported_texts.dataset.schema) | {name: values}
    with pytest.raises(tf.errors.InvalidArgumentError, match=expected):
        formats["saved_model"](inputs)


@pytest.mark.parametrize(
    ("column", "stored", "text"),
    [
        ("price", 1234.5, "1.234,5"),
        ("price", np.float32(0.1), "0,1"),
        ("price", -1e6, "-1000000"),
        ("price", Decimal("310.770"), "310,77"),
        ("city", Decimal("2.0"), "2"),
        ("price", 7, "7"),
        ("price", None, ""),
        ("day", datetime.date(2024, 1, 31), "31/1/2024"),
        ("moment", pd.Timestamp("2024-01-31 10:15:30"), "2024-01-31T10:15:30Z"),
        ("moment", pd.NaT, ""),
        ("clock", datetime.time(10, 15), "10:15"),
        ("city", "  c00  ", "c00"),
        ("city", " c01", "c01"),
        ("city", "r1", "a new one"),
        ("answer", " YES ", "Yes"),
    ],
)
def test_mlflow_takes_stored_values_for_their_texts(exported_texts, served, column, stored, text):
    trained, dataset = exported_texts.trained, exported_texts.dataset
    row = {name: values[[1]] for name, values in dataset.raw.items()}
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in row.items()})
    frame[column] = pd.Series([stored], dtype=object)
    answer = served.predict(frame).drop(columns="class").to_numpy()
    expected = trained.predict_proba({**row, column: np.array([text], object)})
    np.testing.assert_allclose(answer, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("price", "lots", "a number like 1.234,5"),
        ("price", float("inf"), "a number like 1.234,5"),
        ("day", "2022-13-45", "a date like 31/12/2024"),
        ("clock", "24:00", "a date like 23:59"),
    ],
)
def test_a_text_that_is_not_read_is_refused_or_missing(
    exported_texts, served, column, cell, expected
):
    """As `predict` refuses it; a gap is no such text."""
    raw = exported_texts.dataset.raw
    frame = pd.DataFrame({name: pd.Series(v[:3], dtype=object) for name, v in raw.items()})
    frame[column] = pd.Series(["", "NA", cell], dtype=object)
    with pytest.raises(MlflowException) as error:
        served.predict(frame)
    assert error.value.message == (
        f"column {column}: {cell!r} in row 2 (counted from 0) is not {expected}; fix the cell, or "
        'give params={"on_error": "missing"} to take it as missing'
    )
    told = f"^column {column}: {cell!r} in row 2 .*, which is not {expected}, counts as missing$"
    with pytest.warns(UserWarning, match=told):
        answer = served.predict(frame, params={"on_error": "missing"})
    frame[column] = None
    assert answer.equals(served.predict(frame))


def test_the_card_tells_of_notations_and_pooled_levels(exported_texts):
    card = (exported_texts.folder / "README.md").read_text(encoding="utf-8")
    assert "| `price` | numeric like 1.234,5 |  | yes |" in card
    assert "and 8 more; all others pooled | yes |" in card


def test_a_schema_in_a_model_of_an_earlier_version_is_read():
    column = {"name": "a", "kind": "categorical", "levels": ["u"], "missing": True, "reason": ""}
    schema = Schema.from_dict(
        {"columns": [column], "target": "y", "classes": ["p", "q"], "array_shape": None}
    )
    assert schema.feature_names == ("a=u", "a is missing")
    assert json.loads(json.dumps(schema.to_dict()))["columns"] == [column]


TEXTS = ("?", "-999.0", "1/1/1900", "-1,00", "unknown")
GAPPED = """plain;price;day;city;answer;kind
1;1.234,5;3/1/2024;rome;yes;p
-999;-1,00;1/1/1900;unknown;?;q
?;12,25;14/2/2024;oslo;no;p
2;-1,0;1/12/2023;unknown;yes;q
-999.00;unknown;13/3/2024;rome;no;p
"""


@pytest.fixture(scope="module")
def gapped(tmp_path_factory):
    """A table with texts that mean missing, and its preprocessing, saved and loaded.

    Prices and days are scaled by quartiles.
    """
    folder = tmp_path_factory.mktemp("gapped")
    (folder / "gapped.csv").write_text(GAPPED)
    dataset = load_dataset(str(folder / "gapped.csv"), missing=TEXTS)
    features = keras.Sequential([keras.Input((dataset.x.shape[1],)), keras.layers.Identity()])
    tails = {"price", "day"}
    columns = tuple(replace(c, tails=c.name in tails) for c in dataset.schema.columns)
    dataset = replace(dataset, schema=replace(dataset.schema, columns=columns))
    scaler = fit_scaler(dataset.x, np.arange(len(dataset.y)), dataset.schema.scalings)
    add_preprocessing(features, dataset.schema, scaler).save(folder / "front.keras")
    front = keras.saving.load_model(folder / "front.keras", safe_mode=True)
    return dataset, scaler.apply(dataset.x), front


def test_texts_that_mean_missing_are_missing_to_an_exported_model(gapped):
    dataset, encoded, front = gapped
    assert sorted((c.kind, c.missing) for c in dataset.schema.used) == [
        ("boolean", True), ("categorical", True), ("date", True), *[("numeric", True)] * 2,
    ]  # fmt: skip
    frame = pd.read_csv(io.StringIO(GAPPED), sep=";", dtype=str, keep_default_na=False)
    raw = {c.name: frame[c.name].to_numpy(object) for c in dataset.schema.used}
    raw["plain"] = np.array([1, -999, np.nan, 2, -999], np.float32)
    answer = front(make_tensors(raw, dataset.schema)).numpy()
    np.testing.assert_allclose(answer, encoded, rtol=1e-5, atol=1e-5)


def test_texts_that_mean_missing_are_missing_to_a_served_model(gapped):
    dataset, encoded, front = gapped
    model = SoftmaxClassifier()
    model.use_network(front, dataset.schema.to_dict(), make_input_names(dataset.schema))
    frame = pd.read_csv(io.StringIO(GAPPED), sep=";", dtype=str, keep_default_na=False)
    answer = model.predict_proba({name: list(frame[name]) for name in frame})
    np.testing.assert_allclose(answer, encoded, rtol=1e-5, atol=1e-5)
    spaced = {name: [f" {cell} " for cell in frame[name]] for name in ("plain", "city", "answer")}
    blanks = model.predict_proba({**{name: list(frame[name]) for name in frame}, **spaced})
    np.testing.assert_allclose(blanks, encoded, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("zone", [None, "Asia/Tokyo", "UTC"])
def test_a_moment_that_means_missing_is_missing_to_all_that_read_it(tmp_path, zone):
    days = pd.Series(pd.date_range("2024-01-01", periods=8, freq="13h")).dt.tz_localize(zone)
    days[::3] = pd.Timestamp("1900-01-01", tz=zone)
    frame = pd.DataFrame({"day": days, "size": np.arange(8.0), "y": [*"pqpqpqpq"]})
    frame.to_parquet(tmp_path / "t.parquet")
    dataset = load_dataset(str(tmp_path / "t.parquet"), missing=["1900-01-01"])
    gaps = (np.arange(8) % 3 == 0).tolist()
    assert dataset.x[:, dataset.schema.feature_names.index("day is missing")].tolist() == gaps

    frame.to_csv(tmp_path / "t.csv", index=False)
    for name in ("t.csv", "t.parquet"):
        raw = read_raw(str(tmp_path / name), dataset.schema)
        assert (raw["day"] == "").tolist() == gaps
    reader = CellReader(dataset.schema.to_dict())
    stored = (days, days.dt.to_pydatetime(), days.map(str), days.map(lambda day: day.isoformat()))
    for cells in stored:
        texts = reader.read_texts("day", list(cells), CellNotes())
        assert [not text for text in texts] == gaps


def test_a_study_of_earlier_rules_keeps_the_moments_that_it_learned(tmp_path):
    days = pd.to_datetime(["1900-01-01 00:00", "2024-01-01 12:30"] * 4)
    pd.DataFrame({"day": days, "y": [*"ppqqppqq"]}).to_parquet(tmp_path / "t.parquet")
    source = str(tmp_path / "t.parquet")
    dataset = load_dataset(source, missing=["1900-01-01"], reading=2)
    assert dataset.schema.missing_texts == ("1900-01-01",)
    assert "" not in dataset.raw["day"]
    assert "" not in read_raw(source, dataset.schema)["day"]
