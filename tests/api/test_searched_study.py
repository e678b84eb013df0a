"""A study that `tune` searched: the command's to the bit; and what it says of itself."""

import json
import pickle
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

import tuner
from tests.helpers.command_line import read_events, strip_advice
from tests.helpers.errors import read_error
from tests.helpers.exports import export
from tests.helpers.setups import DEPTHS, make_hyperparameters, make_setup, write_untrained_study
from tests.helpers.spaces import make_space
from tuner.data import fit_scaler, keep_rows
from tuner.errors import StudyError, UserError
from tuner.run.opening import create_study
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination
from tuner.serving.exported_model import ExportedModel
from tuner.serving.file_hashes import add_hashes
from tuner.serving.trained_network import TrainedNetwork
from tuner.study import SearchSettings

# What differs from run to run: times, digests of files with times, names and paths; and the hash of
# what the exported network answers, since Keras may round the last bit otherwise.
UNEQUAL = {
    "": {"time", "fingerprint"},
    "result": {"seconds"},
    "summary": {"model", "report", "seconds", "pareto_by_time"},
    "basis": {"baselines", "charts", "page", "prediction_time", "prediction_times", "table"},
}


def strip_events(folder):
    """Return what must be equal of a journal; trials end in the order in which cores end them."""
    lines = []
    for event in read_events(folder):
        for part, names in UNEQUAL.items():
            for name in names:
                (event.get(part, {}) if part else event).pop(name, None)
        lines.append(strip_advice(json.dumps(event, sort_keys=True)))
        if event["event"] == "ended":
            break
    return sorted(lines)


def test_a_search_from_python_is_that_of_the_command_to_the_bit(folder, study):
    command = folder / "mlruns" / "studies" / "first"
    assert strip_events(study.folder) == strip_events(command)
    records = [json.loads((path / "study.json").read_text()) for path in (study.folder, command)]
    for record in records:
        record.pop("id")
        record.pop("checksum")
        record["data"].pop("source")
    assert records[0] == records[1]
    arrays = sorted(path.name for path in (command / "oof").iterdir())
    assert arrays == sorted(path.name for path in (study.folder / "oof").iterdir())
    for name in arrays:
        assert (command / "oof" / name).read_bytes() == (study.folder / "oof" / name).read_bytes()


def test_a_finished_study_is_returned_at_once(study, root, capsys):
    size = (study.folder / "journal.jsonl").stat().st_size
    again = tuner.open_study("first", root).resume()
    assert (study.folder / "journal.jsonl").stat().st_size == size
    assert again.answer == study.answer
    assert "all 3 trials have ended; nothing is left to do" in capsys.readouterr().err


def test_it_says_what_the_command_prints_as_json(study):
    summary = study.summary
    assert study.answer == summary["answer"]
    assert [answer.hyperparameter for answer in study.answers] == ["depth"]
    assert study.best.trial == study.best["trial"] == summary["best"]["trial"]
    assert study.smallest == summary["smallest"]
    assert study.ensemble.members == summary["ensemble"]["members"]
    assert study.test["accuracy"].score == summary["test"]["accuracy"]["score"]
    assert [baseline.name for baseline in study.baselines] == [
        "majority class", "logistic regression", "gradient boosting",
    ]  # fmt: skip
    with pytest.raises(AttributeError, match="there is no scor; there are trial, "):
        _ = study.best.scor


def test_its_tables_have_the_trials_and_their_curves(study):
    trials = study.trials_dataframe()
    assert list(trials.trial) == [0, 1, 2]
    assert trials.score[study.best.trial] == study.best.score
    curves = study.curves_dataframe(study.best.trial)
    assert list(curves.columns[:5]) == ["trial", "fold", "epoch", "loss", "val_loss"]
    assert len(curves) == 9
    assert set(study.curves_dataframe().trial) == {0, 1, 2}
    with pytest.raises(StudyError, match="study first has no trial 3; there are 0 to 2"):
        study.curves_dataframe(3)


def test_a_notebook_shows_its_report_and_figures(study):
    html = study.report._repr_html_()
    assert html.startswith("<iframe srcdoc=")
    assert "&lt;h1&gt;Is a hidden layer worth it?&lt;/h1&gt;" in html
    assert study.report.path == study.folder / "report.html"
    assert "trials" in study.figures
    bundle = study.figures["trials"]._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["application/vnd.vegalite.v6+json"]["width"] == 640


