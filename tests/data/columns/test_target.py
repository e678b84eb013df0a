"""Labels become classes."""

import numpy as np
import pytest

from tests.helpers.tables import catch_refusal, write_file
from tuner.data import load_dataset


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
def test_classes_are_texts_and_sorted_as_numbers_if_they_are(labels, classes) -> None:
    data = load_dataset(write_file(labelled(labels)))
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
def test_rows_without_a_target_are_left_out(labels, warning) -> None:
    data = load_dataset(write_file(labelled(labels)))
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
            "classes; choose another column with --target, or gather more rows of each class",
        ),
    ],
)
def test_unsuitable_targets_are_refused(labels, message) -> None:
    source = write_file(labelled(labels))
    assert catch_refusal(load_dataset, source) == f"data file t.csv, target y: {message}"


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
            "N/A is a class; leave cells empty that have no label, or give --missing N/A",
        ),
    ],
)
def test_similar_labels_and_placeholders_give_a_warning(labels, doubt) -> None:
    rows = "".join(f"{row},{label}\n" for row, label in enumerate(labels * 3))
    data = load_dataset(write_file(f"a,y\n{rows}"))
    assert len(data.classes) == len(set(labels))
    assert data.warnings == (doubt,)
