import json

from tuner.study import PredictionTime, PredictionTimes


def test_prediction_times_come_back_from_the_disk(make_study):
    study = make_study()
    assert study.read_prediction_times() == PredictionTimes()
    times = PredictionTimes({3: PredictionTime(1e-4, 2e-3)}, 5, 1, "one thread", ("No trial 4.",))
    study.write_prediction_times(times)
    assert study.read_prediction_times() == times


def test_prediction_times_of_another_version_do_not_count(make_study):
    study = make_study()
    study.write_prediction_times(PredictionTimes({3: PredictionTime(1e-4, 2e-3)}, 5, 1, "it"))
    path = study.folder / "prediction.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 0}))
    assert study.read_prediction_times() == PredictionTimes()
