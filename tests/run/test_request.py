"""What a search is told, and what follows from it."""

from dataclasses import replace

import pytest

from tuner.data import Scaling
from tuner.errors import DataError, UserError
from tuner.run.opening import create_study, load_setup, match_setup
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination, make_settings
from tuner.study import SearchSettings

COMPARING = """
title = "Is a hidden layer worth it?"
compare = "depth"

[network]
depth = [0, 1]
"""


@pytest.mark.parametrize(
    ("space", "oracle"),
    [("mlp_depth", "random"), ("mlp", "tpe"), ("cnn", "tpe"), ("own.py:Own", "tpe")],
)
def test_settings_are_compared_at_random_and_the_best_network_is_sought_by_tpe(space, oracle):
    assert make_settings(space, {}).oracle == oracle


def test_a_space_of_ones_own_is_searched_as_it_asks(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(COMPARING)
    assert make_settings(str(path), {}).oracle == "random"
    path.write_text(COMPARING.replace('compare = "depth"', ""))
    assert make_settings(str(path), {}).oracle == "tpe"


def test_class_weights_are_those_of_the_classes_by_name():
    settings = SearchSettings(class_weight={"virginica": 3})
    setup = prepare("mlp", DataRequest("iris"), settings)
    assert setup.problem.compute_class_weights(setup.problem.rows).tolist() == [1.0, 1.0, 3.0]
    message = "--class-weight: there is no class virginia; did you mean virginica?"
    with pytest.raises(DataError, match=message):
        prepare("mlp", DataRequest("iris"), SearchSettings(class_weight={"virginia": 3}))
    nothing = dict.fromkeys(["setosa", "versicolor", "virginica"], 1e-300)
    with pytest.raises(DataError, match="--class-weight: all training rows of fold 0 have the"):
        prepare("mlp", DataRequest("iris"), SearchSettings(class_weight=nothing))


def test_networks_are_not_picked_by_a_metric_without_values_of_rows():
    with pytest.raises(UserError) as error:
        make_settings("mlp", {"objective": "max f1"})
    assert str(error.value) == (
        "--objective: max f1 is a metric of the hypermodel's own, which has no values of rows, so "
        "that networks could not be picked and compared; give one of cross_entropy, accuracy, "
        "balanced_accuracy, roc_auc, or search with KFoldTuner"
    )


def test_a_study_keeps_the_rules_by_which_it_read_numbers(tmp_path):
    rows = "".join(f"{i if i % 50 else 10**9},{'ny'[i % 2]}\n" for i in range(200))
    (tmp_path / "t.csv").write_text("a,kind\n" + rows)
    request, settings = DataRequest(str(tmp_path / "t.csv")), SearchSettings(folds=3)
    before = prepare("mlp", replace(request, reading=1), settings)
    study = create_study(before, Destination(tmp_path, "before"))
    setup = prepare("mlp", request, settings)
    assert setup.dataset.schema.scalings == Scaling.ROBUST
    for kept in (match_setup(setup, study), load_setup(study)):
        assert kept.dataset.schema.scalings == Scaling.STANDARD
        assert kept.dataset.fingerprint == before.dataset.fingerprint


def test_a_study_to_delete_is_named(tmp_path):
    with pytest.raises(UserError) as error:
        Destination(tmp_path, overwrite=True).check()
    assert str(error.value) == "--overwrite: give --study, too, the name of the study to delete"
