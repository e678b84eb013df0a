"""Loading as a whole: the target, the options, the fingerprint, and rows to predict on."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tests.data.conftest import read_raw
from tuner.data import load_dataset

PLAIN = "a,b,y\n1,u,p\n2,v,q\n3,u,p\n4,v,q\n"


def labelled(labels) -> str:
    return "a,y\n" + "".join(f"{i},{label}\n" for i, label in enumerate(labels))


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["10", "9", "-1", "10", "9", "-1"], ("-1", "9", "10")),
        (["b", "10", "9", "b", "10", "9"], ("10", "9", "b")),
        (["p ", " p", "q", "q"], ("p", "q")),
        (["1.0", "0.0", "1.0", "0.0"], ("0.0", "1.0")),
    ],
)
def test_classes_are_texts_and_numbers_are_in_their_order(write, labels, classes) -> None:
    data = load_dataset(write(labelled(labels)))
    assert data.classes == classes
    assert [classes[i] for i in data.y] == [label.strip() for label in labels]
    assert data.y.dtype == np.int64


@pytest.mark.parametrize(
    ("labels", "warning"),
    [
        (["0", "1", "", "0", "1"], "1 row has no target and is left out"),
        (["0", "1", "NA", "0", " ", "1"], "2 rows have no target and are left out"),
    ],
)
def test_rows_without_a_target_are_left_out(write, labels, warning) -> None:
    data = load_dataset(write(labelled(labels)))
    assert data.warnings == (warning,)
    assert data.classes == ("0", "1")
    kept = [i for i, label in enumerate(labels) if label in ("0", "1")]
    assert data.raw["a"].tolist() == kept
    assert data.x[:, 0].tolist() == kept
    assert data.y.tolist() == [0, 1, 0, 1]


def test_array_rows_without_a_target_are_left_out() -> None:
    np.savez("t.npz", x=np.arange(5)[:, None], y=["a", "b", "", "a", "b"])
    data = load_dataset("t.npz")
    assert data.raw["x"].ravel().tolist() == [0, 1, 3, 4]
    assert data.warnings == ("1 row has no target and is left out",)


def test_any_column_can_be_the_target(write) -> None:
    data = load_dataset(write(PLAIN), target="b")
    assert data.schema.target == "b"
    assert data.schema.feature_names == ("a", "y=p", "y=q")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            ["p"] * 4,
            "every row has the class p; choose another column with --target, or add rows "
            "of other classes",
        ),
        (["", ""], "every label is missing; choose another column with --target"),
        (
            ["1.5", "2.5", "3.5"],
            "3 different labels in 3 rows look like a measurement or an identifier, not like "
            "classes; choose another column with --target",
        ),
    ],
)
def test_refused_targets(write, refusal, labels, message) -> None:
    source = write(labelled(labels))
    assert refusal(load_dataset, source) == f"data file t.csv, target y: {message}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "Y"}, "--target: there is no column Y; known are a, b, y"),
        ({"categorical": ["c"]}, "--categorical: there is no column c; known are a, b, y"),
        ({"ignore": ["aa"]}, "--ignore: there is no column aa; did you mean a? Known are a, b, y"),
        (
            {"ignore": ["y"]},
            "--ignore: y is the target; remove it from --ignore, or choose another --target",
        ),
        (
            {"target": "b", "categorical": ["b"]},
            "--categorical: b is the target; remove it from --categorical, or choose "
            "another --target",
        ),
        (
            {"categorical": ["a"], "ignore": ["b", "a"]},
            "--ignore: a is also in --categorical; remove it from one of them",
        ),
    ],
)
def test_refused_options(write, refusal, options, message) -> None:
    assert refusal(load_dataset, write(PLAIN), **options) == f"data file t.csv, {message}"


def test_an_unknown_column_of_many_lists_twenty_with_the_nearest_first(write, refusal) -> None:
    names = [f"c{i}" for i in range(30)] + ["weight"]
    source = write(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    assert refusal(load_dataset, source, target="wieght") == (
        "data file t.csv, --target: there is no column wieght; did you mean weight? Known are "
        "weight, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, "
        "c18 and 11 more"
    )


def test_no_column_left_is_refused(write, refusal) -> None:
    message = (
        "data file t.csv: no column is left to learn from besides the target y; every "
        "column is ignored, constant, without values, an identifier, free text or has only "
        "rare levels"
    )
    assert refusal(load_dataset, write(PLAIN), ignore=["a", "b"]) == message
    assert refusal(load_dataset, write("a y\n1 p\n2 q\n3 p\n4 q\n")) == (
        "data file t.csv: it has only the column a y, and nothing to predict it from; "
        "separate cells by a comma, semicolon, tab or bar"
    )


def test_bundled_and_array_data_have_their_target(refusal) -> None:
    np.savez("t.npz", x=np.arange(4)[:, None], y=[0, 1, 0, 1])
    assert load_dataset("iris", target="target").schema.target == "target"
    assert load_dataset("t.npz", target="y").schema.target == "y"
    assert refusal(load_dataset, "iris", target="y") == (
        "data set iris: its target is target, not y; leave out --target"
    )
    assert refusal(load_dataset, "t.npz", target="x") == (
        "data file t.npz: its target is y, not x; leave out --target"
    )
    assert refusal(load_dataset, "t.npz", ignore=["x"]) == (
        "data file t.npz: an array has no columns; leave out --ignore"
    )


def test_the_fingerprint_is_the_same_in_every_process(write) -> None:
    source = write(PLAIN)
    code = f"from tuner.data import load_dataset; print(load_dataset({source!r}).fingerprint)"
    found = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    assert found == [load_dataset(source).fingerprint] * 2
    assert len(found[0]) == 64


@pytest.mark.parametrize("change", [("1,u", "9,u"), ("3,u,p", "3,u,q"), ("b,y", "c,y")])
def test_the_fingerprint_changes_with_the_data(write, change) -> None:
    before = load_dataset(write(PLAIN)).fingerprint
    assert load_dataset(write(PLAIN.replace(*change))).fingerprint != before


def test_rows_to_predict_on_need_no_target_and_may_have_more_columns(write) -> None:
    schema = load_dataset(write("a,b,c,y\n1,u,5,p\n?,v,5,q\n3,u,5,p\n4,,5,q\n")).schema
    raw = read_raw(write("more,b,a\nx,v,NA\ny,new, 2 \nz, ,3\n", "new.csv"), schema)
    assert list(raw) == ["a", "b"]
    np.testing.assert_array_equal(raw["a"], np.array([np.nan, 2, 3], np.float32))
    assert raw["b"].tolist() == ["v", "new", ""]
    assert (raw["a"].dtype, raw["b"].dtype) == (np.float32, object)


def test_truth_values_are_spelled_as_the_schema_knows_them(write) -> None:
    schema = load_dataset(write("a,b,y\nTrue,1,p\nFalse,2,q\nTrue,3,p\nFalse,4,q\n")).schema
    table = pd.DataFrame({"a": [True, False], "b": [5, 6]})
    table.to_parquet("new.parquet")
    assert read_raw("new.parquet", schema)["a"].tolist() == ["True", "False"]
    raw = read_raw(write("b,a\n1,TRUE\n2,\n3,perhaps\n", "new.csv"), schema)
    assert raw["a"].tolist() == ["True", "", "perhaps"]


def test_one_column_may_have_blank_lines(write) -> None:
    schema = load_dataset(write("a,y\n1,p\n2,q\n3,p\n4,q\n")).schema
    raw = read_raw(write("a\n1\n\n3\n", "new.csv"), schema)
    np.testing.assert_array_equal(raw["a"], np.array([1, np.nan, 3], np.float32))


def test_reading_again_gives_the_same_rows(write) -> None:
    for source in ("wine", write(PLAIN)):
        data = load_dataset(source)
        np.testing.assert_array_equal(data.schema.encode(read_raw(source, data.schema)), data.x)


def test_refused_rows_to_predict_on(write, refusal) -> None:
    table = load_dataset(write(PLAIN)).schema
    np.savez("t.npz", x=np.zeros((4, 2, 2)), y=[0, 1, 0, 1])
    array = load_dataset("t.npz").schema
    assert refusal(read_raw, write("c\n1\n", "new.csv"), table) == (
        "data file new.csv: it lacks the columns a, b, which the model reads; its columns are c"
    )
    assert refusal(read_raw, write("a,b\n1,u\nx,v\n", "new.csv"), table) == (
        "data file new.csv, column a: 'x' in line 3 is not a number; fix the cell"
    )
    dates = pd.DataFrame({"a": pd.to_datetime(["2020-01-01"]).as_unit("us"), "b": ["u"]})
    dates.to_parquet("new.parquet")
    assert refusal(read_raw, "new.parquet", table) == (
        "data file new.parquet, column a: '2020-01-01 00:00:00.000000' in row 1 is not a "
        "number; fix the cell"
    )
    assert refusal(read_raw, "new.csv", array) == (
        "data file new.csv: it is a table, but the model reads arrays of shape (2, 2); "
        "give an .npz file or a folder of images"
    )
    assert refusal(read_raw, "t.npz", table) == (
        "data file t.npz: it is an array, but the model reads the columns of a table; give a table"
    )
    np.savez("new.npz", x=np.zeros((1, 3)))
    assert refusal(read_raw, "new.npz", array) == (
        "data file new.npz: a row of x has shape (3,), but the model reads (2, 2); reshape x"
    )
    np.savez("new.npz", x=np.ones((1, 2, 2)))
    assert read_raw("new.npz", array)["x"].tolist() == np.ones((1, 2, 2)).tolist()


def test_reading_data_imports_neither_keras_nor_mlflow() -> None:
    code = (
        "import sys, tuner.data, tuner.folds\n"
        "print(*{'keras', 'tensorflow', 'mlflow', 'sklearn', 'pandas'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "\n"


@pytest.mark.parametrize(
    ("labels", "doubt"),
    [
        (
            ["1", "0", "1.0", "0.0"],
            "0 and 0.0, 1 and 1.0 are different classes; write labels alike that mean the same",
        ),
        (
            ["yes", "No", "Yes", "No"],
            "Yes and yes are different classes; write labels alike that mean the same",
        ),
        (
            ["yes", "no", "N/A", "no"],
            "N/A is a class; leave cells empty that have no label",
        ),
    ],
)
def test_labels_that_may_be_meant_otherwise_are_told(write, labels, doubt) -> None:
    rows = "".join(f"{row},{label}\n" for row, label in enumerate(labels * 3))
    data = load_dataset(write(f"a,y\n{rows}"))
    assert len(data.classes) == len(set(labels))
    assert data.warnings == (doubt,)
