"""The answers of the server's application, without HTTP."""

import asyncio
import json
import pickle
import shutil

import numpy as np
import pytest

from tuner.serving.exported_model import ExportedModel
from tuner.serving.file_hashes import add_hashes
from tuner.serving.server.application import Application, Request
from tuner.serving.server.hosts import HostRule
from tuner.serving.server.rejection import RejectedRequest

FAULTS: list[Exception] = []
REQUEST = Request("POST", "/invocations", "localhost", "application/json")


def make(folder, **options):
    return Application(ExportedModel.open(folder), HostRule("127.0.0.1"), FAULTS.append, **options)


@pytest.fixture(scope="module")
def images(exported_images):
    application = make(exported_images.folder)
    yield application
    application.close()


def ask(application, content):
    """Return the predictions for a JSON body, and how many parts they came in."""
    answer, parts = ask_for_all(application, content)
    return answer["predictions"], parts


def ask_for_all(application, content):
    """Return the answer to a JSON body, and how many parts it came in."""

    async def run():
        answer = await application.answer(REQUEST, json.dumps(content).encode())
        parts = [answer.body]
        while answer.rest is not None and (part := await answer.thread.go_on(answer.rest)):
            parts.append(part)
        return json.loads(b"".join(parts)), len(parts)

    return asyncio.run(run())


class Bomb:
    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_nothing_that_stands_in_the_folder_is_run(exported, tmp_path):
    """Even if whoever changed it has written its hashes again."""
    folder = shutil.copytree(exported.folder, tmp_path / "model")
    mark, part = tmp_path / "mark", folder / "mlflow_model"
    bomb = Bomb()
    bomb.path = mark
    (part / "served_model.py").write_text(f"open({str(mark)!r}, 'w')")
    (part / "python_model.pkl").write_bytes(pickle.dumps(bomb))
    model = (
        (part / "MLmodel")
        .read_text()
        .replace(
            "loader_module: mlflow.pyfunc.loaders.code_model",
            "loader_module: mlflow.pyfunc.model\n    python_model: python_model.pkl",
        )
    )
    (part / "MLmodel").write_text(model)
    content = json.loads((folder / "model.json").read_text())
    del content["sha256"]
    (folder / "model.json").write_text(json.dumps(add_hashes(content, folder)))
    application = make(folder)
    raw = exported.dataset.raw
    records, _ = ask(application, {"inputs": {k: v[:5].tolist() for k, v in raw.items()}})
    application.close()
    received = [[*record.values()][1:] for record in records]
    np.testing.assert_allclose(received, exported.predict_first(5), atol=1e-5)
    assert not mark.exists()


def test_bad_cells_and_unknown_fields_are_told(exported, monkeypatch):
    monkeypatch.setattr("tuner.serving.served_model._STEP_CELLS", 1)  # a row at a time
    row = {name: values[1] for name, values in exported.dataset.raw.items()}
    record = {name: v if isinstance(v, str) else float(v) for name, v in row.items()}
    records = [{**record, "ab/c": cell} for cell in (None, "lots", "?", "x")]
    network = ExportedModel.open(exported.folder).load_network()
    monkeypatch.setattr(ExportedModel, "load_network", lambda model: network)  # once for both
    refusing, lenient = make(exported.folder), make(exported.folder, on_error="missing")
    with pytest.raises(RejectedRequest) as error:
        ask(refusing, {"dataframe_records": records})
    assert (error.value.status, str(error.value)) == (
        400,
        "column ab/c: 'lots' in row 1 (counted from 0) is not a number; fix the cell, or start the "
        "server with --on-error missing to take it as missing",
    )
    answer, _ = ask_for_all(lenient, {"dataframe_records": records})
    assert list(answer) == ["predictions", "warnings"]
    assert answer["predictions"] == [answer["predictions"][0]] * 4
    assert answer["warnings"] == [
        {
            "field": "ab/c",
            "count": 2,
            "example": "'lots'",
            "message": "column ab/c: 2 cells count as missing, such as 'lots' in row 1 (counted "
            "from 0), which is not a number",
        }
    ]
    described = {"kind": "yes", "constant": 1, "odd": 2, "shape": 3}  # of these two are unknown
    answer, _ = ask_for_all(refusing, {"inputs": [{**record, **described}]})
    assert answer["warnings"] == [
        {"field": "odd", "count": 2, "message": "the model does not know odd, shape, and does not "
        "use them"}
    ]  # fmt: skip
    answer, _ = ask_for_all(refusing, {"inputs": [{**record, "": 1}]})  # of pandas's index
    assert answer["warnings"][0]["message"] == (
        "the model does not know a column without a name, and does not use it"
    )
    pink = [{**record, "colour": "pink"}, {**record, "colour": "grey"}, record]
    answer, _ = ask_for_all(refusing, {"dataframe_records": pink})
    assert answer["warnings"] == [
        {
            "field": "colour",
            "count": 2,
            "example": "'pink'",
            "message": "column colour: 2 cells of levels that the model has not seen, such as "
            "'pink'; each counts as none of the known levels",
        }
    ]
    refusing.close()
    lenient.close()


