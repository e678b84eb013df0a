import json
from dataclasses import replace

import numpy as np
import pytest

from tuner.study import Study, StudyRecord, TrialRecord


def test_records_survive_json(make_study, make_record):
    study, trial = make_study().record, make_record(4)
    again = StudyRecord.from_dict(json.loads(json.dumps(study.to_dict())))
    assert again.to_dict() == study.to_dict()
    again = TrialRecord.from_dict(json.loads(json.dumps(trial.to_dict())))
    assert again.to_dict() == trial.to_dict()


def test_mean_curves_weight_folds_by_their_rows(make_study, make_record):
    record = make_record(0)
    curves = record.average_curves(make_study().record.split)
    by_fold = np.array(record.result.curves["loss"])
    assert curves["loss"] == pytest.approx(list(by_fold.mean(axis=0)))


def test_a_study_of_an_earlier_version_goes_on_as_it_was(make_study):
    study = make_study()
    path, root = study.folder / "study.json", study.folder.parents[1]
    described = json.loads(path.read_text())
    for name in ("repeats", "class_weight"):
        del described["settings"][name]
    path.write_text(json.dumps(described))
    again = Study.open("study", root).record
    assert again.settings == study.record.settings
    assert again.find_differences(study.record) == []
    now = replace(study.record, data={**study.record.data, "groups": None, "order": None})
    assert again.find_differences(now) == []
    other = replace(study.record, settings=replace(again.settings, class_weight="balanced"))
    assert again.find_differences(other) == ["--class-weight is None there and balanced here"]
