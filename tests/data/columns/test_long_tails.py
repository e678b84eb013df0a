"""Columns with long tails are found and told, and so are numbers that may mean missing."""

import numpy as np
import pytest

from tests.helpers.tables import write_file
from tuner.data import Scaling, load_dataset
from tuner.data.columns.long_tails import (
    describe_tails,
    warn_about_magnitudes,
    warn_about_sentinels,
)

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(50, 10, 1000)
SENTINEL = np.where(np.arange(1000) % 100, NORMAL.round(2), 99_999_999)


@pytest.mark.parametrize(
    "values",
    [
        NORMAL,
        RNG.exponential(size=1000),
        RNG.lognormal(0, 1, 1000),
        RNG.uniform(size=1000),
        RNG.poisson(0.1, 1000),
        np.repeat([0.0, 1.0], [999, 1]),
        np.repeat([0.0, 1.0], [500, 500]),
        np.where(np.arange(1000) % 10, 0, RNG.lognormal(8, 1, 1000)),
        np.array([1, 2, 3, 1e9]),
        np.full(50, 7.0),
    ],
    ids=range(10),
)
def test_ordinary_columns_have_no_long_tails(values) -> None:
    assert describe_tails(values) == ""


@pytest.mark.parametrize(
    "values",
    [
        SENTINEL,
        np.append(NORMAL, 1e6),
        RNG.standard_cauchy(1000),
        RNG.lognormal(0, 2, 1000),
        np.where(np.arange(1000) % 10, NORMAL, -1e4),
        np.where(np.arange(1000) % 10, 0, np.where(np.arange(1000) % 100, 3, 1e5)),
        np.append(NORMAL, 1e300),
    ],
    ids=range(7),
)
def test_outliers_and_heavy_tails_are_long(values) -> None:
    assert " beside " in describe_tails(values)


def load_columns(**columns: np.ndarray):
    lines = [
        ",".join([*map(str, cells), "ny"[row % 2]])
        for row, cells in enumerate(zip(*columns.values(), strict=True))
    ]
    return load_dataset(write_file("\n".join([",".join([*columns, "kind"]), *lines]) + "\n"))


def test_columns_with_long_tails_are_scaled_by_quartiles_and_told_in_one_line() -> None:
    days = np.datetime64("2024-01-01") + RNG.integers(0, 300, 1000)
    days[::200] = np.datetime64("9999-12-31")
    far = np.append(NORMAL[1:].round(2), 1e6)
    data = load_columns(income=SENTINEL, size=NORMAL, day=days, far=far)
    assert data.warnings[0].startswith(
        "3 columns have long tails and are scaled by their quartiles: income (99999999 beside 43."
    )
    assert "day (9999-12-31 beside 2024-0" in data.warnings[0]
    assert "far (1000000 beside 4" in data.warnings[0]
    kinds = dict(zip(data.schema.feature_names, data.schema.scalings, strict=True))
    robust = {name for name, kind in kinds.items() if kind == Scaling.ROBUST}
    assert robust == {"income", "far", "day days", "day year"}
    assert kinds["size"] == kinds["day month sine"] == Scaling.STANDARD


def test_an_earlier_study_reads_them_as_it_did() -> None:
    source = write_file(
        "a,kind\n" + "".join(f"{v},{'ny'[i % 2]}\n" for i, v in enumerate(SENTINEL))
    )
    now, before = load_dataset(source), load_dataset(source, reading=1)
    assert [data.schema.scalings.tolist() for data in (now, before)] == [[2], [1]]
    assert now.fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("values", "advice"),
    [
        (SENTINEL, "column a: 99999999 stands in 10 rows, far from all other values; if that means "
        "a missing value, give --missing 99999999"),
        (np.where(np.arange(1000) % 50, NORMAL.round(), -999), "--missing -999"),
        (np.where(np.arange(1000) % 50, RNG.integers(0, 6000, 1000), 9999), "--missing 9999"),
        (np.select([np.arange(1000) % 50 == 0, np.arange(1000) % 50 == 1], [-1e4, 1e4], NORMAL),
         "--missing '-10000,10000'"),
    ],
)  # fmt: skip
def test_a_far_number_that_repeats_may_mean_missing(values, advice) -> None:
    assert warn_about_sentinels("a", values).endswith(advice)


@pytest.mark.parametrize(
    "values",
    [
        NORMAL,
        np.append(NORMAL, 1e9),
        np.where(np.arange(1000) % 10, 0, RNG.lognormal(8, 1, 1000)),
        RNG.integers(0, 100, 1000),
        RNG.choice([0, 1, 99], 1000),
        np.array([*range(15), 99, 99, 99]),
    ],
    ids=range(6),
)
def test_other_numbers_mean_what_they_are(values) -> None:
    assert warn_about_sentinels("a", np.asarray(values, float)) == ""


def test_many_magnitudes_are_told() -> None:
    assert warn_about_magnitudes("p", 10 ** RNG.uniform(-80, -50, 200)).endswith(
        "so that a network tells apart the largest only; give their logarithms"
    )
    for values in (NORMAL, RNG.lognormal(0, 2, 1000), np.arange(100.0)):
        assert warn_about_magnitudes("p", values) == ""
