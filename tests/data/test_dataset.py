"""Loading a data set: the target, the options and the fingerprint."""

import os
import subprocess
import sys

import numpy as np
import pytest

from tests.helpers.tables import catch_refusal, read_raw, write_file
from tuner.data import load_dataset

PLAIN = "a,b,y\n1,u,p\n2,v,q\n3,u,p\n4,v,q\n"


def test_any_column_can_be_the_target() -> None:
    data = load_dataset(write_file(PLAIN), target="b")
    assert data.schema.target == "b"
    assert data.schema.feature_names == ("a", "y=p", "y=q")


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
def test_options_must_name_columns_once(options, message) -> None:
    assert (
        catch_refusal(load_dataset, write_file(PLAIN), **options) == f"data file t.csv, {message}"
    )


def test_a_table_without_usable_columns_is_refused() -> None:
    message = (
        "data file t.csv: no column is left to learn from besides the target y; every "
        "column is ignored, constant, without values, an identifier, free text or has only "
        "rare levels"
    )
    assert catch_refusal(load_dataset, write_file(PLAIN), ignore=["a", "b"]) == message
    assert catch_refusal(load_dataset, write_file("a y\n1 p\n2 q\n3 p\n4 q\n")) == (
        "data file t.csv: it has only the column a y, and nothing to predict it from; "
        "separate cells by a comma, semicolon, tab or bar"
    )
    assert catch_refusal(load_dataset, write_file("y\np\nq\np\nq\n")) == (
        "data file t.csv: it has only the column y, and nothing to predict it from; add columns"
    )


def test_bundled_and_array_data_have_a_fixed_target() -> None:
    np.savez("t.npz", x=np.arange(4)[:, None], y=[0, 1, 0, 1])
    assert load_dataset("iris", target="target").schema.target == "target"
    assert load_dataset("t.npz", target="y").schema.target == "y"
    assert catch_refusal(load_dataset, "iris", target="y") == (
        "data set iris: its target is target, not y; leave out --target"
    )
    assert catch_refusal(load_dataset, "t.npz", target="x") == (
        "data file t.npz: its target is y, not x; leave out --target"
    )
    assert catch_refusal(load_dataset, "t.npz", ignore=["x"]) == (
        "data file t.npz: an array has no columns; leave out --ignore"
    )


def test_another_process_imports_nothing_heavy_and_finds_the_same_fingerprint() -> None:
    source = write_file(PLAIN)
    code = (
        "import sys, tuner.folds\n"
        "from tuner.data import load_dataset\n"
        "print(*{'keras', 'tensorflow', 'mlflow', 'sklearn', 'pandas'} & set(sys.modules))\n"
        f"print(load_dataset({source!r}).fingerprint)"
    )
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    heavy, fingerprint, _ = run.stdout.split("\n")
    assert fingerprint == load_dataset(source).fingerprint
    assert (len(fingerprint), heavy) == (64, "")


@pytest.mark.parametrize("change", [("1,u", "9,u"), ("3,u,p", "3,u,q"), ("b,y", "c,y")])
def test_the_fingerprint_changes_with_the_data(change) -> None:
    before = load_dataset(write_file(PLAIN)).fingerprint
    assert load_dataset(write_file(PLAIN.replace(*change))).fingerprint != before


def test_reading_again_gives_the_same_rows() -> None:
    for source in ("wine", write_file(PLAIN)):
        data = load_dataset(source)
        np.testing.assert_array_equal(data.schema.encode(read_raw(source, data.schema)), data.x)
