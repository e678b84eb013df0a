"""`tuner export --pick`: any completed trial by its number, and all of a front."""

import json
import subprocess

import pytest

from tests.helpers.setups import DEPTHS, make_hyperparameters, make_setup, write_untrained_study
from tests.helpers.spaces import make_space
from tests.helpers.warm_processes import warm_command
from tuner.cli.export import export_study
from tuner.errors import SearchFailed, UserError
from tuner.study import PredictionTime, PredictionTimes, TrialRecord
from tuner.training import TrialResult


@pytest.fixture
def study(tmp_path):
    """Three trials of one size, so that the first, which is the best, is the front of it."""
    setup = make_setup(make_space(DEPTHS))
    trials = [make_hyperparameters(1, 8), make_hyperparameters(0, 0), make_hyperparameters(1, 4)]
    return write_untrained_study(setup, tmp_path / "runs", trials)


def export(study, pick, output=None, **options):
    export_study("study", pick, output, study.folder.parents[1], **options)


def described(folder):
    return json.loads((folder / "model.json").read_text(encoding="utf-8"))


def test_any_completed_trial_is_exported_by_its_number(study, capsys):
    export(study, "2", formats="onnx,litert")
    folder = study.folder / "model-trial-2"
    said = capsys.readouterr()
    assert said.out == f"{folder}\n"
    found = described(folder)
    assert found["formats"] == dict.fromkeys(("keras", "onnx", "litert"), "written")
    assert (folder / "model.onnx").is_file()
    assert not (folder / "mlflow_model").exists()
    assert (found["picked"], found["pick"]["trial"], found["test"]) == ("trial 2", 2, {})
    assert found["pick"]["pareto"] == {"parameters": False, "prediction_time": None}
    assert found["pick"]["score"] == 1.2
    assert found["pick"]["corrected_score"] is None


def test_a_front_is_exported_as_a_folder_for_each_trial(study, tmp_path, capsys):
    times = {0: PredictionTime(1e-4, 2e-3), 1: PredictionTime(1e-4, 1e-3)}
    study.write_prediction_times(PredictionTimes(times, 3, 2, "one thread"))
    earlier = tmp_path / "front" / "trial-9"
    earlier.mkdir(parents=True)
    (earlier / "model.json").write_text("{}")
    export(study, "pareto", tmp_path / "front")
    said = capsys.readouterr()
    folders = [tmp_path / "front" / f"trial-{trial}" for trial in (0, 1)]
    assert said.out == "".join(f"{folder}\n" for folder in folders)
    assert (
        "on the Pareto front of score against parameters or prediction time: trial 0 (1.0000 ± "
    ) in said.err
    assert "--pick with one of these numbers exports only that trial" in said.err
    assert f"note: trial-9 in {tmp_path}/front: not on this front, and not changed" in said.err
    assert (earlier / "model.json").read_text() == "{}"
    on = [described(folder)["pick"]["pareto"] for folder in folders]
    assert on == [
        {"parameters": True, "prediction_time": True},
        {"parameters": False, "prediction_time": True},
    ]


def test_a_front_is_not_written_into_a_model(study, tmp_path):
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(UserError) as refused:
        export(study, "pareto", tmp_path)
    assert str(refused.value) == (
        f"output folder {tmp_path} is an exported model, and a front has several models; give "
        "--output another folder"
    )


def test_a_study_without_a_completed_trial_has_no_front(tmp_path):
    setup = make_setup(make_space(DEPTHS))
    study = write_untrained_study(setup, tmp_path / "runs", [])
    study.write_trial(
        TrialRecord(0, {}, {}, TrialResult.from_failure(0, "diverged", "it diverged")), {}
    )
    with pytest.raises(SearchFailed, match="no trial was completed"):
        export(study, "pareto")


def test_a_trial_that_is_not_there_is_one_sentence_and_exit_code_2(study):
    root = study.folder.parents[1]
    command = warm_command("tuner", "export", "study", "--pick", "7", "--root", str(root))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: --pick: study study has no trial 7 that ended; completed trials, the best first: "
        "0, 1, 2\n"
    )
