"""Networks with planned schedules train for as many epochs as their rows need."""

import numpy as np
import pytest

from tests.helpers.problems import make_split
from tests.helpers.spaces import make_space
from tuner.run.opening import create_study, load_setup
from tuner.run.planned_epochs import describe_epochs, fit_epochs
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination, make_settings
from tuner.study import SearchSettings

TABLE = """
[network]
depth = 1
[optimizer]
optimizer = "adamw"
schedule = ["cosine", "flat_cosine"]
batch_size = [64, 128]
"""


@pytest.fixture
def space(tmp_path):
    path = tmp_path / "table.toml"
    path.write_text('title = "Which?"\n' + TABLE)
    return str(path)


@pytest.mark.parametrize(
    ("rows", "epochs"),
    [(200, 256), (4_000, 80), (100_000, 16)],
    ids=["at most 256", "2,000 steps", "at least 16"],
)
def test_epochs_follow_from_rows_and_folds(rows, epochs):
    split = make_split(np.arange(rows) % 2, classes=["a", "b"], folds=5, test_size=0.0, seed=0)
    settings = SearchSettings(epochs=256, patience=256, epochs_by_rows=True)
    fitted = fit_epochs(settings, make_space(TABLE), split)
    assert (fitted.epochs, fitted.patience) == (epochs, epochs)


def test_the_given_numbers_win(space):
    both = make_settings(space, {"epochs": 30, "patience": 5})
    assert (both.epochs, both.patience, both.epochs_by_rows) == (30, 5, False)
    epochs = make_settings(space, {"epochs": 30, "patience": None})
    assert (epochs.epochs, epochs.patience, epochs.epochs_by_rows) == (30, 30, False)
    patience = make_settings(space, {"patience": 20})
    fitted = prepare(space, DataRequest("iris"), patience).settings
    assert (fitted.epochs, fitted.patience) == (256, 20)


@pytest.mark.parametrize("space", ["mlp", "mlp_adamw"])
def test_other_spaces_have_their_usual_numbers(space):
    settings = make_settings(space, {"epochs": None, "patience": None})
    assert (settings.epochs, settings.patience, settings.epochs_by_rows) == (50, 10, False)


def test_a_study_keeps_its_epochs_and_a_line_tells_them(space, tmp_path):
    setup = prepare(space, DataRequest("digits"), make_settings(space, {}))
    # 1,437 rows that train, four fifths of them in a fold, in batches of 128
    assert (setup.settings.epochs, setup.settings.patience) == (223, 223)
    assert describe_epochs(setup.settings, setup.space, setup.split) == [
        "trains each network for up to 223 epochs of 9 steps, as its schedule plans; for another "
        "number give --epochs"
    ]
    study = create_study(setup, Destination(tmp_path, "study"))
    assert load_setup(study).settings == setup.settings
    given = make_settings(space, {"epochs": 223})
    again = prepare(space, DataRequest("digits"), given)
    study.check_record(create_study(again, Destination(tmp_path / "other", "study")).record)
    assert describe_epochs(given, setup.space, setup.split) == []
