"""A run that resumes: which stages it repeats, and which it skips."""

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.command_line import read_events, strip_advice, write_events
from tuner.analysis import Evidence
from tuner.errors import ExportMismatch, NetworkDiverged
from tuner.run import answering, picking, pipeline
from tuner.run.answering import answer_own_question, make_evidence
from tuner.run.earlier_exports import find_export
from tuner.run.finished import find_summary
from tuner.run.opening import open_study, read_last_settings
from tuner.run.pick_training import leave_out_networks_on_all_rows
from tuner.run.picking import pick_to_export
from tuner.run.pipeline import run_search
from tuner.run.report_content import read_content
from tuner.run.reporting import is_reported, report_study
from tuner.run.run import Run
from tuner.run.side_files import find_damaged_files
from tuner.run.side_processes import SideProcesses
from tuner.run.stages import read_basis
from tuner.serving.export import ModelExport
from tuner.study import EventKind, Listener, Stage, Study, check_place


class Notes(Listener):
    """Keeps what a run says."""

    def __init__(self):
        self.stages, self.notes, self.answers = [], [], []

    def on_stage(self, description):
        self.stages.append(description)

    def on_note(self, note):
        self.notes.append(note)

    def on_answer(self, sentence, picks):
        self.answers.append(sentence)
        self.picks = picks


@pytest.fixture
def study(folder, searched, tmp_path):
    """A copy of a finished study, under a root of its own."""
    copy = tmp_path / "runs" / "studies" / "first"
    shutil.copytree(folder / "mlruns" / "studies" / "first", copy)
    events = read_events(copy)
    end = next(n for n, event in enumerate(events) if event["event"] == "ended")
    write_events(copy, events[: end + 1])  # another test may have exported it again
    return Study.open("first", tmp_path / "runs")


def kill_after(study, *stages):
    """Leave a study as a process does that is killed when these stages are done."""
    events = read_events(study.folder)
    last = max(n for n, event in enumerate(events) if event.get("stage") in stages)
    write_events(study.folder, events[: last + 1])


def resume(study, monkeypatch, **limits):
    """Resume a study in a run that must not train."""
    for name in ("make_tuner", "train_pick"):
        monkeypatch.setattr(pipeline, name, None)  # it cannot be called
    setup, opened = open_study("first", study.root)
    setup = replace(setup, settings=replace(setup.settings, **limits))
    notes = Notes()
    outcome = run_search(Run(setup, opened, [notes]), SideProcesses(study.root))
    return outcome, notes


def strip_summary(summary):
    kept = {n: summary[n] for n in summary if n not in {"seconds", "model", "report"}}
    return strip_advice(json.dumps(kept, sort_keys=True))


def test_a_run_that_was_killed_in_its_report_only_writes_the_report(study, searched, monkeypatch):
    kill_after(study, "exporting")
    for name in ("report.html", "results.csv", "baselines.npz"):
        (study.folder / name).unlink()
    outcome, notes = resume(study, monkeypatch)
    assert notes.stages == [
        "picking the network",
        "training simple classifiers, for comparison",
        "writing the report",
    ]
    assert notes.notes == []
    assert notes.picks[0].startswith(f"best: trial {searched[0]['best']['trial']}, ")
    assert strip_summary(outcome.to_dict()) == strip_summary(searched[0])
    assert strip_advice(study.read_answer()) == strip_advice(searched[0]["answer"])
    assert (study.folder / "report.html").is_file()
    kinds = [event["event"] for event in read_events(study.folder)]
    assert (kinds.count("tested"), kinds.count("exported"), kinds.count("begun")) == (1, 1, 2)


def test_the_journal_ends_with_the_answer_that_the_baselines_change(study, monkeypatch):
    kill_after(study, "exporting", "report")
    monkeypatch.setattr(answering, "answer_own_question", lambda *_: "A network.")
    outcome, notes = resume(study, monkeypatch)
    assert notes.answers == ["A network."]
    answers = [e["answer"] for e in read_events(study.folder) if e["event"] == "answered"]
    assert answers[-2:] == ["A network.", outcome.content.answers.answer]
    assert study.read_answer() == outcome.to_dict()["answer"]


