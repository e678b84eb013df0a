"""The whole way of a table as people have them: told, searched, exported, and answered alike."""

import asyncio
import io
import json
import warnings

import mlflow
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.helpers.command_line import SPACE, run_tuner
from tuner.serving.exported_model import ExportedModel
from tuner.serving.server.application import Application, Request
from tuner.serving.server.hosts import HostRule

ROWS = 240
BAD = {"age": "lots", "income": "plenty", "joined": "2022-13-45", "distance": "1e39"}
NO_NUMBER = ("", "unknown", "lots", "1e39")


def make_table():
    """Return a table of texts, as a file has it: what may go wrong with one stands in it."""
    rng = np.random.default_rng(3)
    age, rate = rng.integers(18, 80, ROWS), rng.uniform(0, 1, ROWS)
    income = rng.lognormal(10, 0.7, ROWS)
    day = pd.Timestamp("2019-01-01") + pd.to_timedelta(rng.integers(0, 1800, ROWS), "D")
    score = 0.05 * (age - 45) + 0.8 * (np.log(income) - 10) + 2 * (rate - 0.5)
    label = np.where(score > 0.5, "high", np.where(score < -0.5, "low", "mid")).astype(object)
    label[:3] = "rare"
    distance = rng.gamma(2, 10, ROWS)
    distance[::40] = 99_999_999
    city = rng.choice(["Berlin, Mitte", "Köln", "München"], ROWS).astype(object)
    city[5::30], city[7::30] = "köln", "Ko\u0308ln"
    columns = {
        "id": [f"C-{100_000 + row}" for row in range(ROWS)],
        "age": age.astype(str).astype(object),
        "income": [f"€ {value:,.2f}" for value in income],
        "share": [f"{100 * value:.1f} %" for value in rate],
        "joined": day.strftime("%Y-%m-%d"),
        "seen": (day + pd.Timedelta(days=9)).strftime("%d.%m.%Y"),
        "paid": (day + pd.Timedelta(days=30)).strftime("%m/%d/%y"),
        "stamp": [f"{1.6e9 + second:.3f}" for second in np.sort(rng.uniform(0, 18_000, ROWS))],
        "distance": [f"{value:.2f}" for value in distance],
        "city": city,
        "member": rng.choice(["yes", "no"], ROWS),
        "code": pd.Series(label).str[0].str.upper(),
        "class": label,
    }
    table = pd.DataFrame(columns)
    table.loc[3:8, "age"] = "unknown"
    return pd.concat([table, table[100:120]]).sample(frac=1, random_state=0, ignore_index=True)


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("messy")
    make_table().to_csv(folder / "messy.csv", index=False)
    (folder / "own.toml").write_text(SPACE)
    return folder


