"""A model with a threshold of two classes."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.helpers.exports import export, train_randomly
from tuner.errors import UserError
from tuner.serving.exported_model import ExportedModel
from tuner.serving.served_model import SoftmaxClassifier
from tuner.serving.server.application import Application
from tuner.serving.server.hosts import HostRule

LIMIT = 0.35


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """An exported model, the probabilities of its rows, and the classes that they should have."""
    folder = tmp_path_factory.mktemp("decided")
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(60, 3)), columns=list("abc"))
    table.assign(kind=np.where(rng.random(60) < 0.5, "no", "yes")).to_csv(
        folder / "rows.csv", index=False
    )
    trained, dataset = train_randomly(folder / "rows.csv")
    threshold = {
        "rule": "cost=no:1,yes:2", "predicted": "yes", "value": LIMIT, "score": 0.5, "half": 0.6,
        "standard_error": 0.04,
    }  # fmt: skip
    classes = [
        {"name": name, "rows": 30, "recall": 0.75, "recall_standard_error": 0.06,
         "precision": None, "precision_standard_error": None}
        for name in ("no", "yes")
    ]  # fmt: skip
    model = export(
        trained, dataset, folder / "rows.csv", folder / "model", ("keras",), threshold=threshold,
        class_scores=classes,
    )  # fmt: skip
    probabilities = trained.predict_proba(dataset.raw)
    expected = np.where(probabilities[:, 1] >= LIMIT, "yes", "no")
    assert (expected != np.array(["no", "yes"])[probabilities.argmax(axis=1)]).any()
    return model, probabilities, expected.tolist()


def test_predictions_of_a_file_go_by_it(decided):
    exported, _, expected = decided
    model = ExportedModel.open(exported.folder)
    (table,) = model.predict(model.read(str(exported.source)))
    assert table["class"].tolist() == expected


def test_the_mlflow_model_goes_by_it(decided):
    exported, _, expected = decided
    model = ExportedModel.open(exported.folder)
    served = SoftmaxClassifier()
    served.use_network(
        model.load_network(), model.schema.to_dict(), dict(model.inputs), model.threshold
    )
    answer = served.predict(None, pd.read_csv(exported.source).drop(columns="kind"))
    assert answer["class"].tolist() == expected


def test_the_server_goes_by_it(decided):
    exported, probabilities, expected = decided
    model = ExportedModel.open(exported.folder)
    application = Application(model, HostRule("127.0.0.1"), on_fault=pytest.fail)
    body = b"".join(application._write_records(probabilities))
    application.close()
    assert [row["class"] for row in json.loads(body)["predictions"]] == expected


def test_the_card_says_it(decided):
    card = (decided[0].folder / "README.md").read_text(encoding="utf-8")
    assert "| `yes` | 30 | 0.7500 ± 0.0600 | – |" in card
    assert "`class` is `yes` from a probability of 0.35 on." in card


def test_a_threshold_that_is_no_probability_is_refused(decided, tmp_path):
    model = ExportedModel.open(decided[0].folder)
    content = json.loads((model.folder / "model.json").read_text(encoding="utf-8"))
    content["threshold"]["value"] = 7
    (tmp_path / "model.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match="its threshold is no probability"):
        ExportedModel.open(tmp_path)


def test_a_model_of_an_earlier_version_has_none(decided):
    model = ExportedModel.open(decided[0].folder)
    description = {k: v for k, v in model.description.items() if k != "threshold"}
    assert replace(model, description=description).threshold is None
