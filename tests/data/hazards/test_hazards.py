"""What a search says of rows and columns that make scores too good, before it begins."""

import numpy as np
import pytest

from tests.helpers.tables import write_file
from tuner.data import BUNDLED, Dataset, load_dataset
from tuner.data.hazards import find_hazards

ROWS = 200
RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(ROWS, 2)).round(3)
LABELS = RNG.choice(["up", "down", "flat"], ROWS)


def load_table(columns: dict[str, list[object]], **options: object) -> Dataset:
    """Load a table of two columns of noise, some more, and the target y."""
    table = {"a": NOISE[:, 0], "b": NOISE[:, 1], **columns}
    table["y"] = table.pop("y", LABELS)
    rows = zip(*table.values(), strict=True)
    lines = [",".join(map(str, row)) for row in rows]
    text = "\n".join([",".join(table), *lines])
    return load_dataset(write_file(text), **options)  # type: ignore[arg-type]


def take_rows(values: np.ndarray, places: list[int]) -> np.ndarray:
    """Return values with those of some rows once more at the end, in the same number of rows."""
    return np.concatenate([values[: len(values) - len(places)], values[places]])


@pytest.mark.parametrize("name", BUNDLED)
def test_of_the_bundled_data_nothing_is_said(name):
    assert find_hazards(load_dataset(name)) == ()


def test_a_column_that_is_the_target_in_other_words_is_told():
    codes = [{"up": "A1", "down": "B7", "flat": "C2"}[label] for label in LABELS]
    assert find_hazards(load_table({"code": codes})) == (
        "column code is the target y in other words (balanced accuracy 100 %); if it is made "
        "from the target, or not known yet when a model has to predict, leave it out with "
        "--ignore code",
    )


def test_a_number_whose_thresholds_tell_the_target_is_told():
    rank = np.select([LABELS == "up", LABELS == "down"], [10.0, 20.0], 30.0)
    (warning,) = find_hazards(load_table({"risk": rank + RNG.random(ROWS).round(4) * 9}))
    assert warning.startswith("column risk alone tells the target y (balanced accuracy 100 %)")


def test_levels_of_which_each_has_one_class_are_told():
    towns = [f"{label}-{RNG.integers(4)}" for label in LABELS]
    (warning,) = find_hazards(load_table({"town": towns}))
    assert warning.startswith("column town alone tells the target y (")


def test_a_number_that_is_missing_for_one_class_only_is_told():
    paid = [3.5 + row % 7 if label == "yes" else "" for row, label in enumerate(yes_or_no())]
    (warning,) = find_hazards(load_table({"paid": paid, "y": yes_or_no()}))
    assert warning.startswith("column paid alone tells the target y (")


def test_the_only_column_is_not_to_be_left_out():
    table = "x,y\n" + "".join(f"{row},{'pq'[row > 20]}\n" for row in range(40))
    (warning,) = find_hazards(load_dataset(write_file(table)))
    assert warning.endswith("there is nothing else to learn from: add columns")


def yes_or_no() -> np.ndarray:
    return np.where(LABELS == "up", "yes", "no")


def test_one_wrong_cell_of_many_does_not_hide_a_column():
    rows = 1000
    y = np.where(np.arange(rows) % 2, "p", "q")
    copy = y.copy()
    copy[[7, 500]] = copy[[8, 501]]
    lines = [f"{RNG.normal():.6f},{copy[row]},{y[row]}" for row in range(rows)]
    dataset = load_dataset(write_file("\n".join(["a,b,y", *lines])))
    (warning,) = find_hazards(dataset)
    assert "column b alone tells the target y" in warning
    assert "(balanced accuracy 99.8 %)" in warning


def test_columns_that_are_good_or_name_rows_are_not_told():
    rank = np.select([LABELS == "up", LABELS == "down"], [1.0, 2.0], 3.0)
    good = np.where(RNG.random(ROWS) < 0.05, rank[::-1], rank)
    codes = [f"k{row}" for row in RNG.permutation(ROWS)]
    dataset = load_table({"good": good, "code": codes}, categorical=["code"])
    assert find_hazards(dataset) == ()


def test_several_columns_are_told_at_once_the_surest_first():
    rank = np.select([LABELS == "up", LABELS == "down"], [1, 2], 3)
    dataset = load_table({"r": rank + RNG.random(ROWS).round(4) / 2, "s": LABELS})
    (warning,) = find_hazards(dataset)
    assert warning.startswith("2 columns each tell the target y alone (balanced accuracy r 100 %")
    assert "r 100 %, s 100 %); if they are made" in warning
    assert warning.endswith("leave them out with --ignore 'r,s'")


def test_columns_that_say_the_same_are_told():
    levels = RNG.choice(["x", "y", "z"], ROWS)
    numbers = [{"x": 7, "y": 1, "z": 4}[level] for level in levels]
    dataset = load_table({"level": levels, "number": numbers, "a2": NOISE[:, 0]})
    assert find_hazards(dataset) == (
        "columns a and a2; level and number say the same: each value of one goes with one value of "
        "the other, so that a network needs only one of them; leave the others out with --ignore "
        "'a2,number'",
    )