def test_a_disk_that_is_full_in_the_report_leaves_the_summary_and_no_draft(
    study, searched, monkeypatch
):
    kill_after(study, "exporting")
    (study.folder / "report.html").unlink()
    before = set(study.folder.rglob("*"))
    fill_disk(monkeypatch)
    outcome, notes = resume(study, monkeypatch)
    assert strip_summary(outcome.to_dict()) == strip_summary(searched[0])
    assert outcome.model == study.model_folder
    assert [note.partition(" (")[0] for note in notes.notes] == [
        "the report could not be written",
        f"journal {study.journal.path} cannot be written",
    ]
    assert set(study.folder.rglob("*")) <= before | {study.folder / "search.lock"}


def fill_disk(monkeypatch):
    """Let no file be written to its end, from the report on."""

    def refuse(handle):
        raise OSError(28, "No space left on device")

    def report(content):
        monkeypatch.setattr(os, "fsync", refuse)
        report_study(content)

    monkeypatch.setattr(pipeline, "report_study", report)


def test_an_answer_without_baselines_says_so_where_they_are_part_of_it(study, monkeypatch):
    setup, study = open_study("first", study.root)
    picks = pick_to_export(setup, study).picks
    monkeypatch.setattr(Evidence, "compared", None)  # as if the space compared nothing
    final = read_content(setup, study).answers.answer
    evidence = make_evidence(setup, study, picks)
    assert answer_own_question(setup, study, evidence) == final
    (study.folder / "baselines.npz").unlink()
    sentence = answer_own_question(setup, study, evidence)
    assert sentence.startswith("A network with")
    assert sentence.endswith("; simple classifiers are yet to be compared with it.")
    members = tuple(replace(m, folds=3) for m in picks.ensemble.members)
    of_folds = replace(picks, ensemble=replace(picks.ensemble, members=members, better=True))
    evidence = replace(evidence, picks=of_folds)
    assert answer_own_question(setup, study, evidence).endswith(
        "; simple classifiers are yet to be compared with it and what averaging the folds gains is "
        "yet to be measured."
    )
    known = replace(of_folds, averaging={"cross_entropy": (-0.1, 0.01)})
    sentence = answer_own_question(setup, study, replace(evidence, picks=known))
    assert sentence.endswith("; simple classifiers are yet to be compared with it.")


def test_a_pick_that_diverges_is_reported_and_exported_once_it_does_not(study, monkeypatch):
    kill_after(study, "picking")
    shutil.rmtree(study.model_folder)
    fault = "trial 0: its network diverged on all training rows"
    nothing = f"Nothing is exported: {fault}. What follows is of the pick."

    def diverge(run, picking):
        raise NetworkDiverged(fault)

    def run():
        setup, opened = open_study("first", study.root)
        outcome = run_search(Run(setup, opened, [Notes()]), SideProcesses(study.root))
        return outcome, outcome.report.read_text(encoding="utf-8")

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "train_pick", diverge)
        outcome, page = run()
    assert (outcome.model, str(outcome.fault)) == (None, fault)
    assert nothing in page
    assert not study.model_folder.exists()
    outcome, page = run()
    assert (outcome.model, outcome.fault) == (study.model_folder, None)
    assert nothing not in page
    setup, opened = open_study("first", study.root)
    assert read_content(setup, opened).export_fault == ""


def test_a_report_written_before_the_check_failed_is_written_again(study, monkeypatch):
    kill_after(study, "picking")
    shutil.rmtree(study.model_folder)

    def fail(export):
        raise ExportMismatch("onnx: it differs")

    monkeypatch.setattr(ModelExport, "finish", fail)
    setup, opened = open_study("first", study.root)
    outcome = run_search(Run(setup, opened, [Notes()]), SideProcesses(study.root))
    assert (outcome.model, str(outcome.fault)) == (None, "onnx: it differs")
    page = outcome.report.read_text(encoding="utf-8")
    assert "Nothing is exported: onnx: it differs. What follows is of the pick." in page