@pytest.fixture(scope="module")
def search(messy):
    """What a search of the table said."""
    options = "--space own.toml --max-trials 2 --folds 2 --epochs 3 --data messy.csv"
    refused = run_tuner(messy, "search", *options.split())
    assert refused.returncode == 2
    assert "column age: it holds numbers such as" in refused.stderr
    assert "if that means a missing value, give --missing unknown;" in refused.stderr
    done = run_tuner(
        messy, "search", *options.split(), "--folds", 3, "--missing", "unknown", "--study", "messy"
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def model(messy, search):
    """The folder with the model that the search exported, in three formats."""
    return messy / "mlruns/studies/messy/model"


@pytest.fixture(scope="module")
def rows():
    """Fifty rows as texts, with gaps, bad cells and unseen levels."""
    rows = make_table()[:50].drop(columns="class")
    for place, column in enumerate(rows.columns[1:]):
        rows.loc[place, column] = ""
        rows.loc[20 + place, column] = BAD.get(column, rows.loc[20 + place, column])
    rows.loc[40:43, "city"] = ["Atlantis", "köln", "Ko\u0308ln", "unknown"]
    rows.loc[44:46, "distance"] = ["99999999", "1.5e1", "-3"]
    rows.loc[47:49, "age"] = "unknown"
    return rows


@pytest.fixture(scope="module")
def predicted(messy, model, rows):
    """What `tuner predict` answers, of a file's columns: the class, and the probabilities."""
    options = ("--keep", "id", "--on-error", "missing")
    done = run_tuner(
        messy, "predict", model, "--data", "-", *options, given=rows.to_csv(index=False)
    )
    assert done.returncode == 0, done.stderr
    for column, cell in BAD.items():
        assert f"warning: column {column}: {cell!r} in line" in done.stderr
    table = pd.read_csv(io.StringIO(done.stdout))
    assert list(table["id"]) == list(rows["id"])
    return table


def check_same(predicted, answer):
    """Check that an answer has the classes of `tuner predict`, and probabilities within 1e-5."""
    answer = pd.DataFrame(answer)
    assert list(answer["class"]) == list(predicted["class"])
    difference = answer.filter(like="probability_") - predicted.filter(like="probability_")
    assert np.abs(difference.to_numpy()).max() <= 1e-5


def make_tensors(model, rows):
    """Return rows as a program gives them to a format without cells: numbers, or texts."""
    inputs = json.loads((model / "model.json").read_text(encoding="utf-8"))["inputs"]
    tensors = {name: rows[column].to_numpy(object) for column, name in inputs.items()}
    for name, dtype in {"age": "f4", "distance": "f4", "stamp": "f8"}.items():
        tensors[name] = rows[name].replace(dict.fromkeys(NO_NUMBER, "nan")).to_numpy(dtype)
    return tensors


def test_what_may_ruin_a_model_is_told_before_the_search(search):
    expected = (
        "5 numeric: age [missing], income (like 1,234.5), share (like 1,234.5), stamp, distance",
        "3 date: joined (like 2024-12-31: ",
        "seen (like 31/12/2024: ",
        "paid (like 12/31/2024: ",
        "1 left out: id (rare levels)",
        "1 class has too few rows for the folds and is left out, so that the model does not know "
        "it: rare (3 rows)",
        "distance (99999999 beside",
        "column distance: 99999999 stands in 5 rows, far from all other values; if that means a "
        "missing value, give --missing 99999999",
        "Köln and 'Ko\\u0308ln' differ by their form in Unicode",
        "Köln and köln are different levels",
        "column code is the target class in other words (balanced accuracy 100 %)",
        "20 rows of 257 repeat another row in all columns that are used, target included",
    )
    assert not [words for words in expected if words not in search.stderr], search.stderr
    assert "classes that the model does not know: rare (3 rows)" in search.stdout


def test_report_and_card_name_the_class_that_was_left_out(messy, search, model):
    card = (model / "README.md").read_text(encoding="utf-8")
    assert "which had too few rows: rare (3 rows)." in card
    assert "| `mid` | " in card
    page = (messy / "mlruns/studies/messy/report.html").read_text(encoding="utf-8")
    assert "It does not know rare (3 rows)" in page


def test_the_mlflow_model_answers_alike(model, rows, predicted):
    loaded = mlflow.pyfunc.load_model(str(model / "mlflow_model"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = loaded.predict(rows, params={"on_error": "missing"})
    told = [str(warning.message) for warning in caught if warning.category is UserWarning]
    bad = {message.split(" in row")[0] for message in told if message.endswith("as missing")}
    assert bad == {f"column {column}: {cell!r}" for column, cell in BAD.items()}
    assert any("of levels that the model has not seen, such as 'Atlantis'" in each for each in told)
    check_same(predicted, answer)


def test_the_server_answers_alike_in_each_form_of_a_request(model, rows, predicted):
    records = rows.to_dict("records")
    split = {"columns": list(rows), "data": rows.to_numpy(object).tolist()}
    forms = [
        {"dataframe_records": records},
        {"dataframe_split": split},
        {"instances": records},
        {"inputs": rows.to_dict("list")},
    ]
    bodies = [("application/json", json.dumps(form)) for form in forms]
    bodies.append(("text/csv", rows.to_csv(index=False)))
    faults = []
    application = Application(
        ExportedModel.open(model), HostRule("127.0.0.1"), faults.append, on_error="missing"
    )

    async def ask(kind, body):
        request = Request("POST", "/invocations", "localhost", kind)
        answer = await application.answer(request, body.encode())
        parts = [answer.body]
        while answer.rest is not None and (part := await answer.lane.go_on(answer.rest)):
            parts.append(part)
        return json.loads(b"".join(parts))

    for kind, body in bodies:
        answer = asyncio.run(ask(kind, body))
        check_same(predicted, answer["predictions"])
        counts = {told["field"]: told.get("count") for told in answer["warnings"]}
        assert counts.items() >= dict.fromkeys(BAD, 1).items()
    application.close()
    assert not faults


def test_the_saved_model_answers_alike(model, rows, predicted):
    tensors = {name: tf.constant(values) for name, values in make_tensors(model, rows).items()}
    signature = tf.saved_model.load(str(model / "saved_model")).signatures["serving_default"]
    answer = signature(**tensors)["probabilities"]
    expected = predicted.filter(like="probability_")
    np.testing.assert_allclose(answer, expected, rtol=0, atol=1e-5)