def test_arrays_are_answered_in_parts(exported_images, images):
    x = exported_images.dataset.raw["x"]
    rows = np.concatenate([x] * 400).astype(int).tolist()
    records, parts = ask(images, {"instances": rows})
    assert parts > 2
    received = np.array([[*record.values()][1:] for record in records])
    expected = exported_images.trained.predict_proba({"x": x})
    np.testing.assert_allclose(received, np.tile(expected, (400, 1)), atol=1e-5)


def test_small_requests_do_not_wait_for_large_ones(exported_images, images):
    """They have a thread of their own; in a queue, they would wait for all that came before."""
    rows = exported_images.dataset.raw["x"].astype(int).tolist()
    large = json.dumps({"instances": rows * 400}).encode()
    small = json.dumps({"instances": rows[:1]}).encode()

    async def run():
        waiting = [asyncio.create_task(images.answer(REQUEST, large)) for _ in range(8)]
        await asyncio.sleep(0)  # all have begun
        await images.answer(REQUEST, small)
        answered = sum(task.done() for task in waiting)
        await asyncio.gather(*waiting)
        return answered

    assert asyncio.run(run()) < 8


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([[1, 2]], "column x: a row has the shape (2,), not (4, 4)"),
        ([[[1] * 4] * 4, [[1]]], "column x: setting an array element with a sequence"),
        ([[["a"] * 4] * 4], "column x: could not convert string to float: 'a'"),
        ([[[1e39] * 4] * 4], "column x: a number is absent or not finite in float32; re"),
        ([1], "column x: a row has the shape (), not (4, 4)"),
        ([[], []], "column x: a row has the shape (0,), not (4, 4)"),
    ],
)
def test_arrays_of_another_shape_are_rejected(images, rows, reason):
    with pytest.raises(RejectedRequest) as error:
        ask(images, {"inputs": {"x": rows}})
    assert (error.value.status, str(error.value)[: len(reason)]) == (400, reason)


def test_more_rows_than_an_answer_may_have_are_rejected(images, monkeypatch):
    monkeypatch.setattr("tuner.serving.server.application._MAX_NUMBERS", 6)
    with pytest.raises(RejectedRequest) as error:
        ask(images, {"instances": [[[1] * 4] * 4] * 3})
    assert (error.value.status, str(error.value)) == (413, "there are more than 2 rows; send fewer")


def test_a_fault_is_reported_but_not_for_ever(images):
    rejections = [images.report_fault(ZeroDivisionError(str(i))) for i in range(150)]
    assert {rejection.status for rejection in rejections} == {500}
    assert [str(fault) for fault in FAULTS] == [str(i) for i in range(100)]