def test_all_columns_to_leave_out_are_named():
    copies = {f"copy{number}": NOISE[:, 0] for number in range(9)}
    (warning,) = find_hazards(load_table(copies))
    assert warning.endswith(" --ignore '" + ",".join(copies) + "'")  # beside a, which stays


def test_rows_that_stand_twice_are_counted():
    again = [0, 1, 1, 2]
    table = {"a": NOISE[:, 0], "b": NOISE[:, 1], "y": LABELS}
    dataset = load_table({name: take_rows(values, again) for name, values in table.items()})
    assert find_hazards(dataset) == (
        "4 rows of 200 repeat another row, target included (one row stands 3 times); if these are "
        "copies of one observation, networks are tested on rows that they were trained on, and all "
        "scores are too good: drop them, or give --groups a column that says which rows belong "
        "together",
    )


def test_copied_rows_let_no_column_tell_the_target():
    again = [row % 20 for row in range(180)]
    table = {"a": NOISE[:, 0], "b": NOISE[:, 1], "y": LABELS}
    warnings = find_hazards(load_table({n: take_rows(v, again) for n, v in table.items()}))
    (warning,) = warnings
    assert warning.startswith("180 rows of 200 repeat another row, target included (one row ")


def test_rows_that_differ_by_the_target_only_are_counted():
    again = [0, 1, 2]
    table = {"a": take_rows(NOISE[:, 0], again), "b": take_rows(NOISE[:, 1], again)}
    y = LABELS.copy()
    y[:3], y[-3:] = "up", ["down", "flat", "up"]
    assert find_hazards(load_table({**table, "y": y}))[1:] == (
        "4 rows stand with different targets though they are equal in all other columns, so that "
        "any network is wrong on 2 of them at least; correct the targets, or add a column that "
        "tells such rows apart",
    )


def test_rows_that_a_column_tells_apart_which_is_left_out_are_equal_in_the_others():
    again, y = [0, 1, 2], LABELS.copy()
    y[:3], y[-3:] = "up", ["down", "flat", "up"]
    table = {"a": take_rows(NOISE[:, 0], again), "b": take_rows(NOISE[:, 1], again), "y": y}
    named = {**table, "id": [f"row {number}" for number in range(ROWS)]}
    copies, contradictions = find_hazards(load_table(named, target="y"))
    assert "1 row of 200 repeats another row in all columns that are used, target incl" in copies
    assert "though they are equal in all columns that are used, so that" in contradictions
    constant = {**table, "same": [1] * ROWS}
    assert not [each for each in find_hazards(load_table(constant, target="y")) if "used" in each]


def test_copies_within_a_group_do_no_harm():
    again = [0, 1, 2]
    table = {"a": NOISE[:, 0], "b": NOISE[:, 1], "y": LABELS, "who": np.arange(ROWS) // 2}
    table = {name: take_rows(values, again) for name, values in table.items()}
    assert find_hazards(load_table(table, groups="who")) == ()
    table["who"][-1] = 999
    (warning,) = find_hazards(load_table(table, groups="who"))
    assert warning.startswith("1 row of 200 repeats a row of another group, target included; if")
    assert warning.endswith("drop them, or put a row and its copy into one group")


def test_rows_of_few_columns_with_few_values_are_equal_by_chance():
    lines = [f"{row % 3},{row % 5},{'pq'[row % 2]}" for row in range(ROWS)]
    assert find_hazards(load_dataset(write_file("\n".join(["a,b,y", *lines])))) == ()


def test_equal_images_are_counted():
    images = RNG.integers(0, 255, (40, 4, 4, 3)).astype(np.uint8)
    images[7] = images[3]
    np.savez("images.npz", x=images, y=np.arange(40) % 2)
    (warning,) = find_hazards(load_dataset("images.npz"))
    assert warning.startswith("1 row of 40 repeats another row, target included; if these")
    assert warning.endswith("or give groups, in which a row and its copy are together")


def test_rows_that_are_all_the_same_are_told():
    np.savez("array.npz", x=np.ones((30, 2), np.float32), y=np.arange(30) % 2)
    assert [warning[:11] for warning in find_hazards(load_dataset("array.npz"))] == [
        "28 rows of ",
        "30 rows sta",
    ]


def test_a_feature_of_an_array_that_tells_the_target_is_told():
    x = RNG.normal(size=(60, 3)).astype(np.float32)
    y = (x[:, 1] > 0).astype(int)
    np.savez("array.npz", x=x + 5 * np.array([[0, 1, 0]]) * y[:, None], y=y)
    (warning,) = find_hazards(load_dataset("array.npz"))
    assert warning.startswith("column x[1] alone tells the target y (")
    assert warning.endswith("take it out of x")
