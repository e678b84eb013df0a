"""Tables of so many numbers that the columns share an input of the exported model."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from tests.helpers.exports import export, train_randomly
from tuner.serving.exported_model import ExportedModel
from tuner.serving.input_names import join_columns, make_input_names, split_inputs
from tuner.serving.served_model import SoftmaxClassifier

NUMBERS = 120


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """The exported model of a table of many numbers, one of them with a gap, and words."""
    folder = tmp_path_factory.mktemp("wide")
    rng = np.random.default_rng(0)
    names = [f"gene {number}" for number in range(NUMBERS)]
    lines = [",".join([*names[:60], "colour", *names[60:], "kind"])]
    for row in range(30):
        cells = [f"{value:.3f}" for value in rng.normal(size=NUMBERS)]
        cells[7] = "" if row == 3 else cells[7]
        lines.append(",".join([*cells[:60], ["red", "blue"][row % 2], *cells[60:], "abc"[row % 3]]))
    source = folder / "wide.csv"
    source.write_text("\n".join(lines) + "\n")
    return export(*train_randomly(source), source, folder / "model")


@pytest.fixture(scope="module")
def classifier(wide):
    model = ExportedModel.open(wide.folder)
    classifier = SoftmaxClassifier()
    classifier.use_network(model.load_network(), model.schema.to_dict(), dict(model.inputs))
    return classifier


def make_lists(wide):
    """The rows as JSON has them."""
    frame = pd.DataFrame(wide.dataset.raw).astype(object)
    return frame.where(frame.notna(), None).to_dict("list")


def test_columns_of_numbers_share_one_input_in_their_order(wide):
    inputs = make_input_names(wide.dataset.schema)
    assert inputs["gene 0"] == inputs["gene 119"] == "numbers"
    assert inputs["colour"] == "colour"
    joined = join_columns(wide.dataset.raw, inputs)
    assert joined["numbers"].shape == (30, NUMBERS)
    for name, values in split_inputs(joined, inputs).items():
        assert values.tolist() == pytest.approx(wide.dataset.raw[name].tolist(), nan_ok=True)


def test_every_way_of_predicting_answers_as_the_network_in_memory(wide, classifier):
    expected = wide.trained.predict_proba(wide.dataset.raw)
    model = ExportedModel.open(wide.folder)
    (table,) = model.predict(model.read(str(wide.source)))
    answered = table.filter(like="probability_").to_numpy()
    np.testing.assert_allclose(answered, expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(
        classifier.predict_proba(make_lists(wide)), expected, rtol=0, atol=1e-5
    )
    texts = make_lists(wide) | {"gene 4": [str(v) for v in wide.dataset.raw["gene 4"]]}
    np.testing.assert_allclose(classifier.predict_proba(texts), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("number", [1e39, 10**400, "much"])
def test_a_number_that_cannot_be_read_is_refused_with_its_column(wide, classifier, number):
    row = {name: cells[:1] for name, cells in make_lists(wide).items()}
    with pytest.raises(MlflowException, match="column gene 9: "):
        classifier.predict_proba(row | {"gene 9": [number]})


def test_a_model_of_an_earlier_version_has_an_input_for_each_column(wide, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(wide.folder, folder)
    content = json.loads((folder / "model.json").read_text())
    del content["sha256"]  # which those versions did not write
    content["inputs"] = make_input_names(wide.dataset.schema, shared=False)
    for path in ("model.json", "mlflow_model/artifacts/model.json"):
        (folder / path).write_text(json.dumps(content))
    assert len(set(ExportedModel.open(folder).inputs.values())) == NUMBERS + 1


def test_the_card_calls_a_wide_model(wide, monkeypatch):
    card = (wide.folder / "README.md").read_text()
    assert len(card) < 20_000
    code = card.partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(wide.folder)
    printed = []
    exec(code, {"print": printed.append})
    assert [len(rows[0]) for rows in printed] == [3, 3]
