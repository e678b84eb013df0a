"""`.npz` files: rows and labels, and the archives that are refused."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.tables import catch_refusal
from tuner.data import load_dataset

X, Y = np.zeros((4, 2)), np.array([0, 1, 0, 1])


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (np.array([10, 9, 10, 9], np.uint8), ("9", "10")),
        (np.array([1.0, 0.0, 1.0, 0.0]), ("0", "1")),
        (np.array(["b", "a", "b", "a"]), ("a", "b")),
        (np.array([True, False, True, False]), ("false", "true")),
        (np.array([10, 9, 10, 9], ">i4"), ("9", "10")),  # in the byte order of another machine
        (np.array([1.0, 0.0, 1.0, 0.0], ">f8"), ("0", "1")),
    ],
)
def test_labels_of_every_type_are_read(labels, classes) -> None:
    x = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
    np.savez("images.npz", x=x, y=labels)
    data = load_dataset("images.npz")
    assert (data.name, data.schema.target, data.schema.array_shape) == ("images", "y", (2, 3))
    assert (data.classes, data.y.tolist()) == (classes, [1, 0, 1, 0])
    assert data.schema.columns == ()
    assert data.schema.feature_names[:4] == ("x[0,0]", "x[0,1]", "x[0,2]", "x[1,0]")
    assert data.schema.scalings.tolist() == [True] * 6
    np.testing.assert_array_equal(data.x, x.reshape(4, 6).astype(np.float32))
    np.testing.assert_array_equal(data.raw["x"], x.astype(np.float32))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": X, "y": Y}, "it has no array x; save x and y (it has images, y)"),
        ({"x": X}, "it has no array y; save x and y"),
        ({"x": X, "y": Y[:3]}, "y has shape (3,), but x has 4 rows; give y the shape (4,)"),
        ({"x": X, "y": X}, "y has shape (4, 2), but x has 4 rows; give y the shape (4,)"),
        ({"x": X, "y": Y / 2}, "y holds numbers that are not whole; give whole numbers or strings"),
        ({"x": X, "y": Y * 1j}, "y holds complex128; give whole numbers or strings"),
        ({"x": X.astype(str), "y": Y}, "x holds <U32; give numbers"),
        (
            {"x": X[:, 0], "y": Y},
            "x has shape (4,); give (rows, …) with at least one row and one number per row",
        ),
        (
            {"x": np.where(np.eye(4, 2) * [[0], [1], [0], [0]], 1e99, X), "y": Y},
            "x[1] holds a number that is not finite in float32; replace or leave out such rows",
        ),
        (
            {"x": X, "y": Y.astype(object)},
            "y holds pickled Python objects, which are not read because they can run code; "
            "save plain arrays of numbers and strings",
        ),
    ],
)
def test_unsuitable_arrays_are_refused(arrays, message) -> None:
    np.savez("t.npz", **arrays)
    assert catch_refusal(load_dataset, "t.npz") == f"data file t.npz: {message}"


def test_numbers_that_float32_does_not_hold_are_told() -> None:
    x = np.random.default_rng(0).random((40, 2, 2))
    np.savez("plain.npz", x=x, y=np.arange(40) % 2)
    assert load_dataset("plain.npz").warnings == ()
    x[:, 1] += 1.7e9
    np.savez("seconds.npz", x=x, y=np.arange(40) % 2)
    assert load_dataset("seconds.npz").warnings == (
        "data file seconds.npz, x: float32 does not hold the numbers of 2 of its 4 columns, such "
        "as [:, 1, 0], so that different ones become equal, 0 or infinite; subtract a constant "
        "from them, or divide them, before; the columns of a table, such as a Parquet file, are "
        "shifted and divided by themselves",
    )


def as_bytes(array: np.ndarray) -> bytes:
    with io.BytesIO() as file:
        np.save(file, array)
        return file.getvalue()


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"x.npy": as_bytes(X)[:-8], "y.npy": as_bytes(Y)},
            "x is damaged or cut short; write the file again",
        ),
        (
            {"x.npy": as_bytes(X), "y.npy": as_bytes(Y)[:20]},
            "y is damaged or cut short; write the file again",
        ),
        (
            {"x.npy": as_bytes(X).replace(b"(4, 2)", b"(4, 2 "), "y.npy": as_bytes(Y)},
            "x is damaged or cut short; write the file again",
        ),
        (
            {"x": b"1,2\n3,4\n", "y.npy": as_bytes(Y)},
            "x is not an array; write it with numpy.savez",
        ),
        (
            {"x.npy": as_bytes(X), "y": b"0,1"},
            "y is not an array; write it with numpy.savez",
        ),
    ],
)
def test_damaged_members_are_refused(members, message) -> None:
    with zipfile.ZipFile("t.npz", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert catch_refusal(load_dataset, "t.npz") == f"data file t.npz: {message}"


def test_a_changed_bit_is_refused() -> None:
    np.savez("t.npz", x=X, y=Y)
    content = Path("t.npz").read_bytes()
    place = content.index(X.tobytes())
    Path("t.npz").write_bytes(content[:place] + b"\x01" + content[place + 1 :])
    assert catch_refusal(load_dataset, "t.npz") == (
        "data file t.npz: x is damaged or cut short; write the file again"
    )


def test_other_members_are_ignored() -> None:
    np.savez("t.npz", x=X, y=Y, names=np.array(["a", None]))
    with zipfile.ZipFile("t.npz", "a") as archive:
        archive.writestr("README.txt", "words")
    assert load_dataset("t.npz").x.shape == X.shape


def test_a_file_that_is_not_npz_is_refused() -> None:
    message = "data file t.npz: it is not an .npz file; write it with numpy.savez"
    for content in (b"", b"PK\x03\x04 and no more"):
        Path("t.npz").write_bytes(content)
        assert catch_refusal(load_dataset, "t.npz") == message
    with open("t.npz", "wb") as file:
        np.save(file, X)
    assert catch_refusal(load_dataset, "t.npz") == message
