"""The code that MLflow runs in an exported model, which knows nothing of this package."""

import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from tests.helpers.exports import get_probabilities
from tuner.data.parsing.text_column import MISSING_TEXTS
from tuner.serving import cell_notes, served_cells
from tuner.words import NOTHING_SEEN

FINITE = "finite number in float32"
MEND = 'fix the cell, or give params={"on_error": "missing"} to take it as missing'


def assert_same_rows(answers):
    """Assert that rows are the same but for the last bits of products, which a place may change."""
    np.testing.assert_allclose(answers, np.broadcast_to(answers[0], answers.shape), rtol=1e-5)


@pytest.mark.parametrize("options", [{}, {"dtype": str, "keep_default_na": False}])
def test_it_takes_a_table_as_pandas_reads_it(exported, mlflow_model, options):
    """Whole numbers, truth values and gaps, or nothing but text."""
    trained, dataset = exported.trained, exported.dataset
    frame = pd.read_csv(exported.source, **options).drop(columns="kind")
    expected = trained.predict_proba(dataset.raw)
    np.testing.assert_allclose(get_probabilities(mlflow_model.predict(frame)), expected, atol=1e-5)


def test_texts_that_mean_missing_have_one_case_also_among_truth_values():
    flag = {"name": "flag", "kind": "boolean", "levels": ["no", "yes"]}
    reader = served_cells.CellReader({"columns": [flag], "missing_texts": ["unknown"]})
    cells = ["unknown", " unknown ", "Unknown", "YES "]
    assert reader.read_texts("flag", cells, cell_notes.CellNotes()) == ["", "", "Unknown", "yes"]


@pytest.mark.parametrize("cell", [-999, -999.0, "-999.00", np.float32(-999), 1e300, "1e300"])
def test_a_number_that_means_missing_is_none_among_tiny_numbers(cell):
    """It overflows where these are divided by their unit."""
    column = {"name": "a", "kind": "numeric", "levels": [], "unit": 2.0**-200}
    reader = served_cells.CellReader({"columns": [column], "missing_texts": ["-999", "1e300"]})
    numbers = reader.read_numbers({"a": [1e-60, cell]}, "float64", cell_notes.CellNotes())
    np.testing.assert_array_equal(numbers, [[1e-60], [np.nan]])


def test_a_text_that_means_missing_is_no_other_spelling_of_a_number():
    code = {"name": "code", "kind": "categorical", "levels": ["1.0", "2"]}
    reader = served_cells.CellReader({"columns": [code], "missing_texts": ["1"]})
    cells = ["1", 1, "1.0", "2.0"]
    assert reader.read_texts("code", cells, cell_notes.CellNotes()) == ["", "", "1.0", "2"]


def test_truth_values_are_known_in_any_case_and_unseen_levels_are_all_zeros(exported, mlflow_model):
    trained, dataset = exported.trained, exported.dataset
    row = {name: values[[1]] for name, values in dataset.raw.items()}
    record = {name: values[0] for name, values in row.items()}
    variants = [{**record, "flag": flag} for flag in (False, "FALSE", "False", "false")]
    answers = get_probabilities(mlflow_model.predict(pd.DataFrame(variants)))
    assert_same_rows(answers)
    with pytest.warns(UserWarning, match="column colour: 1 cell of levels that the model has not"):
        told = mlflow_model.predict(pd.DataFrame([{**record, "colour": "purple"}]))
    unseen = get_probabilities(told)
    expected = trained.predict_proba({**row, "colour": np.array(["purple"], object)})
    np.testing.assert_allclose(unseen, expected, atol=1e-5)


