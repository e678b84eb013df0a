"""A column of groups says which rows belong together, and is not learned from."""

import numpy as np
import pandas as pd
import pytest

from tuner.data import load_dataset
from tuner.errors import DataError


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "patient": [f" p{row // 4} " if row % 4 else f"p{row // 4}" for row in range(40)],
            "size": rng.normal(size=40).round(3),
            "kind": np.where(np.arange(40) % 2, "a", "b"),
        }
    )


def load(table, tmp_path, **options):
    path = tmp_path / "rows.csv"
    table.to_csv(path, index=False)
    return load_dataset(str(path), **options)


def refused(table, tmp_path, **options):
    with pytest.raises(DataError) as error:
        load(table, tmp_path, **options)
    return str(error.value).removeprefix(f"data file {tmp_path}/rows.csv")


def test_rows_with_equal_texts_are_a_group_and_no_feature(table, tmp_path):
    table.loc[5, "kind"] = ""  # a row without a label is left out
    dataset = load(table, tmp_path, groups="patient")
    expected = np.delete(np.arange(40) // 4, 5)
    np.testing.assert_array_equal(dataset.groups, expected)
    assert dataset.schema.feature_names == ("size",)
    assert load(table, tmp_path).groups is None


def test_numbers_are_groups_too(table, tmp_path):
    dataset = load(table.assign(patient=np.arange(40) // 8 * 1000), tmp_path, groups="patient")
    np.testing.assert_array_equal(dataset.groups, np.arange(40) // 8)


def test_other_groups_change_the_fingerprint(table, tmp_path):
    plain = load(table, tmp_path, ignore=["patient"]).fingerprint
    grouped = load(table, tmp_path, groups="patient").fingerprint
    moved = load(table.assign(patient=np.arange(40) // 8), tmp_path, groups="patient").fingerprint
    assert len({plain, grouped, moved}) == 3


def test_groups_of_one_row_give_a_warning(table, tmp_path):
    dataset = load(table.assign(patient=range(40)), tmp_path, groups="patient")
    assert dataset.warnings == (
        "column patient: each row is a group of its own, so that --groups changes nothing",
    )
    assert load(table, tmp_path, groups="patient").warnings == ()


def test_unsuitable_columns_are_refused(table, tmp_path):
    assert refused(table, tmp_path, groups="person") == (
        ", --groups: there is no column person; known are patient, size, kind"
    )
    assert refused(table, tmp_path, groups="kind") == (
        ", --groups: kind is the target; remove it from --groups, or choose another --target"
    )
    assert refused(table, tmp_path, groups="patient", ignore=["patient"]) == (
        ", --groups: patient is also in --ignore; remove it from one of them"
    )


def test_a_row_without_a_group_is_refused(table, tmp_path):
    table.loc[[3, 7], "patient"] = ""
    assert refused(table, tmp_path, groups="patient") == (
        ", --groups: column patient has no value in line 5 and 1 more; fill in the cells, "
        "or leave out these rows"
    )
    table.loc[3, "kind"] = ""  # it is not taken at all
    assert "in line 9;" in refused(table, tmp_path, groups="patient")


def test_an_array_has_no_groups(tmp_path):
    path = tmp_path / "rows.npz"
    np.savez(path, x=np.zeros((4, 2), np.float32), y=np.array([0, 1, 0, 1]))
    with pytest.raises(DataError, match="an array has no columns; leave out --groups"):
        load_dataset(str(path), groups="patient")