def test_networks_on_all_rows_that_diverge_are_left_out_of_folds(study):
    setup, opened = open_study("first", study.root)
    picking = pick_to_export(setup, opened)
    notes, fault = Notes(), NetworkDiverged("trial 0: its network diverged")
    run = Run(setup, opened, [notes])
    assert not leave_out_networks_on_all_rows(run, picking, fault)  # there are none
    members = tuple(replace(m, folds=3, on_all_rows=1) for m in picking.exportable.members)
    added = replace(picking, exportable=replace(picking.exportable, members=members))
    assert leave_out_networks_on_all_rows(run, added, fault)
    assert notes.notes == [
        "trial 0: its network diverged; the networks of the folds are exported without those on "
        "all rows"
    ]
    assert read_basis(opened, Stage.FINAL_TRAINING)["has_time_for_all_rows"] is False


def test_the_report_has_the_exported_models_time_and_that_of_no_other(study):
    setup, study = open_study("first", study.root)
    content = json.loads((study.folder / "model" / "model.json").read_text())
    found, time = read_content(setup, study).exported_time, content["prediction_time"]
    assert (found.row, found.batch) == (time["row_seconds"], time["batch_seconds"])
    assert "raw columns to probabilities, 1,000 rows" in (study.folder / "report.html").read_text()
    content["pick"].get("members", [content["pick"]])[0]["trial"] = 99
    del content["sha256"]
    (study.folder / "model" / "model.json").write_text(json.dumps(content))
    assert read_content(setup, study).exported_time is None


def test_a_run_that_was_killed_at_its_very_end_only_writes_its_summary(study, monkeypatch):
    kill_after(study, "exporting", "report")
    before = (study.folder / "report.html").stat().st_mtime_ns
    _, notes = resume(study, monkeypatch)
    assert notes.stages == ["picking the network"]
    assert (study.folder / "report.html").stat().st_mtime_ns == before
    assert find_summary(study, read_last_settings(study)) is not None


def edit_model(study, **fields):
    path = study.folder / "model" / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_a_model_that_is_gone_or_another_one_is_exported_again(study):
    setup, _ = open_study("first", study.root)
    picked = pick_to_export(setup, study)
    assert find_export(study, picked).model == study.model_folder
    edit_model(study, fingerprint="another")
    assert find_export(study, picked) is None
    study.journal.append(EventKind.EXPORTED, pick="smallest", fingerprint="another")
    assert find_export(study, picked) is None
    shutil.rmtree(study.model_folder)
    assert find_export(study, picked) is None


def change_file(path):
    path.write_bytes(path.read_bytes() + b" ")


def test_all_that_a_study_has_is_known_so_that_it_can_be_overwritten(study):
    shutil.copytree(study.model_folder, study.folder / "model-pareto" / "trial-0")
    check_place(study.folder, overwrite=True)


LEFT = {
    "more trials": lambda study: study.begin(study.record.settings),
    "no report": lambda study: (study.folder / "report.html").unlink(),
    "no table": lambda study: (study.folder / "results.csv").unlink(),
    "no baselines": lambda study: (study.folder / "baselines.npz").unlink(),
    "no prediction times": lambda study: (study.folder / "prediction.json").unlink(),
    "another model": lambda study: edit_model(study, fingerprint="another"),
    "no model": lambda study: shutil.rmtree(study.model_folder),
    "a chart that was changed": lambda study: change_file(
        study.folder / "figures" / "trials.vl.json"
    ),
    "no array of a trial": lambda study: (study.folder / "oof/trial_00001.npy").unlink(),
}


