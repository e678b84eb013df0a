"""A study that is named where a model is meant."""

from pathlib import Path

import pytest

from tuner.cli.models import open_model
from tuner.errors import UserError


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A study's folder in `mlruns`, as far as these messages look into it."""
    monkeypatch.chdir(tmp_path)
    folder = Path("mlruns/studies/digits-1")
    folder.mkdir(parents=True)
    (folder / "study.json").touch()
    return folder


@pytest.mark.parametrize("named", ["digits-1", "mlruns/studies/digits-1"])
def test_the_model_of_a_study_is_pointed_to(study, named):
    for model in ("model", "model-smallest"):
        (study / model).mkdir()
        (study / model / "model.json").touch()
    with pytest.raises(UserError) as error:
        open_model(Path(named))
    assert str(error.value) == (
        f"{named} is a study; give the folder of its model: {study}/model or {study}/model-smallest"
    )


def test_a_study_without_a_model_is_to_be_exported(study):
    with pytest.raises(UserError) as error:
        open_model(study)
    assert str(error.value) == (
        f"{study} is a study without an exported model; export one with tuner export digits-1"
    )
    Path("mlruns").rename("my runs")
    with pytest.raises(UserError, match=r"tuner export digits-1 --root 'my runs'$"):
        open_model(Path("my runs", *study.parts[1:]))


def test_another_folder_is_not_a_model(study):
    with pytest.raises(UserError, match=r"^mlruns is not an exported model \(it has no model.json"):
        open_model(Path("mlruns"))
