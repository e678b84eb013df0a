"""Rows that a Python program gives: kept once in a file, and read from it as they were."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.helpers.given_rows import keep_and_load, load_kept
from tests.helpers.tables import catch_refusal
from tuner.data import convert_raw, find_kept, keep_rows, read_label_type

ROWS = 24
ROOT = Path("mlruns")


@pytest.fixture
def frame() -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "size": random.normal(size=ROWS),
            "colour": random.choice(["red", "green"], ROWS),
            "kind": random.choice(["p", "q", "r"], ROWS),
        }
    )


LABELS = {
    "texts": (["b", "a"] * 12, ("a", "b")),
    "numbers": ([10, 9] * 12, ("9", "10")),
    "whole floats": ([1.0, 0.0] * 12, ("0", "1")),
    "truth values": ([True, False] * 12, ("false", "true")),
    "nullable": (pd.array([1, 0] * 12, "Int64"), ("0", "1")),
    "a series": (pd.Series(["b", "a"] * 12, index=range(100, 124), name="label"), ("a", "b")),
    "an array": (np.array(["b", "a"] * 12), ("a", "b")),
    "a column": (np.array([[1], [0]] * 12), ("0", "1")),
    "a frame": (pd.DataFrame({"label": ["b", "a"] * 12}), ("a", "b")),
    "arrow": (pa.array(["b", "a"] * 12), ("a", "b")),
    "categories": (pd.Categorical(["b", "a"] * 12, categories=["b", "c", "a"]), ("a", "b")),
    "ordered categories": (
        pd.Categorical(["low", "high"] * 12, categories=["low", "mid", "high"], ordered=True),
        ("low", "high"),
    ),
    "numbers as categories": (pd.Categorical([10, 9] * 12, categories=[11, 10, 9]), ("9", "10")),
}


@pytest.mark.parametrize("shape", ["table", "array"])
@pytest.mark.parametrize(("labels", "classes"), LABELS.values(), ids=LABELS)
def test_labels_of_every_type_are_kept(frame, shape, labels, classes) -> None:
    rows = frame if shape == "table" else frame[["size", "size"]].to_numpy()
    dataset = keep_and_load(rows, labels)
    assert dataset.classes == classes
    values = labels["label"] if isinstance(labels, pd.DataFrame) else labels
    first = str(np.ravel(values)[0]).lower().removesuffix(".0")
    assert dataset.y.tolist() == [classes.index(first), 1 - classes.index(first)] * 12


@pytest.mark.parametrize("shape", ["table", "array"])
@pytest.mark.parametrize(
    "labels", [["a", None, "b"] * 8, [1.0, np.nan, 0.0] * 8, pd.array([True, pd.NA, False] * 8)]
)
def test_rows_without_a_label_are_left_out(frame, shape, labels) -> None:
    dataset = keep_and_load(frame if shape == "table" else frame[["size"]].to_numpy(), labels)
    assert len(dataset.y) == 16
    assert dataset.warnings[0] == "8 rows have no target and are left out"


def test_the_target_is_a_column_by_its_name_or_the_last_one(frame) -> None:
    named = keep_and_load(frame, "colour")
    assert (named.schema.target, named.classes) == ("colour", ("green", "red"))
    assert keep_and_load(frame).schema.target == "kind"


def test_a_label_that_stayed_in_the_frame_is_not_learned_from(frame) -> None:
    codes = frame["kind"].map({"p": 0, "q": 1, "r": 2})
    for labels in (frame["kind"], frame["kind"].astype("category"), codes):
        dataset = keep_and_load(frame, labels)
        assert [column.name for column in dataset.schema.columns] == ["size", "colour"]
        assert dataset.schema.target == "kind"


def test_a_column_of_the_name_of_the_labels_stays(frame) -> None:
    places = frame.rename(columns={"size": "y"})
    dataset = keep_and_load(places, [0, 1] * 12)
    assert dataset.schema.target == "y_y"
    assert dataset.schema.columns[0].name == "y"
    named = keep_and_load(frame, pd.Series([0, 1] * 12, name="colour"))
    assert named.schema.target == "colour_y"


def test_groups_and_order_are_columns_or_arrays_of_their_own(frame) -> None:
    visits = frame.assign(patient=np.arange(ROWS) // 3, day=np.arange(ROWS)[::-1])
    by_name = keep_and_load(visits, "kind", groups="patient", order="day")
    given = {"groups": visits["patient"].tolist(), "order": visits["day"].to_numpy()}
    own = keep_and_load(frame, "kind", **given)
    array = keep_and_load(frame[["size"]].to_numpy(), frame["kind"], **given)
    moments = pd.date_range("2024-05-01", periods=ROWS)[::-1]
    for dataset in (by_name, own, array, keep_and_load(visits, "kind", **given)):
        assert dataset.groups.tolist() == (np.arange(ROWS) // 3).tolist()
        assert dataset.order.tolist() == list(range(ROWS))[::-1]
    for rows in (frame, frame[["size"]].to_numpy()):
        for order in (moments, moments.tz_localize("UTC"), moments.strftime("%Y-%m-%d")):
            dataset = keep_and_load(rows, frame["kind"], order=order)
            assert dataset.order.tolist() == list(range(ROWS))[::-1]


def test_the_same_rows_are_kept_once(frame) -> None:
    paths = {Path(keep_rows(frame.copy(), "kind", root=ROOT).source) for _ in range(2)}
    assert paths == set((ROOT / "data").iterdir())
    (path,) = paths
    written = path.stat().st_mtime_ns
    keep_rows(frame.set_index(np.arange(ROWS)[::-1]), "kind", root=ROOT)  # an index is not data
    assert [file.stat().st_mtime_ns for file in (ROOT / "data").iterdir()] == [written]


def test_a_damaged_file_is_written_again(frame) -> None:
    path = Path(keep_rows(frame, "kind", root=ROOT).source)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    keep_rows(frame, "kind", root=ROOT)
    assert path.read_bytes() == whole


def test_kept_rows_are_found_when_their_root_has_moved(frame) -> None:
    kept = keep_rows(frame, "kind", root=ROOT)
    ROOT.rename("elsewhere")
    assert find_kept(kept.source, Path("elsewhere")) == kept.source.replace("mlruns", "elsewhere")
    assert find_kept("digits", Path("elsewhere")) == "digits"


@pytest.mark.parametrize("kind", ["float64", "float32", "uint8", "int64", "bool"])
@pytest.mark.parametrize("shape", [(ROWS, 5), (ROWS, 4, 4), (ROWS, 4, 4, 3)])
def test_arrays_of_numbers_are_kept(kind, shape) -> None:
    x = np.random.default_rng(0).integers(0, 2, shape).astype(kind)
    dataset = keep_and_load(x, [0, 1] * 12)
    assert dataset.schema.array_shape == shape[1:]
    assert np.array_equal(dataset.x, x.reshape(ROWS, -1))
    assert np.array_equal(dataset.schema.encode(convert_raw(x, dataset.schema)), dataset.x)


def test_a_matrix_with_missing_numbers_or_texts_is_a_table(frame) -> None:
    x = frame[["size", "size"]].to_numpy().copy()
    x[3, 1] = np.nan
    dataset = keep_and_load(x, [0, 1] * 12)
    assert dataset.schema.feature_names == ("x0", "x1", "x1 is missing")
    whole = convert_raw(np.nan_to_num(x), dataset.schema)  # a table again
    assert list(whole) == ["x0", "x1"]
    texts = keep_and_load(frame.to_numpy(), [0, 1] * 12)
    assert [column.kind for column in texts.schema.columns] == [
        "numeric",
        "categorical",
        "categorical",
    ]


@pytest.mark.parametrize("kind", ["float64", "int64"])
def test_a_matrix_that_float32_does_not_hold_is_a_table(kind) -> None:
    x = np.stack([np.arange(ROWS), 1_700_000_000 + np.arange(ROWS)], axis=1).astype(kind)
    dataset = keep_and_load(x, [0, 1] * 12)
    assert len(np.unique(dataset.x[:, 1])) == ROWS
    assert np.array_equal(dataset.schema.encode(convert_raw(x, dataset.schema)), dataset.x)
    (warning,) = keep_and_load(x[:, :, None], [0, 1] * 12).warnings  # which cannot be a table
    assert "float32 does not hold the numbers of 1 of its 2 columns" in warning


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros(4), [0, 1] * 2, "array: x has shape (4,); give (rows, …) with at least"),
        (np.zeros((4, 2), complex), [0, 1] * 2, "array: x holds complex128; give numbers"),
        (np.zeros((4, 2)), None, "array: an array has no columns; give the labels as y, one"),
        (np.zeros((4, 2)), [0, 1], "array, y: it has 2 values, but x has 4 rows; give one for"),
        (np.zeros((4, 2)), np.eye(4), "array, y: it has the shape (4, 4); give one value for"),
        (np.full((4, 2), 1e300), [0, 1] * 2, "array: x[0] holds a number that is not finite"),
        (np.zeros((4, 2)), pd.DataFrame(np.eye(2)), "array, y: it has the shape (2, 2); give one"),
        (np.zeros((4, 2)), [[0], [0, 1], [1], [1]], "array, y: it holds lists; give one value for"),
        (np.zeros((4, 2)), {0, 1}, "array, y: it is a set; give a list with one value for each"),
        (np.zeros((2, 2)), iter([0, 1]), "array, y: it is a list_iterator; give a list with one"),
        (np.zeros((2, 2)), {0: 1, 1: 0}.values(), "array, y: it is a dict_values; give a list"),
        (np.zeros((2, 2)), ["\ud800", "q"], "array, y: a text is no Unicode (UnicodeEncodeError:"),
        (zip([1, 2], [3, 4], strict=True), [0, 1], "array: x is a zip; give a list of its rows"),
        ([[1], [2, 3]], [0, 1], "array: x is no array (setting an array element with"),
        (pd.DataFrame(), [], "data frame: it has no columns; add some"),
        (pd.DataFrame({"a": []}), [], "data frame: it has no rows; add some"),
        (pd.DataFrame({"a": [1], 1: [2], "1": [3]}), [0], "data frame: it has more than one"),
    ],
)
def test_rows_that_cannot_be_kept_are_refused(x, y, message) -> None:
    assert catch_refusal(keep_rows, x, y, root=ROOT).startswith(message)


@pytest.mark.parametrize(
    "labels",
    [list(pa.array(["p", "q"] * 12)), np.array(["p", "q"] * 12, "S1"), [b"p", b"q"] * 12],
    ids=["scalars of pyarrow", "bytes of NumPy", "bytes"],
)
def test_labels_of_other_libraries_are_their_texts(frame, labels) -> None:
    for rows in (frame, np.arange(48.0).reshape(24, 2)):
        assert keep_and_load(rows, labels).classes == ("p", "q")


def test_labels_in_another_order_are_refused(frame) -> None:
    labels = frame["kind"].sort_values()
    message = "data frame, y: it has the rows of x in another order, as its index says; give"
    assert catch_refusal(keep_rows, frame, labels, root=ROOT).startswith(message)
    assert keep_rows(frame, labels.to_numpy(), root=ROOT).target == "y"


def test_groups_and_order_in_another_order_are_refused(frame) -> None:
    shuffled, visits = frame.sample(frac=1, random_state=0), pd.Series(np.arange(ROWS) // 3)
    labels = frame["kind"].loc[shuffled.index]
    for role in ("groups", "order"):
        fault = catch_refusal(keep_rows, shuffled, labels, root=ROOT, **{role: visits})
        assert fault == (
            f"data frame, {role}: it has the rows of x in another order, as its index says; give "
            f"{role}.loc[x.index], or {role}.to_numpy() if the order is right"
        )


def test_the_index_is_no_column_to_name(frame) -> None:
    indexed = frame.set_index("colour")
    assert catch_refusal(keep_rows, indexed, "kind", groups="colour", root=ROOT) == (
        "data frame, groups: colour is the index, which is no column; give x.reset_index()"
    )


def test_columns_of_several_levels_are_named_by_all_of_them(frame) -> None:
    levels = frame.set_axis(pd.MultiIndex.from_product([["p"], frame.columns]), axis="columns")
    kept = keep_rows(levels, ("p", "kind"), groups=("p", "colour"), root=ROOT)
    assert (kept.target, kept.groups) == ("p_kind", "p_colour")
    assert keep_and_load(frame, tuple(["a", "b"] * 12)).classes == ("a", "b")


@pytest.mark.parametrize("shape", ["table", "array"])
@pytest.mark.parametrize("labels", [np.arange(ROWS) % 2, np.array(["u", "v"] * 12)], ids=["i", "U"])
def test_masked_labels_are_missing(frame, shape, labels) -> None:
    rows = frame if shape == "table" else frame[["size"]].to_numpy()
    dataset = keep_and_load(rows, np.ma.array(labels, mask=np.arange(ROWS) < 4))
    assert dataset.warnings[0] == "4 rows have no target and are left out"
    assert dataset.classes == tuple(map(str, np.unique(labels)))
    groups = np.ma.array(np.arange(ROWS) // 3, mask=np.arange(ROWS) < 4)
    kept = keep_rows(frame, labels, groups=groups, root=ROOT)
    assert "column groups has no value in row 0" in catch_refusal(load_kept, kept)


def test_bytes_in_the_order_of_another_machine_are_numbers(frame) -> None:
    labels, visits = np.array([1, 0] * 12, ">i4"), np.arange(ROWS).astype(">i8") // 3
    sizes = frame[["size"]].to_numpy().astype(">f8")
    for rows in (sizes, frame.assign(size=sizes[:, 0])):
        kept = keep_rows(rows, labels, groups=visits, root=ROOT)
        dataset = load_kept(kept)
        assert dataset.classes == ("0", "1")
        np.testing.assert_allclose(dataset.x[:, 0], sizes[:, 0], rtol=1e-6)
        assert dataset.groups.tolist() == visits.tolist()


def test_faults_are_told_in_the_words_of_the_frame(frame) -> None:
    frame.loc[3, "size"] = 1e300
    kept = keep_rows(frame, "kind", root=ROOT)
    assert catch_refusal(load_kept, kept).startswith(
        "data frame, column size: 1e+300 in row 3 (counted from 0) is not a finite number"
    )


def test_a_root_that_cannot_be_written_is_named(frame) -> None:
    ROOT.write_text("a file")
    assert catch_refusal(keep_rows, frame, "kind", root=ROOT) == (
        "folder mlruns/data cannot be written (Not a directory); fix that, or give another root"
    )


@pytest.mark.parametrize("is_frame", [True, False], ids=["frame", "array"])
@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["1", "0"] * 12, str),
        ([1, 0] * 12, int),
        (np.array([1, 0] * 12, np.uint8), int),
        (pd.Categorical(["1", "0"] * 12), None),
    ],
    ids=["texts", "numbers", "small numbers", "categories"],
)
def test_the_type_of_labels_is_kept(frame, labels, kind, is_frame, tmp_path):
    rows = frame if is_frame else frame[["size"]].to_numpy()
    kept = keep_rows(rows, labels, root=tmp_path)
    assert read_label_type(kept.source, kept.target) is kind


@pytest.mark.parametrize("is_frame", [True, False], ids=["frame", "array"])
@pytest.mark.parametrize("other", [0.0, 0.5, np.nan], ids=["whole", "half", "missing"])
def test_fractions_are_numbers(frame, is_frame, other, tmp_path):
    rows = frame if is_frame else frame[["size"]].to_numpy()
    kept = keep_rows(rows, np.array([1.0, other, 2.0] * 8), root=tmp_path)
    assert read_label_type(kept.source, kept.target) is float


def test_rows_of_anothers_file_say_nothing_of_its_labels(tmp_path):
    path = tmp_path / "own.npz"
    np.savez(path, x=np.zeros((2, 1)), y=np.array(["1", "0"]), label_type=np.array(["a", "b"]))
    assert read_label_type(str(path), "y") is str


@pytest.mark.parametrize("is_frame", [True, False], ids=["frame", "array"])
@pytest.mark.parametrize("last", [False, None], ids=["whole", "missing"])
def test_truth_values_are_known_as_such(frame, is_frame, last, tmp_path):
    rows = frame if is_frame else frame[["size"]].to_numpy()
    labels = pd.Series([*[True, False] * 11, True, last], dtype="boolean")
    kept = keep_rows(rows, labels, root=tmp_path)
    assert read_label_type(kept.source, kept.target) is bool
    assert read_label_type(kept.source, "other") is None
    assert read_label_type("digits", "y") is None