def test_it_shows_itself_in_lines_and_as_a_table(study):
    lines = repr(study).split("\n")
    assert lines[0] == "study first: Is a hidden layer worth it?"
    assert any(line.startswith("held-out test: ") for line in lines)
    html = study._repr_html_()
    assert "<h3>Is a hidden layer worth it?</h3>" in html
    assert '<th style="text-align:left">best</th>' in html


def test_its_model_predicts_raw_rows_with_the_names_of_the_classes(study, folder):
    classes = study.predict(folder / "things.csv")
    probabilities = study.predict_proba(folder / "things.csv")
    assert list(probabilities.columns) == ["big", "middle", "small"]
    np.testing.assert_array_equal(probabilities.idxmax(axis="columns"), classes)
    assert (classes == pd.read_csv(folder / "things.csv").kind).mean() > 0.4
    assert set(study.model.input) == {"size", "gap", "colour", "flag"}


def test_bad_cells_of_a_frame_are_refused_or_told(study, folder, capsys, monkeypatch):
    monkeypatch.setattr(study, "verbose", 1)  # from 0, of which nothing is shown
    rows = pd.read_csv(folder / "things.csv").iloc[40:50].astype({"size": object})
    rows.loc[44, "size"] = "lots"
    with pytest.raises(UserError) as error:
        study.predict(rows)
    assert str(error.value) == (
        "data frame, column size: 'lots' in row 4 (counted from 0) is not a number; fix the cell, "
        "or give --on-error missing"
    )
    classes = study.predict(rows, on_error="missing")
    assert list(classes.index) == list(range(40, 50))
    assert "column size: 'lots' in row 4 (counted from 0), which" in capsys.readouterr().err
    with pytest.raises(UserError, match=r"^--on-error: there is no choice mising; did you mean"):
        study.predict_proba(rows, on_error="mising")


def test_a_row_of_a_frame_is_refused_with_what_to_give(study, folder):
    row = pd.read_csv(folder / "things.csv").iloc[0]
    with pytest.raises(UserError, match=r"it is a Series, one row of a frame; give a frame of one"):
        study.predict(row)
    assert len(study.predict(row.to_frame().T)) == 1


def export_by_size(root, request, **description):
    """Write a study and a model of it; from the least size to the largest it tells class by class.

    Returns:
        The study, rows from the least size to the largest, and the probabilities of their classes.
    """
    setup = prepare("mlp", request, SearchSettings(folds=2, test_size=0.0))
    dataset = setup.dataset
    centers = np.linspace(-1, 1, len(dataset.classes))
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(len(centers), "softmax")])
    network.layers[-1].set_weights([4 * centers[None], -2 * centers**2])
    scaler = fit_scaler(dataset.x, np.arange(len(dataset.y)), dataset.schema.scalings)
    folder = create_study(setup, Destination(root, "sizes")).model_folder
    trained = TrainedNetwork(network, dataset.schema, scaler)
    export(trained, dataset, Path(request.source), folder, ("keras",), **description)
    study = tuner.open_study("sizes", root, verbose=0)
    rows = pd.DataFrame({"size": np.linspace(-3, 3, 61)}, index=range(100, 161))
    return study, rows, study.predict_proba(rows)


def write_sizes(path, labels):
    sizes = np.random.default_rng(0).normal(size=len(labels))
    table = pd.DataFrame({"size": sizes, "kind": labels})
    table.to_csv(path, index=False)
    return table


def test_classes_are_those_of_the_models_threshold(tmp_path):
    table = write_sizes(tmp_path / "sizes.csv", [0, 1] * 20)
    kept = keep_rows(table[["size"]], table["kind"], root=tmp_path)
    threshold = {
        "rule": "cost=0:1,1:5", "predicted": "1", "value": 0.2, "score": 0.5, "half": 0.6,
        "standard_error": 0.04,
    }  # fmt: skip
    request = DataRequest(kept.source, kept.target)
    study, rows, probabilities = export_by_size(tmp_path, request, threshold=threshold)
    assert not (study.predict(rows) == probabilities.idxmax(axis="columns")).all()
    assert study.predict(rows).to_dict() == (probabilities[1] >= 0.2).astype(int).to_dict()


