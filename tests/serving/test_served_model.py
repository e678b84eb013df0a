"""The code that MLflow runs in an exported model, which knows nothing of this package."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from tests.helpers.exports import get_probabilities
from tuner.data.parsing.text_column import MISSING_TEXTS
from tuner.serving import served_model

ALONE = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tuner", "search_spaces"):
            raise ImportError(name)

sys.meta_path.insert(0, Nothing())
import mlflow, pandas as pd
rows = pd.read_json(sys.argv[2], dtype=False, convert_dates=False)
print(mlflow.pyfunc.load_model(sys.argv[1]).predict(rows).to_json(orient="records"))
"""


def test_it_answers_where_this_package_is_not(exported, tmp_path):
    frame = pd.read_csv(exported.source).drop(columns="kind")
    frame.head(5).to_json(tmp_path / "rows.json", orient="records")
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(exported.folder / "mlflow_model"), "rows.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    records = json.loads(done.stdout)
    classes = exported.dataset.classes
    assert list(records[0]) == ["class", *(f"probability_{name}" for name in classes)]
    answer = [[*record.values()][1:] for record in records]
    np.testing.assert_allclose(answer, exported.predict_first(5), atol=1e-5)


@pytest.mark.parametrize("options", [{}, {"dtype": str, "keep_default_na": False}])
def test_it_takes_a_table_as_pandas_reads_it(exported, mlflow_model, options):
    """Whole numbers, truth values and gaps, or nothing but text."""
    trained, dataset = exported.trained, exported.dataset
    frame = pd.read_csv(exported.source, **options).drop(columns="kind")
    expected = trained.predict_proba(dataset.raw)
    np.testing.assert_allclose(get_probabilities(mlflow_model.predict(frame)), expected, atol=1e-5)


def test_truth_values_are_known_in_any_case_and_unseen_levels_are_all_zeros(exported, mlflow_model):
    trained, dataset = exported.trained, exported.dataset
    row = {name: values[[1]] for name, values in dataset.raw.items()}
    record = {name: values[0] for name, values in row.items()}
    variants = [{**record, "flag": flag} for flag in (False, "FALSE", "False", "false")]
    answers = get_probabilities(mlflow_model.predict(pd.DataFrame(variants)))
    assert (answers == answers[0]).all()
    unseen = get_probabilities(mlflow_model.predict(pd.DataFrame([{**record, "colour": "purple"}])))
    expected = trained.predict_proba({**row, "colour": np.array(["purple"], object)})
    np.testing.assert_allclose(unseen, expected, atol=1e-5)


def test_missing_numbers_are_those_of_the_reader(exported, mlflow_model):
    assert set(served_model.MISSING_NUMBERS) == {"", *MISSING_TEXTS}
    record = {name: values[1] for name, values in exported.dataset.raw.items()}
    gaps = [None, np.nan, pd.NA, *MISSING_TEXTS, "  ", " NA "]
    answers = get_probabilities(
        mlflow_model.predict(pd.DataFrame([{**record, "ab/c": gap} for gap in gaps]))
    )
    assert np.isfinite(answers).all()
    assert (answers == answers[0]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ab/c": "red"}, "column ab/c: Unable to parse string"),
        ({"ab/c": 1e39}, "column ab/c: a number is not finite as float32"),
        ({"ab/c": float("inf")}, "column ab/c: a number is not finite as float32"),
        ({"ab/c": 10**400}, "column ab/c: "),
        ({"ab/c": {"a": 1}}, "column ab/c: "),
        ({"colour": ["red"]}, "column colour: ['red'] is neither text, number nor truth value"),
    ],
)
def test_a_value_that_it_cannot_take_is_a_bad_request(exported, mlflow_model, change, message):
    record = {name: values[1] for name, values in exported.dataset.raw.items()}
    with pytest.raises(MlflowException) as error:
        mlflow_model.predict(pd.DataFrame([{**record, **change}]))
    assert error.value.message.startswith(message)
    assert error.value.get_http_status_code() == 400


def test_a_list_of_numbers_is_read_as_pandas_reads_it():
    values = [1, None, 2.5, -0.0, 3e38, 1e-45, float("nan"), 10**30]
    series = pd.Series(values, dtype=object)
    np.testing.assert_array_equal(
        served_model._read_numbers("a", values, (), []),
        served_model._read_numbers("a", series, (), []),
    )
    with pytest.raises(MlflowException, match="column a: int too large"):
        served_model._read_numbers("a", [10**400], (), [])
