"""The model card says what the model is, and its code runs as it stands there."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from tests.serving.test_export import DESCRIPTION, export, table
from tuner.serving.model_card import render_model_card


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("carded")
    (folder / "mixed.csv").write_text(table(), encoding="utf-8")
    network, dataset = export(folder / "mixed.csv", folder / "model")
    return network, dataset, folder / "model"


@pytest.fixture(scope="module")
def content(exported):
    return json.loads((exported[2] / "model.json").read_text(encoding="utf-8"))


def blocks(card, language):
    return re.findall(rf"^```{language}\n(.*?)^```", card, flags=re.DOTALL | re.MULTILINE)


def text_of(content, **changes):
    """The card as one line, without the line ends of the text."""
    return " ".join(render_model_card({**content, **changes}, {"colour": "red"}).split())


def test_it_says_what_is_predicted_from_which_data_and_how_well(exported):
    card = (exported[2] / "README.md").read_text(encoding="utf-8")
    for words in (
        "# test\n",
        "A softmax classifier of `kind`.",
        "probability of each class: `may be`, `no`, `yes`.",
        "which asked: Is it so?",
        "`mixed`, 40 rows; SHA-256 of the encoded data `0123`.",
        "| `ab/c` | numeric |  | yes |",
        "The best network, trial 3: depth 1, learning_rate 0.1; 100 parameters, 7 epochs.",
        "| cross_entropy | 0.5000 [0.4020, 0.5980] | 0.6000 [0.4040, 0.7960] |",
        "cross_entropy is 0.5500, 95 % interval 0.4000 to 0.7000.",
        "with the temperature T = 1.250. By it out-of-fold cross-entropy goes from 0.5000 to 0.45",
    ):
        assert words in card


def test_its_python_runs_beside_the_model_and_answers_alike(exported):
    folder = exported[2]
    card = (folder / "README.md").read_text(encoding="utf-8")
    code = "\n".join(blocks(card, "python"))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    keras, saved_model, *mlflow = done.stdout.strip().splitlines()
    numbers, others = (
        [float(number) for number in re.findall(r"\d\.\d+(?:e-\d+)?", line)]
        for line in (keras, saved_model)
    )
    assert numbers == pytest.approx(others, abs=1e-5)
    named = re.match(r"0 +(.+?) +\d\.", mlflow[-1])[1]
    assert named == exported[1].classes[int(np.argmax(numbers))]


def test_its_requests_name_every_input(exported, content):
    card = (exported[2] / "README.md").read_text(encoding="utf-8")
    serving, invocations = blocks(card, "sh")
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


def test_probabilities_that_are_left_alone_are_said_to_be(content):
    calibration = {**content["calibration"], "applied": False, "temperature": 1.0}
    assert (
        "The probabilities are the network's own. A temperature of 1.250 was tried and does not "
        "pay: out-of-fold cross-entropy goes from 0.5000 to 0.4500"
    ) in text_of(content, calibration=calibration)


def test_an_ensemble_is_listed_and_a_model_without_a_test_says_so(content):
    member = {**DESCRIPTION["pick"], "networks": 2}
    pick = {**DESCRIPTION["pick"], "members": [member]}
    card = text_of(content, picked="ensemble", pick=pick, test={})
    assert "- 2 of trial 3: depth 1, learning_rate 0.1; 100 parameters, 7 epochs." in card
    assert "- Held-out test: there is none of this model." in card


def test_what_went_wrong_with_a_network_is_said(content):
    told = text_of(content, notes=["a network of trial 3 did not learn"])
    assert "**Note**: a network of trial 3 did not learn. ## Scores" in told
    assert "**Note**" not in text_of(content)


def test_what_people_called_things_is_no_markup(content):
    card = render_model_card({**content, "question": "<b>|a|</b>?"}, {"colour": "it's"})
    assert "&lt;b>\\|a\\|&lt;/b>?" in card
    assert "'\"'\"'" in card  # the shell gets the apostrophe


def test_many_columns_are_cut(content):
    columns = [
        {"name": f"c{n}", "kind": "numeric", "levels": [], "missing": False} for n in range(99)
    ]
    card = text_of(content, schema={**content["schema"], "columns": columns})
    assert "and 59 more, which `model.json` lists." in card


def test_an_array_has_a_shape_instead_of_columns(tmp_path):
    x = np.zeros((12, 2, 2), np.float32) + np.arange(12)[:, None, None]
    np.savez(tmp_path / "images.npz", x=x, y=np.arange(12) % 3)
    export(tmp_path / "images.npz", tmp_path / "model")
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert "It takes arrays of shape (2, 2) as they stand in the data" in card
    assert "| column |" not in card
