"""Dates and times in a notation, text by text."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.data.parsing.date_notations import DATE_NOTATIONS
from tuner.data.parsing.parse_by_notation import parse_texts

ISO, DAY_FIRST, _, TIME = DATE_NOTATIONS


def parse(text, notation=ISO):
    features = parse_texts(np.array([text], object), notation)
    return {name: values[0] for name, values in features.items()}


@given(st.datetimes(), st.sampled_from(["%Y-%m-%dT%H:%M:%S.%f", "%d/%m/%Y %H:%M:%S"]))
def test_every_date_is_parsed_as_python_parses_it(moment, format_) -> None:
    # Python's own %Y does not fill up years to four digits on Linux
    text = moment.strftime(format_.replace("%Y", f"{moment.year:04d}"))
    found = parse(text, DAY_FIRST)
    day = moment.toordinal() - datetime.date(1970, 1, 1).toordinal()
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    assert found["days"] == pytest.approx(day + seconds / 86400, abs=1e-9)
    assert found["year"] == moment.year
    for name, turns in (
        ("month", (moment.month - 1) / 12),
        ("weekday", moment.weekday() / 7),
        ("hour", seconds / 86400),
    ):
        assert found[f"{name} sine"] == pytest.approx(np.sin(2 * np.pi * turns), abs=1e-12)
        assert found[f"{name} cosine"] == pytest.approx(np.cos(2 * np.pi * turns), abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "2023-02-29", "1900-02-29", "2024-00-10", "2024-13-10", "2024-04-31"),
        *("2024-01-00", "0000-01-01", "2024-01/02", "2024-01", "20240101", "24-01-01"),
        *("2024-01-01 10", "2024-01-01 24:00", "2024-01-01 10:60", "2024-01-01 1:2", "10:30"),
        *("2024-01-01x", "- 2024-01-01", "2024--01-01", "2024-01-01-", "2024-01-01 10-30"),
        *("2024-01-01T10:15:30.", "2024-01-01 " + "0" * 40, "2024-001-01", "12024-01-01"),
        *("2024-01-01 10:30:30:30", "31/12/2024", "12/31/2024", "2024 01 01"),
        *("2024-01-01 13:00 PM", "2024-01-01 0:10 AM", "2024-01-01 PM", "2024-01-01 10:15 P"),
        *("2024-01-01 10:15 PM Z", "2024-01-01 10 PM", "2024-01-01 10:15 AMPM", "2024-01-01A"),
        *("PM 2024-01-01 10:15", "2024-01-01 10:1PM5", "2024-01-01 10:15 P M"),
    ],
)
def test_other_texts_are_not_dates(text) -> None:
    assert all(np.isnan(value) for value in parse(text).values())


@pytest.mark.parametrize(
    "text",
    ["2024-01-31", " 2024-1-31 ", "2024-01-31T00:00Z", "2024.01.31 0:00:00,5+01", "2024-02-29"],
)
def test_dates_may_have_blanks_times_and_offsets(text) -> None:
    assert parse(text)["year"] == 2024


@pytest.mark.parametrize(
    ("text", "year"),
    [("1/2/69", 1969), ("1/2/68", 2068), ("01.02.00", 2000), ("01/02/24 10:15", 2024)],
)
def test_years_of_two_digits_follow_posix(text, year) -> None:
    assert parse(text, DAY_FIRST)["year"] == year


@pytest.mark.parametrize("text", ["1.2.24", "24-12-31", "31-12-24", "1/2/4", "1/2/024"])
def test_uncertain_years_of_two_digits_are_not_dates(text) -> None:
    assert all(np.isnan(parse(text, notation)["year"]) for notation in DATE_NOTATIONS)


@pytest.mark.parametrize(
    ("text", "hour"),
    [("12:00 AM", 0), ("1:30AM", 1.5), ("12:15 pm", 12.25), ("11:59:60 PM", 24)],
)
def test_am_and_pm_are_applied(text, hour) -> None:
    found = parse(f"1970-01-01 {text}")
    assert found["days"] == pytest.approx(hour / 24)


@pytest.mark.parametrize(("text", "hour"), [("6:00", 6), (" 23:30:00 ", 23.5), ("12:00 AM", 0)])
def test_a_time_without_a_date_belongs_to_the_first_day(text, hour) -> None:
    found = parse(text, TIME)
    assert (found["year"], found["days"]) == (1970, pytest.approx(hour / 24))
    assert found["hour sine"] == pytest.approx(np.sin(2 * np.pi * hour / 24))


@pytest.mark.parametrize("text", ["", "10", "24:00", "10:3", "2024-01-01", "2024-01-01 10:30", "x"])
def test_other_texts_are_not_times(text) -> None:
    assert np.isnan(parse(text, TIME)["days"])
