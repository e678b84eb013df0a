"""A column of groups says which rows belong together, and is not learned from."""

import numpy as np
import pandas as pd
import pytest

from tests.helpers.tables import catch_refusal
from tuner.data import load_dataset


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


def load(table, **options):
    table.to_csv("rows.csv", index=False)
    return load_dataset("rows.csv", **options)


def refuse(table, **options):
    """Return the message about a table that is refused, without the file's name."""
    return catch_refusal(load, table, **options).removeprefix("data file rows.csv, ")


def test_rows_with_equal_texts_are_a_group_and_no_feature(table):
    table.loc[5, "kind"] = ""  # a row without a label is left out
    dataset = load(table, groups="patient")
    expected = np.delete(np.arange(40) // 4, 5)
    np.testing.assert_array_equal(dataset.groups, expected)
    assert dataset.schema.feature_names == ("size",)
    assert load(table).groups is None


def test_numbers_are_groups_too(table):
    dataset = load(table.assign(patient=np.arange(40) // 8 * 1000), groups="patient")
    np.testing.assert_array_equal(dataset.groups, np.arange(40) // 8)


def test_other_groups_change_the_fingerprint(table):
    plain = load(table, ignore=["patient"]).fingerprint
    grouped = load(table, groups="patient").fingerprint
    moved = load(table.assign(patient=np.arange(40) // 8), groups="patient").fingerprint
    assert len({plain, grouped, moved}) == 3


def test_groups_of_one_row_give_a_warning(table):
    dataset = load(table.assign(patient=range(40)), groups="patient")
    assert dataset.warnings == (
        "column patient: each row is a group of its own, so that --groups changes nothing",
    )
    assert load(table, groups="patient").warnings == ()


def test_unsuitable_columns_are_refused(table):
    assert refuse(table, groups="person") == (
        "--groups: there is no column person; known are patient, size, kind"
    )
    assert refuse(table, groups="kind") == (
        "--groups: kind is the target; remove it from --groups, or choose another --target"
    )
    assert refuse(table, groups="patient", ignore=["patient"]) == (
        "--groups: patient is also in --ignore; remove it from one of them"
    )


def test_a_row_without_a_group_is_refused(table):
    table.loc[[3, 7], "patient"] = ""
    assert refuse(table, groups="patient") == (
        "--groups: column patient has no value in line 5 and 1 more; fill in the cells, "
        "or leave out these rows"
    )
    table.loc[3, "kind"] = ""  # the row is not used
    assert "in line 9;" in refuse(table, groups="patient")


def test_an_array_has_no_groups():
    np.savez("rows.npz", x=np.zeros((4, 2), np.float32), y=np.array([0, 1, 0, 1]))
    assert catch_refusal(load_dataset, "rows.npz", groups="patient") == (
        "data file rows.npz: an array has no columns; leave out --groups"
    )