@pytest.mark.parametrize("change", LEFT.values(), ids=LEFT)
def test_a_study_has_something_left_to_do_if_anything_is_missing(study, change):
    settings = read_last_settings(study)
    assert find_summary(study, settings) is not None
    change(study)
    assert find_summary(study, settings) is None


DAMAGES = {
    "cut in half": lambda content: content[: len(content) // 2],
    "emptied": lambda content: b"",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize(
    "name", ["model/model.json", "model/model.keras", "prediction.json", "baselines.npz"]
)
def test_a_damaged_file_counts_as_missing(study, name, damage):
    path = study.folder / name
    path.write_bytes(damage(path.read_bytes()))
    assert find_summary(study, read_last_settings(study)) is None
    assert find_damaged_files(study) == [study.folder / name.partition("/")[0]]
    setup, _ = open_study("first", study.root)
    assert (find_export(study, pick_to_export(setup, study)) is None) == ("model/" in name)


def test_damaged_files_are_made_again_with_a_note(study, monkeypatch):
    damaged = [study.folder / "prediction.json", study.folder / "baselines.npz"]
    for path in damaged:
        path.write_bytes(path.read_bytes()[:50])
    _, notes = resume(study, monkeypatch)
    assert notes.notes == [f"{path} is damaged, so it is made again" for path in damaged]
    assert find_damaged_files(study) == []
    assert find_summary(study, read_last_settings(study)) is not None


CHANGES = {
    "a damaged page": lambda study: cut(study.folder / "report.html"),
    "a damaged table": lambda study: cut(study.folder / "results.csv"),
    "other prediction times": lambda study: study.write_prediction_times(
        replace(study.read_prediction_times(), device="another")
    ),
    "other baselines": lambda study: study.arrays.write_baselines(
        {**study.arrays.read_baselines(), "majority class/seconds": np.array(99.0)}
    ),
}


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_report_of_something_else_is_written_again(study, change):
    basis = read_basis(study, Stage.PICKING)
    assert is_reported(study, basis)
    change(study)
    assert not is_reported(study, basis)


def test_a_model_of_a_version_without_stages_is_not_exported_again(study):
    """Version 0.1.0 wrote no events of stages."""
    events = read_events(study.folder)
    write_events(study.folder, [event for event in events if event["event"] != "stage"])
    setup, _ = open_study("first", study.root)
    picked = pick_to_export(setup, study)
    assert find_export(study, picked) is not None
    trial = next(event for event in events if event["event"] == "trial")
    for name, value in (("networks", {"77": 1}), ("temperature", 7.0)):
        other = [{**e, name: value} if e["event"] == "tested" else e for e in events]
        write_events(study.folder, [event for event in other if event["event"] != "stage"])
        assert find_export(study, picked) is None
    later = [event for event in [*events, trial] if event["event"] != "stage"]
    write_events(study.folder, later)
    assert find_export(study, picked) is None


def test_what_a_time_limit_never_allows_is_not_tried_again(study, monkeypatch):
    for name in ("baselines.npz", "prediction.json"):
        (study.folder / name).unlink()
    limited = replace(read_last_settings(study), max_seconds=1.0)
    assert find_summary(study, limited) is None
    _, notes = resume(study, monkeypatch, max_seconds=1.0)
    assert notes.stages == ["picking the network", "writing the report"]
    assert find_summary(study, limited) is not None
    assert find_summary(study, replace(limited, max_seconds=100.0)) is None
    assert find_summary(study, replace(limited, max_seconds=None)) is None


def test_another_version_picks_again(study, monkeypatch):
    monkeypatch.setattr(picking, "STAGES_VERSION", 0)
    assert find_summary(study, read_last_settings(study)) is None


def test_a_study_that_was_moved_has_the_paths_of_its_new_place(study):
    summary = find_summary(study, read_last_settings(study))
    assert summary["model"] == str(study.model_folder)
    assert summary["report"] == str(study.folder / "report.html")
