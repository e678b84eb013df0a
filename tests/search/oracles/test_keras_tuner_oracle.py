"""KerasTuner's own oracles in a k-fold search."""

import keras_tuner
import pytest

from tests.helpers.oracles import ONE_RANGE, UntrainedTuner, tell_score
from tests.helpers.spaces import make_space
from tuner.errors import StudyError, UserError
from tuner.search.oracles import KerasTunerOracle
from tuner.space import to_keras_tuner


@pytest.fixture
def stock(tmp_path):
    oracle = keras_tuner.oracles.RandomSearchOracle(
        objective=keras_tuner.Objective("cross_entropy", "min"),
        max_trials=3,
        hyperparameters=to_keras_tuner(make_space(ONE_RANGE)),
        seed=1,
    )
    oracle.verbose = 0
    UntrainedTuner(oracle, directory=tmp_path, project_name="stock")
    return oracle


def test_a_stock_oracle_is_asked_for_one_trial_after_another(stock):
    oracle = KerasTunerOracle(stock)
    for number in range(3):
        job = oracle.ask()
        assert (job.trial, job.epochs) == (number, None)
        assert oracle.ask() is None
        tell_score(oracle, number, 0.5 - number / 10)
    assert oracle.ask() is None
    assert [trial.score for trial in stock.get_best_trials(3)] == [0.3, 0.4, 0.5]


def test_trials_that_fail_end_no_search_of_a_stock_oracle(stock, capsys):
    """By itself it raises an error after three in a row, and prints each trial."""
    stock.max_trials, stock.verbose = 5, 1
    oracle = KerasTunerOracle(stock)
    for number in range(5):
        assert oracle.ask().trial == number
        tell_score(oracle, number, None if number < 4 else 0.5)
    assert stock.get_best_trials(1)[0].score == 0.5
    assert capsys.readouterr().out == ""


def test_a_stock_oracle_cannot_resume_a_study_that_has_trials(stock):
    oracle = KerasTunerOracle(stock)
    assert oracle.resume({}, [], planned_trials=3, max_trials=3) == []
    with pytest.raises(StudyError) as error:
        oracle.resume({0: {"learning_rate": 0.1}}, [], planned_trials=3, max_trials=3)
    assert str(error.value) == (
        "oracle RandomSearchOracle: a custom oracle cannot resume a study that has trials; give "
        "the study another name"
    )


def test_a_stock_oracle_with_another_objective_is_refused():
    oracle = keras_tuner.oracles.RandomSearchOracle(
        objective=keras_tuner.Objective("val_accuracy", "min")
    )
    with pytest.raises(UserError) as error:
        KerasTunerOracle(oracle)
    assert str(error.value) == (
        'oracle RandomSearchOracle: the objective Objective(name="val_accuracy", '
        'direction="min") is not an objective of a k-fold search; give the oracle one of '
        'Objective("cross_entropy", "min"), Objective("accuracy", "max"), '
        'Objective("balanced_accuracy", "max"), Objective("roc_auc", "max")'
    )


def test_kerastuners_hyperband_is_refused_because_only_its_own_tuner_trains_its_rungs():
    oracle = keras_tuner.oracles.HyperbandOracle(
        objective=keras_tuner.Objective("cross_entropy", "min")
    )
    with pytest.raises(UserError) as error:
        KerasTunerOracle(oracle)
    assert str(error.value) == (
        "oracle HyperbandOracle: the epochs of its rungs are for keras_tuner.Hyperband alone; "
        'give oracle="hyperband" to KFoldTuner instead'
    )
