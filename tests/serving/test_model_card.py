"""The model card says what the model is, and its code runs as it stands there."""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tests.helpers.exports import DESCRIPTION
from tuner.serving.model_card import render_model_card

# Before and after the code of a card: the code that MLflow runs knows nothing of this package.
WITHOUT_PACKAGE = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tuner", "search_spaces"):
            raise ImportError(name)

sys.meta_path.insert(0, Nothing())
"""
ANSWER_ROWS = """
import pandas
rows = pandas.read_json("rows.json", dtype=False, convert_dates=False)
print(model.predict(rows).to_json(orient="records"))
"""


@pytest.fixture(scope="module")
def content(exported):
    return json.loads((exported.folder / "model.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def card(exported):
    return (exported.folder / "README.md").read_text(encoding="utf-8")


def find_blocks(card, language):
    return re.findall(rf"^```{language}\n(.*?)^```", card, flags=re.DOTALL | re.MULTILINE)


def render_line(content, **changes):
    """Return the card as one line."""
    return " ".join(render_model_card({**content, **changes}, {"colour": "red"}).split())


def test_it_says_what_is_predicted_from_which_data_and_how_well(card):
    for words in (
        "# test\n",
        "A softmax classifier of `kind`.",
        "probability of each class: `may be`, `no`, `yes`.",
        "The study `test` selected it. Its question was: Is it so?",
        "`mixed`, 40 rows; SHA-256 of the encoded data `0123`.",
        "| `ab/c` | numeric |  | yes |",
        "The best network, trial 3: depth 1, learning_rate 0.1; 100 parameters, 7 epochs.",
        "| cross_entropy | 0.5000 [0.4020, 0.5980] | 0.6000 [0.4040, 0.7960] |",
        "cross_entropy is 0.5500, 95 % interval 0.4000 to 0.7000.",
        "with the temperature T = 1.250. This changes the out-of-fold cross-entropy from 0.5000 to",
    ):
        assert words in card


def test_it_says_which_parts_a_network_for_tables_has(content):
    values = {"numbers": "periodic", "depth": 2, "units": 64, "optimizer": "adamw"}
    pick = {**content["pick"], "name": "RealMLP-TD", "hyperparameters": values}
    assert (
        "The best network, trial 3: RealMLP-TD; it has periodic embeddings of numbers, two hidden "
        "layers of 64 units and AdamW; numbers periodic, depth 2, units 64, optimizer adamw; 100 "
        "parameters, 7 epochs."
    ) in render_line(content, pick=pick)


def test_it_says_what_parts_are_worth_if_that_is_known(content):
    answer = "Periodic embeddings of numbers help: the cross-entropy is 0.1 lower."
    card = render_line(content, parts={"Do embeddings of numbers help?": answer})
    assert (
        "What the trials of the study say of its parts: - Do embeddings of numbers help? "
        f"{answer} From raw columns"
    ) in card
    assert "of its parts" not in render_line(content)


def test_it_says_which_classes_had_too_few_rows(content):
    data = {**content["data"], "left_out_classes": {"a": 3}, "pooled_classes": {"b": 1, "c": 2}}
    card = render_line(content, data=data)
    assert (
        "- It does not know these classes of the data, which had too few rows: a (3 rows)." in card
    )
    assert (
        "- Its class `yes` stands for classes that had too few rows: b (1 row), c (2 rows)." in card
    )


def test_of_many_classes_it_lists_those_with_the_lowest_recall(content):
    scores = {
        "rows": 9,
        "recall_standard_error": 0.1,
        **dict.fromkeys(("precision", "precision_standard_error")),
    }
    classes = [{"name": f"k{n}", "recall": n / 60, **scores} for n in range(59, -1, -1)]
    card = render_line(content, class_scores=classes)
    assert "| `k0` | 9 | 0.0000 ± 0.1000 | – | | `k1` |" in card
    assert "`k19`" in card
    assert "`k20`" not in card
    assert "and 40 more of at least this recall, which `model.json` lists." in card


def test_its_python_runs_where_this_package_is_not_and_answers_alike(exported, card, tmp_path):
    folder = shutil.copytree(exported.folder, tmp_path / "model")  # Python adds compiled code
    frame = pd.read_csv(exported.source).drop(columns="kind")
    frame.head(5).to_json(folder / "rows.json", orient="records")
    code = "\n".join((WITHOUT_PACKAGE, *find_blocks(card, "python"), ANSWER_ROWS))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    keras, saved_model, onnx, *mlflow, rows = done.stdout.strip().splitlines()
    numbers, others = (
        [float(number) for number in re.findall(r"\d\.\d+(?:e-\d+)?", line)]
        for line in (keras, saved_model)
    )
    assert numbers == pytest.approx(others, abs=1e-5)
    classes = exported.dataset.classes
    likeliest = classes[int(np.argmax(numbers))]
    assert re.match(r"0 +(.+?) +\d\.", mlflow[-1])[1] == likeliest
    assert onnx.startswith(f"{likeliest} [[")
    records = json.loads(rows)
    assert list(records[0]) == ["class", *(f"probability_{name}" for name in classes)]
    answer = [[*record.values()][1:] for record in records]
    np.testing.assert_allclose(answer, exported.predict_first(5), atol=1e-5)


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated:UserWarning")
def test_its_python_calls_a_model_of_numbers_in_every_format(exported_images, monkeypatch):
    card = (exported_images.folder / "README.md").read_text(encoding="utf-8")
    keras, onnx, litert, _ = find_blocks(card, "python")
    monkeypatch.chdir(exported_images.folder)
    printed = []
    exec("\n".join((keras, onnx, litert)), {"print": lambda *shown: printed.append(shown[-1])})
    assert len(printed) == 4
    for probabilities in printed:
        np.testing.assert_allclose(probabilities, printed[0], rtol=0, atol=1e-5)


def test_its_requests_name_every_input(card, content):
    serving, invocations = find_blocks(card, "sh")
    bodies = [
        json.loads(re.search(r"-d '(.*)'$", block.strip())[1].replace("'\"'\"'", "'"))
        for block in (serving, invocations)
    ]
    (instance,) = bodies[0]["instances"]
    assert bodies[0]["signature_name"] == "serving_default"
    assert list(instance) == list(content["inputs"].values())
    (record,) = bodies[1]["dataframe_records"]
    assert list(record) == list(content["inputs"])
    assert None not in record.values()


def test_it_says_how_long_a_prediction_takes_end_to_end(content):
    time = content["prediction_time"]
    assert all(0 < time[part] < 60 for part in ("row_seconds", "batch_seconds"))
    time = {"row_seconds": 0.0012, "batch_seconds": 0.023, "batch": 1000, "device": "one thread"}
    assert (
        "From raw columns to probabilities, one row takes 1.2 ms, and 1,000 rows at once take 23 "
        "ms: the compiled graph of the whole model, on one thread, where it was exported"
    ) in render_line(content, prediction_time=time)
    without = {k: v for k, v in content.items() if k != "prediction_time"}  # of earlier versions
    assert "rows at once" not in render_line(without)


def test_uncalibrated_probabilities_are_reported(content):
    calibration = {**content["calibration"], "applied": False, "temperature": 1.0}
    assert (
        "The probabilities are not calibrated, because that did not clearly improve them. The "
        "fitted temperature of 1.250 changes the out-of-fold cross-entropy from 0.5000 to 0.4500"
    ) in render_line(content, calibration=calibration)


def test_the_corrected_score_has_the_calibration_if_a_search_exported_the_model(content):
    by_hand = render_line(content)
    assert "picked among 5 trials. Corrected for that, cross_entropy is 0.5500, 95 %" in by_hand
    exported = {"score": 0.5, "standard_error": 0.05, "interval": [0.4, 0.6]}
    assert (
        "Corrected for that and calibrated, cross_entropy is 0.5000, 95 % interval 0.4"
    ) in render_line(content, exported_score=exported)
    uncalibrated = {**content["calibration"], "applied": False}
    assert "Corrected for that, cross_entropy is 0.5000, 95 % interval" in render_line(
        content, exported_score=exported, calibration=uncalibrated
    )
    alone = {**content["measured"], "trials": 1}
    line = render_line(content, exported_score=exported, measured=alone)
    assert "predict it. Calibrated, cross_entropy is 0.5000, 95 % interval" in line
    assert "optimistic" not in line
    assert (
        "Corrected for that, calibrated and with what averaging folds gains on the held-out rows, "
        "cross_entropy is 0.5000, 95 % interval 0.4"
    ) in render_line(content, exported_score=exported, averages_folds=True)


def test_an_ensemble_is_listed_and_a_model_without_a_test_says_so(content):
    member = {**DESCRIPTION["pick"], "networks": 2}
    difference = {"difference": -0.01, "difference_interval": [-0.03, 0.01]}
    pick = {**DESCRIPTION["pick"], "parameters": 200, "members": [member], **difference}
    card = render_line(content, picked="ensemble", pick=pick, test={})
    assert (
        "- 2 of trial 3: depth 1, learning_rate 0.1; 100 parameters, 7 epochs. They were trained "
        "again on all training rows. Its prediction computes all 200 parameters. Less the best "
        "trial's, its corrected score is -0.0100, 95 % interval -0.0300 to 0.0100."
    ) in card
    assert "- Held-out test: not available for this model." in card


def test_the_networks_of_folds_are_told_of(content):
    member = {**DESCRIPTION["pick"], "networks": 2, "folds": 5}
    difference = {"difference": -0.01, "difference_interval": [-0.03, 0.01]}
    pick = {**DESCRIPTION["pick"], "parameters": 500, "members": [member], **difference}
    card = render_line(content, picked="ensemble", pick=pick)
    assert "- 5 of trial 3, which count 2 times: depth 1, learning_rate 0.1; 100 param" in card
    assert "They are the networks of the 5 folds of each trial, each trained on the rows of" in card
    assert "on all training rows" not in card
    gain = "What averaging them gains is not in its scores: one of them predicted each row."
    assert gain in card
    assert "Less the best trial's" not in card
    pick["members"] = [{**member, "on_all_rows": 3}, {**member, "trial": 4, "on_all_rows": 0}]
    card = render_line(content, picked="ensemble", pick=pick)
    assert "- 5 and 3 on all rows of trial 3, which count 2 times: depth 1" in card
    assert "- 5 of trial 4, which" in card
    assert gain not in card
    assert "Less the best trial's" in card
    assert "Those on all training rows count as much as those of their trial's folds." in card


def test_a_note_about_the_training_is_shown(content):
    card = render_line(content, notes=["a network of trial 3 did not learn"])
    assert "**Note**: a network of trial 3 did not learn. ## Scores" in card
    assert "**Note**" not in render_line(content)


def test_texts_that_mean_missing_are_shown(content):
    schema = {**content["schema"], "missing_texts": ["?", "-999"]}
    assert "- A cell with `?` or `-999` has no value." in render_line(content, schema=schema)


def test_text_of_the_data_is_escaped(content):
    card = render_model_card({**content, "question": "<b>|a|</b>?"}, {"colour": "it's"})
    assert "&lt;b>\\|a\\|&lt;/b>?" in card
    assert "'\"'\"'" in card  # the shell gets the apostrophe


def test_a_long_list_of_columns_is_cut(content):
    columns = [
        {"name": f"c{n}", "kind": "numeric", "levels": [], "missing": False} for n in range(99)
    ]
    card = render_line(content, schema={**content["schema"], "columns": columns})
    assert "and 59 more columns, which `model.json` lists." in card


def test_an_array_has_a_shape_instead_of_columns(exported_images):
    card = (exported_images.folder / "README.md").read_text(encoding="utf-8")
    assert "It takes arrays of shape (4, 4) unchanged, as the data have them" in card
    assert "| column |" not in card
