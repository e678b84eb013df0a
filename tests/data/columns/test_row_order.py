"""A column of numbers, dates or times gives the order of rows, and is not learned from."""

import datetime

import numpy as np
import pandas as pd
import pytest

from tests.helpers.tables import catch_refusal
from tuner.data import load_dataset

RANKS = np.arange(40) * 17 % 40  # each rank once, not in order


def load(values, ending="csv"):
    table = pd.DataFrame(
        {"when": values, "size": RANKS % 7, "kind": np.where(np.arange(40) % 2, "a", "b")}
    )
    if ending == "csv":
        table.to_csv("rows.csv", index=False)
    else:
        table.to_parquet("rows.parquet")
    return load_dataset(f"rows.{ending}", order="when")


def refuse(values):
    """Return the message about an order that is refused, without the file's name."""
    return catch_refusal(load, values).removeprefix("data file rows.csv, ")


DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(int(rank)) for rank in RANKS]
VALUES = {
    "numbers": RANKS - 20.5,
    "years": 1980 + RANKS,
    "dates": [day.isoformat() for day in DAYS],
    "times": [f"{day.isoformat()} 12:30" for day in DAYS],
    "zones": [f"{day.isoformat()}T12:30:00+02:00" for day in DAYS],
}


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_rows_are_ranked_by_numbers_dates_or_times(values, ending):
    dataset = load(values, ending)
    np.testing.assert_array_equal(dataset.order, RANKS)
    assert dataset.schema.feature_names == ("size",)


@pytest.mark.parametrize("values", [DAYS, pd.to_datetime(DAYS)], ids=["dates", "times"])
def test_stored_dates_are_an_order(values):
    np.testing.assert_array_equal(load(values, "parquet").order, RANKS)


def test_stored_times_are_ordered_as_moments_when_a_clock_is_set_back():
    start = pd.Timestamp("2024-10-27 00:00", tz="UTC")  # an hour before Berlin's clocks change
    moments = pd.Series([start + pd.Timedelta(minutes=5 * rank) for rank in RANKS.tolist()])
    berlin = moments.dt.tz_convert("Europe/Berlin")
    np.testing.assert_array_equal(load(berlin, "parquet").order, RANKS)


def test_equal_values_have_equal_ranks():
    np.testing.assert_array_equal(load(RANKS // 4).order, RANKS // 4)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_large_whole_numbers_are_different_places(ending):
    moments = pd.Series(10**18 + RANKS)
    np.testing.assert_array_equal(load(moments, ending).order, RANKS)
    table = pd.DataFrame({"when": moments.astype("Int64"), "size": RANKS, "kind": [*"ab"] * 20})
    table.loc[0, ["when", "kind"]] = None
    save = table.to_parquet if ending == "parquet" else table.to_csv
    save(f"rows.{ending}", index=False)
    order = load_dataset(f"rows.{ending}", target="kind", order="when").order
    np.testing.assert_array_equal(order, RANKS[1:] - 1)


@pytest.mark.parametrize("spell", ["+{}", "{}.0", "{}0000000000"])
def test_large_whole_numbers_are_different_places_however_they_are_spelled(spell):
    values = pd.Series([spell.format(10**18 + rank) for rank in RANKS])
    np.testing.assert_array_equal(load(values).order, RANKS)
    table = pd.DataFrame({"when": values, "size": RANKS, "kind": [*"ab"] * 20})
    table.loc[0, ["when", "kind"]] = ["NA", None]
    table.to_csv("rows.csv", index=False)
    order = load_dataset("rows.csv", target="kind", order="when").order
    np.testing.assert_array_equal(order, RANKS[1:] - 1)


@pytest.mark.parametrize("digits", [3, 9])
def test_fractions_of_seconds_are_different_places(digits):
    values = [f"31/12/2024 10:00:00.{rank:0{digits}d}" for rank in RANKS]
    np.testing.assert_array_equal(load(values).order, RANKS)
    values[int(np.argmax(RANKS))] = "30/12/2024 23:59:59.999"
    np.testing.assert_array_equal(load(values).order, (RANKS + 1) % 40)
    values[int(np.argmin(RANKS))] = "NA"
    assert "has no value" in refuse(values)


def test_another_order_changes_the_fingerprint():
    one, other = (load(values).fingerprint for values in (RANKS, RANKS[::-1]))
    assert one != other


def test_a_cell_that_cannot_be_ordered_is_refused_with_its_line():
    spoken = [day.strftime("%d %B %Y") for day in DAYS]
    assert refuse(spoken) == (
        f"--order: column when has {spoken[0]!r} in line 2, which is not certainly a "
        "number or date; write dates as 2024-01-31, or 2024-01-31 12:30"
    )
    assert refuse(["", *VALUES["dates"][1:]]) == (
        "--order: column when has no value in line 2; fill in the cells, or leave out these rows"
    )


def test_dates_are_ordered_in_any_unambiguous_notation():
    german = [day.strftime("%d.%m.%Y") for day in DAYS]
    np.testing.assert_array_equal(load(german).order, RANKS)
    doubtful = ["02/01/2024", "01/02/2024"] * (len(DAYS) // 2)
    assert "which is not certainly a number or date" in refuse(doubtful)
