"""A column of numbers, dates or times gives the order of rows, and is not learned from."""

import datetime

import numpy as np
import pandas as pd
import pytest

from tuner.data import load_dataset
from tuner.errors import DataError

PLACES = np.random.default_rng(0).permutation(40)


def load(values, tmp_path, ending="csv", **options):
    table = pd.DataFrame(
        {"when": values, "size": PLACES % 7, "kind": np.where(np.arange(40) % 2, "a", "b")}
    )
    path = tmp_path / f"rows.{ending}"
    if ending == "csv":
        table.to_csv(path, index=False)
    else:
        table.to_parquet(path)
    return load_dataset(str(path), order="when", **options)


def refused(values, tmp_path):
    with pytest.raises(DataError) as error:
        load(values, tmp_path)
    return str(error.value).removeprefix(f"data file {tmp_path}/rows.csv")


DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(int(place)) for place in PLACES]
VALUES = {
    "numbers": PLACES - 20.5,
    "years": 1980 + PLACES,
    "dates": [day.isoformat() for day in DAYS],
    "times": [f"{day.isoformat()} 12:30" for day in DAYS],
    "zones": [f"{day.isoformat()}T12:30:00+02:00" for day in DAYS],
}


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_rows_are_ranked_by_numbers_dates_or_times(values, ending, tmp_path):
    dataset = load(values, tmp_path, ending)
    np.testing.assert_array_equal(dataset.order, PLACES)
    assert dataset.schema.feature_names == ("size",)


@pytest.mark.parametrize("values", [DAYS, pd.to_datetime(DAYS)], ids=["dates", "times"])
def test_stored_dates_are_an_order(values, tmp_path):
    np.testing.assert_array_equal(load(values, tmp_path, "parquet").order, PLACES)


def test_stored_times_are_ordered_as_moments_when_a_clock_is_set_back(tmp_path):
    start = pd.Timestamp("2024-10-27 00:00", tz="UTC")  # an hour before Berlin's clocks change
    moments = pd.Series([start + pd.Timedelta(minutes=5 * place) for place in PLACES.tolist()])
    berlin = moments.dt.tz_convert("Europe/Berlin")
    np.testing.assert_array_equal(load(berlin, tmp_path, "parquet").order, PLACES)


def test_equal_values_have_equal_ranks(tmp_path):
    np.testing.assert_array_equal(load(PLACES // 4, tmp_path).order, PLACES // 4)


def test_another_order_changes_the_fingerprint(tmp_path):
    one, other = (load(values, tmp_path).fingerprint for values in (PLACES, PLACES[::-1]))
    assert one != other


def test_a_cell_that_cannot_be_ordered_is_refused_with_its_line(tmp_path):
    spoken = [day.strftime("%d %B %Y") for day in DAYS]
    assert refused(spoken, tmp_path) == (
        f", --order: column when has {spoken[0]!r} in line 2, which is not certainly a "
        "number or date; write dates as 2024-01-31, or 2024-01-31 12:30"
    )
    assert refused(["", *VALUES["dates"][1:]], tmp_path) == (
        ", --order: column when has no value in line 2; fill in the cells, or leave out these rows"
    )


def test_dates_are_ordered_in_any_unambiguous_notation(tmp_path):
    german = [day.strftime("%d.%m.%Y") for day in DAYS]
    np.testing.assert_array_equal(load(german, tmp_path).order, PLACES)
    doubtful = ["02/01/2024", "01/02/2024"] * (len(DAYS) // 2)
    assert "which is not certainly a number or date" in refused(doubtful, tmp_path)