def test_missing_numbers_are_those_of_the_reader(exported, mlflow_model):
    assert set(served_cells.MISSING_TEXTS) == {"", *MISSING_TEXTS}
    record = {name: values[1] for name, values in exported.dataset.raw.items()}
    gaps = [None, np.nan, pd.NA, *MISSING_TEXTS, "  ", " NA ", "\u200b", "\ufeff \u00a0"]
    answers = get_probabilities(
        mlflow_model.predict(pd.DataFrame([{**record, "ab/c": gap} for gap in gaps]))
    )
    assert np.isfinite(answers).all()
    assert_same_rows(answers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ab/c": "red"}, f"column ab/c: 'red' in row 0 (counted from 0) is not a number; {MEND}"),
        ({"ab/c": 1e39}, f"column ab/c: 1e+39 in row 0 (counted from 0) is not a {FINITE}; {MEND}"),
        ({"ab/c": float("inf")}, "column ab/c: inf in row 0 (counted from 0) is not a finite"),
        ({"ab/c": {"a": 1}}, "column ab/c: {'a': 1} is neither text, number nor truth value"),
        ({"colour": ["red"]}, "column colour: ['red'] is neither text, number nor truth value"),
    ],
)
def test_a_value_that_it_cannot_take_is_a_bad_request(exported, mlflow_model, change, message):
    record = {name: values[1] for name, values in exported.dataset.raw.items()}
    with pytest.raises(MlflowException) as error:
        mlflow_model.predict(pd.DataFrame([{**record, **change}]))
    assert error.value.message.startswith(message)
    assert error.value.get_http_status_code() == 400


def test_cells_that_are_no_numbers_can_be_taken_as_missing(exported, mlflow_model):
    record = {name: values[1] for name, values in exported.dataset.raw.items()}
    rows = pd.DataFrame([{**record, "ab/c": cell} for cell in ("red", 1e39, None)])
    with pytest.warns(
        UserWarning, match=r"^column ab/c: 2 cells count as missing, such as 'red' in"
    ):
        answers = get_probabilities(mlflow_model.predict(rows, params={"on_error": "missing"}))
    assert (answers == answers[2]).all()
    with pytest.raises(MlflowException, match="on_error: 'ignore' is neither"):
        mlflow_model.predict(rows, params={"on_error": "ignore"})


def test_a_text_of_invisible_characters_is_missing_as_in_a_search():
    reader = served_cells.CellReader(
        {"columns": [{"name": "a", "kind": "categorical", "levels": []}]}
    )
    letters = [chr(code) for code in range(1, 0xD800)] + [chr(c) for c in range(0xE000, 0x10000)]
    seen = [bool(text) for text in reader.read_texts("a", letters, cell_notes.CellNotes())]
    blank = [re.match(NOTHING_SEEN, letter) or not letter.strip() for letter in letters]
    assert seen == [not each for each in blank]


def test_numbers_are_read_alike_from_numbers_and_from_other_cells():
    reader = served_cells.CellReader({"columns": [{"name": "a", "kind": "numeric", "levels": []}]})
    values = [1, None, 2.5, -0.0, 3e38, 1e-45, float("nan"), 10**30]
    plain = reader.read_numbers({"a": values}, "float32", cell_notes.CellNotes())
    others = [np.int64(1), "", "2.50", "-0", " 3e38 ", "1E-45", pd.NA, Decimal(10**30)]
    mixed = reader.read_numbers({"a": others}, "float32", cell_notes.CellNotes())
    np.testing.assert_array_equal(plain, mixed)
    for infinite in (10**400, "inf", 1e39):
        with pytest.raises(MlflowException, match=r"in row 0 .* is not a finite"):
            reader.read_numbers({"a": [infinite]}, "float32", cell_notes.CellNotes())
    for truth in (True, np.True_):  # a file's "true" is no number either
        with pytest.raises(MlflowException, match=r"column a: .*True.* in row 1 .* not a number;"):
            reader.read_numbers({"a": [1, truth]}, "float32", cell_notes.CellNotes())
    for text in ("1_000", "0x1F", "1,5", "١"):  # Python would read the first, and the last
        with pytest.raises(MlflowException, match=f"column a: '{text}' in row 1 .* not a number;"):
            reader.read_numbers({"a": [1, text]}, "float32", cell_notes.CellNotes())


@pytest.mark.parametrize("number", [None, float("nan"), float("inf"), 1e39])
def test_a_row_of_an_array_lacks_no_number(number):
    assert served_cells.read_array("x", [[1, 2]], (2,)).tolist() == [[1, 2]]
    with pytest.raises(MlflowException) as error:
        served_cells.read_array("x", [[1, 2], [number, 3]], (2,))
    assert error.value.message == (
        "column x: a number is absent or not finite in float32; replace it, or leave out its row"
    )