@pytest.mark.parametrize(
    ("labels", "is_kept", "expected"),
    [
        ([0, 1] * 20 + [7, 8, 9], False, [0, 1, "other"]),
        ([0, 1] * 20 + [7, 8, 9], True, [0, 1, "other"]),
        ([0, 1, "other"] * 20, False, ["0", "1", "other"]),  # all are texts
    ],
    ids=["a file", "a frame", "not pooled"],
)
def test_numbers_stay_numbers_beside_a_class_that_pools_others(labels, is_kept, expected, tmp_path):
    path = tmp_path / "sizes.csv"
    table = write_sizes(path, labels)
    request = DataRequest(str(path), rare_classes="pool")
    if is_kept:
        kept = keep_rows(table[["size"]], table["kind"], root=tmp_path)
        request = DataRequest(kept.source, kept.target, rare_classes="pool")
    study, rows, probabilities = export_by_size(tmp_path, request)
    assert list(probabilities.columns) == expected
    assert list(dict.fromkeys(study.predict(rows))) == expected


def test_the_model_is_loaded_once_until_another_one_is_exported(study, folder, monkeypatch):
    loaded, load = [], ExportedModel.load_network

    def load_network(self):
        loaded.append(self)
        return load(self)

    monkeypatch.setattr(ExportedModel, "load_network", load_network)
    study = tuner.open_study("first", study.folder.parents[1], verbose=0)
    rows = pd.read_csv(folder / "things.csv").iloc[:2]
    first, again = study.predict_proba(rows), study.predict_proba(rows)
    pd.testing.assert_frame_equal(first, again)
    assert len(loaded) == 1
    network = study.model
    assert study.model is network
    assert len(loaded) == 2
    path = study.folder / "model" / "model.json"
    text = path.read_text()
    other = {key: value for key, value in json.loads(text).items() if key != "sha256"}
    path.write_text(json.dumps(add_hashes({**other, "trials": 1234}, path.parent)))
    try:
        study.predict(rows)
        assert len(loaded) == 3
        assert study.model is not network
    finally:
        path.write_text(text)


def test_a_study_that_has_predicted_can_be_pickled(study, folder):
    study = tuner.open_study("first", study.folder.parents[1], verbose=0)
    rows = pd.read_csv(folder / "things.csv").iloc[:2]
    expected = study.predict_proba(rows)
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(study)).predict_proba(rows), expected)


def test_all_studies_are_listed(study, root):
    table = tuner.studies(root)
    assert list(table.study) == ["first"]
    assert table.best_score[0] == study.best.score
    assert table.model[0] == str(study.folder / "model")
    assert len(tuner.studies(root / "nothing")) == 0


def test_a_study_whose_search_goes_on_says_what_is_known(tmp_path):
    setup = make_setup(make_space(DEPTHS))
    trials = [make_hyperparameters(1, 8), make_hyperparameters(0, 0)]
    folder = write_untrained_study(setup, tmp_path / "runs", trials).folder
    study = tuner.open_study("study", tmp_path / "runs")
    assert study.best.trial == 0
    assert study.summary["trials"] == 2
    (study.folder / "model").mkdir()  # as of an export that was killed
    assert tuner.studies(tmp_path / "runs").model[0] is None
    assert "not finished: 2 trials ended" in repr(study)
    assert ">not finished</th>" in study._repr_html_()
    with pytest.raises(UserError, match="study study has no exported model"):
        study.predict(folder / "things.csv")
    assert not json.loads(json.dumps(study.test))


def test_a_study_is_found_after_the_program_has_changed_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trials = [make_hyperparameters(1, 8), make_hyperparameters(0, 0)]
    write_untrained_study(make_setup(make_space(DEPTHS)), tmp_path / "mlruns", trials)
    study = tuner.open_study("study", verbose=0)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert study.best.trial == 0
    assert len(study.trials_dataframe()) == 2
    assert "--root" in repr(study)  # as the command has to be given here
    study.folder.rename(tmp_path / "moved")
    message = f"study study is not in {tmp_path / 'mlruns'} any more; open it where it is now"
    for ask in (lambda: study.best, study.trials_dataframe, lambda: study.predict([[1, 2, 3, 4]])):
        assert read_error(ask, StudyError) == message


@pytest.mark.parametrize("ask", ["export", "importance"])
def test_there_is_no_pick_of_that_name(study, ask):
    with pytest.raises(UserError, match="pick: there is no pick bset; did you mean best"):
        getattr(study, ask)("bset", verbose=0)


def test_there_is_no_study_of_that_name(root, study):
    with pytest.raises(StudyError, match=r"there is no study frist in .+; did you mean first"):
        tuner.open_study("frist", root)
