"""Numbers that float32 does not hold stay different, or it is told that they do not."""

import numpy as np
import pytest

from tests.helpers.tables import load_column, read_raw, write_file
from tuner.data import Column, Schema, load_dataset
from tuner.data.precision import find_shift_and_unit
from tuner.errors import DataError

RNG = np.random.default_rng(0)
ROWS = 200


def write(form: str, values: np.ndarray) -> list[str]:
    return [format(value, form) for value in values]


SHIFTED = {
    "seconds since 1970 with fractions": write(".2f", 1.7e9 + RNG.uniform(0, 600, ROWS)),
    "whole seconds": write(".0f", 1.7e9 + RNG.permutation(5000)[:ROWS]),
    "with a sentinel": [*write(".2f", 1.7e9 + RNG.uniform(0, 600, ROWS)), "0", "0", "0"],
    "metres of a map": write(".2f", 4.5e6 + RNG.uniform(0, 2e4, ROWS)),
    "a few thousandths at a hundred thousand": write(".5f", 1e5 + RNG.uniform(0, 1e-2, ROWS)),
    "likelihoods": write(".4g", 10 ** RNG.uniform(-80, -50, ROWS)),
    "all near 1e-60": write(".4g", RNG.uniform(1, 9, ROWS) * 1e-60),
    "subnormal numbers": write(".4g", RNG.uniform(1, 9, ROWS) * 1e-42),
    "beyond float32": write(".4g", RNG.uniform(1, 9, ROWS) * 1e44),
    "one number beyond float32": [*map(str, range(ROWS)), "1e39"],
    "nanoseconds": write(".0f", 1.7e18 + 1000 * RNG.permutation(10**6)[:ROWS]),
    "a decimal comma": [c.replace(".", ",") for c in write(".2f", 1.7e9 + RNG.uniform(0, 9, ROWS))],
    "separated thousands": write(",.2f", 4.5e6 + RNG.uniform(0, 2e3, ROWS)),
    "fractions of a second": [f"2024-05-01 12:00:{s:09.6f}" for s in RNG.uniform(0, 59, ROWS)],
    "minutes of three days": [
        f"2024-05-0{minute // 1440 + 1} {minute // 60 % 24:02d}:{minute % 60:02d}"
        for minute in RNG.permutation(3 * 1440)[:ROWS]
    ],
}
PLAIN = {
    "fractions": write(".17g", RNG.normal(size=5000)),
    "around 300": write(".3f", RNG.normal(293, 8, 5000)),
    "amounts": write(".2f", RNG.lognormal(8, 1, 5000)),
    "counts": write(".0f", RNG.lognormal(8, 1, 5000)),
    "seconds of ten years": write(".3f", RNG.uniform(1.3e9, 1.6e9, ROWS)),
    "days": [f"20{n % 24 + 1:02d}-01-{n % 28 + 1:02d}" for n in range(ROWS)],
    "an outlier": [*write(".2f", RNG.normal(size=ROWS)), "99999999"],
    "one tiny number": [*write(".2f", RNG.normal(size=ROWS)), "1e-300"],
}


@pytest.mark.parametrize("cells", SHIFTED.values(), ids=SHIFTED)
def test_different_numbers_stay_different(cells) -> None:
    data = load_column(cells)
    column = data.schema.columns[0]
    assert column.is_shifted
    assert len(np.unique(data.x[:, 0])) == len(set(cells))
    assert not any("float32" in warning for warning in data.warnings)
    if column.is_plain:
        assert data.raw["a"].tolist() == pytest.approx([float(cell) for cell in cells], rel=1e-15)
    assert Schema.from_dict(data.schema.to_dict()) == data.schema
    np.testing.assert_array_equal(data.schema.encode(data.raw), data.x)
    np.testing.assert_array_equal(data.schema.encode(read_raw("t.csv", data.schema)), data.x)


@pytest.mark.parametrize("cells", PLAIN.values(), ids=PLAIN)
def test_ordinary_numbers_are_taken_as_they_are(cells) -> None:
    data = load_column(cells)
    assert not data.schema.columns[0].is_shifted
    assert not any("float32" in warning for warning in data.warnings)
    np.testing.assert_array_equal(data.x, load_column(cells, reading=1).x)


def test_an_earlier_study_reads_all_numbers_as_float32() -> None:
    data = load_column(SHIFTED["whole seconds"], reading=1)
    assert data.schema.columns[0] == Column("a", "numeric")
    assert data.raw["a"].dtype == np.float32


@pytest.mark.parametrize(
    ("numbers", "example"),
    [
        ([0.0, 1e15, 1e15 + 1, *range(5, 20)], "1000000000000001.0 and 1000000000000000.0"),
        ([*range(1, 20), *(number * 1e-320 for number in range(1, 9))], "2e-320 and 1e-320"),
    ],
)
def test_what_no_shift_holds_is_told(numbers, example) -> None:
    (warning,) = (w for w in load_column(map(repr, numbers)).warnings if "float32" in w)
    assert "different values are equal to another in float32, such as " in warning
    assert example in warning


def test_whole_numbers_that_float64_makes_equal_are_told_of_parquet_files_too() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = 9 * 10**18 + np.arange(40)
    pq.write_table(pa.table({"a": numbers, "b": range(40), "y": ["p", "q"] * 20}), "t.parquet")
    warnings = load_dataset("t.parquet").warnings
    assert any(w.startswith("column a: whole numbers beyond 2^53 are rounded") for w in warnings)


def test_the_shift_is_a_number_of_the_column_and_the_unit_a_power_of_two() -> None:
    shift, unit = find_shift_and_unit(np.array([np.nan, 1.7e9, 1.7e9 + 0.25, 1.7e9 + 0.5]))
    assert (shift, unit) == (1.7e9 + 0.25, 1.0)
    shift, unit = find_shift_and_unit(np.array([1e-60, 2e-60, 3e-60]))
    assert (shift, np.log2(unit) % 1) == (0.0, 0.0)
    assert find_shift_and_unit(np.array([np.nan])) == (0.0, 1.0)
    assert find_shift_and_unit(np.full(5, 1e9 + 1)) == (0.0, 1.0)


def test_rows_to_predict_are_refused_if_a_feature_is_infinite() -> None:
    data = load_column(SHIFTED["all near 1e-60"])
    write_file('a;b;y\n"1";1;p\n"1e-60";1;q\n', "new.csv")
    with pytest.raises(DataError, match="'1' in line 2 is not a finite number in float32"):
        read_raw("new.csv", data.schema)


def test_a_likelihood_is_not_0_where_0_means_missing() -> None:
    cells = [*SHIFTED["all near 1e-60"], "0", "0.0"]
    data = load_column(cells, missing=["0"])
    assert np.isnan(data.raw["a"]).sum() == 2


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(DataError, match="in line 2 is not a finite number in float32"):
        load_column(["9" * 5000, *map(str, range(30))])


@pytest.mark.filterwarnings("error")
def test_numbers_at_both_ends_of_float64_are_refused_without_a_warning() -> None:
    with pytest.raises(DataError, match="is not a finite number in float32"):
        load_column([1e308, -1e308] * 20)
