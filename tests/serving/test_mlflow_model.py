"""The exported folder's MLflow model, in processes that do not know this package."""

import json
import subprocess
import sys

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from tests.serving.test_export import export, table
from tuner.data.parsing.plain_numbers import MISSING_TEXTS
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


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    (folder / "mixed.csv").write_text(table(), encoding="utf-8")
    network, dataset = export(folder / "mixed.csv", folder / "model")
    return network, dataset, folder


@pytest.fixture(scope="module")
def model(mixed):
    return mlflow.pyfunc.load_model(str(mixed[2] / "model" / "mlflow_model"))


def probabilities(answer):
    return answer.filter(like="probability_").to_numpy()


def test_it_answers_where_this_package_is_not(mixed):
    network, dataset, folder = mixed
    frame = pd.read_csv(folder / "mixed.csv").drop(columns="kind")
    frame.head(5).to_json(folder / "rows.json", orient="records")
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(folder / "model" / "mlflow_model"), "rows.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    records = json.loads(done.stdout)
    expected = network.predict_proba({k: v[:5] for k, v in dataset.raw.items()})
    assert list(records[0]) == ["class", *(f"probability_{name}" for name in dataset.classes)]
    np.testing.assert_allclose([[*r.values()][1:] for r in records], expected, atol=1e-5)


@pytest.mark.parametrize("options", [{}, {"dtype": str, "keep_default_na": False}])
def test_it_takes_a_table_as_pandas_reads_it(mixed, model, options):
    """Whole numbers, truth values and gaps, or nothing but text."""
    network, dataset, folder = mixed
    frame = pd.read_csv(folder / "mixed.csv", **options).drop(columns="kind")
    expected = network.predict_proba(dataset.raw)
    np.testing.assert_allclose(probabilities(model.predict(frame)), expected, atol=1e-5)


def test_truth_values_are_known_in_any_case_and_unseen_levels_are_none_of_the_known(mixed, model):
    network, dataset, _ = mixed
    row = {name: values[[1]] for name, values in dataset.raw.items()}
    record = {name: values[0] for name, values in row.items()}
    variants = [{**record, "flag": flag} for flag in (False, "FALSE", "False", "false")]
    answers = probabilities(model.predict(pd.DataFrame(variants)))
    assert (answers == answers[0]).all()
    unseen = probabilities(model.predict(pd.DataFrame([{**record, "colour": "purple"}])))
    expected = network.predict_proba({**row, "colour": np.array(["purple"], object)})
    np.testing.assert_allclose(unseen, expected, atol=1e-5)


def test_missing_numbers_are_those_that_the_reader_knows(mixed, model):
    assert set(served_model.MISSING_NUMBERS) == {"", *MISSING_TEXTS}
    record = {name: values[1] for name, values in mixed[1].raw.items()}
    gaps = [None, np.nan, pd.NA, *MISSING_TEXTS, "  ", " NA "]
    answers = probabilities(model.predict(pd.DataFrame([{**record, "ab/c": gap} for gap in gaps])))
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
def test_a_value_that_it_cannot_take_is_a_bad_request(mixed, model, change, message):
    record = {name: values[1] for name, values in mixed[1].raw.items()}
    with pytest.raises(MlflowException) as error:
        model.predict(pd.DataFrame([{**record, **change}]))
    assert error.value.message.startswith(message)
    assert error.value.get_http_status_code() == 400


def test_it_names_its_columns_and_has_an_example_that_it_answers(mixed, model):
    dataset = mixed[1]
    signature = model.metadata.signature
    assert signature.inputs.input_names() == list(dataset.raw)
    assert signature.outputs.input_names() == [
        "class", *(f"probability_{name}" for name in dataset.classes)
    ]  # fmt: skip
    example = model.input_example
    assert len(model.predict(example)) == len(example) == 3
    assert example["2nd"].tolist() == dataset.raw["2nd"][:3].tolist()


def test_nothing_in_it_is_pickled(mixed):
    files = [path for path in (mixed[2] / "model").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {
        ".md", ".json", ".keras", ".pb", ".index", ".data-00000-of-00001", ".yaml", ".txt", ".py",
        "",
    }  # fmt: skip
    assert not [path for path in files if path.read_bytes().startswith(b"\x80")]
    folder = str(mixed[2] / "model" / "mlflow_model")
    configured = mlflow.models.Model.load(folder).flavors["python_function"]
    assert configured["loader_module"] == "mlflow.pyfunc.loaders.code_model"
    assert "python_model" not in configured


def test_arrays_are_a_tensor(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 255, (30, 4, 4), np.uint8)
    np.savez(tmp_path / "images.npz", x=x, y=np.arange(30) % 3)
    network, dataset = export(tmp_path / "images.npz", tmp_path / "model")
    model = mlflow.pyfunc.load_model(str(tmp_path / "model" / "mlflow_model"))
    (tensor,) = model.metadata.signature.inputs.inputs
    assert (tensor.name, tensor.shape) == ("x", (-1, 4, 4))
    answer = probabilities(model.predict({"x": x.astype(np.float32)}))
    np.testing.assert_allclose(answer, network.predict_proba(dataset.raw), atol=1e-5)
