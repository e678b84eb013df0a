"""Facts about KerasTuner 1.4.8 on which this package relies; an upgrade may break them."""

from importlib.metadata import version

import keras_tuner
import pytest

from tests.helpers.oracles import UntrainedTuner


@pytest.fixture
def oracle(tmp_path):
    hp = keras_tuner.HyperParameters()
    hp.Int("depth", 0, 9)
    oracle = keras_tuner.oracles.RandomSearchOracle(
        objective=keras_tuner.Objective("cross_entropy", "min"),
        hyperparameters=hp,
        max_trials=10,
        seed=1,
        max_consecutive_failed_trials=100,
    )
    oracle.verbose = 0
    UntrainedTuner(oracle, directory=tmp_path, project_name="facts")
    return oracle


def end(oracle, trial, score=None):
    """End a trial with a score; without one, it failed."""
    if score is None:
        trial.status = "FAILED"
    else:
        oracle.update_trial(trial.trial_id, {"cross_entropy": score})
        trial.status = "COMPLETED"
    oracle.end_trial(trial)


def test_the_version_is_the_one_that_was_checked():
    assert version("keras-tuner") == "1.4.8"


def test_distinct_tuner_ids_ask_for_several_trials_at_once(oracle):
    first, second = oracle.create_trial("place-0"), oracle.create_trial("place-1")
    assert first.trial_id != second.trial_id
    end(oracle, second, 0.2)
    end(oracle, first, 0.1)
    assert oracle.get_best_trials(1)[0].trial_id == first.trial_id


def test_a_trial_id_is_its_number_with_leading_zeros(oracle):
    ids = [oracle.create_trial(f"place-{place}").trial_id for place in range(3)]
    assert [int(trial_id) for trial_id in ids] == [0, 1, 2]


def test_the_stock_oracles_best_trials_are_padded_with_failed_ones(oracle):
    """Why StudyOracle.get_best_trials filters them."""
    end(oracle, oracle.create_trial("place-0"), 0.2)
    end(oracle, oracle.create_trial("place-0"))
    assert [trial.status for trial in oracle.get_best_trials(2)] == ["COMPLETED", "FAILED"]


def test_zero_is_no_seed_for_stock_oracles():
    """Why StudyOracle passes seed + 1."""
    seeds = {keras_tuner.oracles.RandomSearchOracle(seed=0).seed for _ in range(20)}
    assert len(seeds) > 1


# its length scale is at its bound
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_stock_bayesian_oracle_takes_1_for_the_score_of_a_running_trial(oracle):
    """Why BayesianOracle shows it the worst score: here 1 is better than all others."""
    make_trial = type(oracle.create_trial("place-0"))
    oracle = keras_tuner.oracles.BayesianOptimizationOracle(
        objective=keras_tuner.Objective("cross_entropy", "min"), num_initial_points=1, seed=1
    )
    oracle.hyperparameters.Float("rate", 0.0, 1.0)
    for rate in (0.0, 0.2, 0.4, 0.6, 0.9):
        hp = oracle.get_space()
        hp.values["rate"] = rate
        oracle.trials[f"{rate}"] = trial = make_trial(hp, f"{rate}")
        trial.status, trial.score = "COMPLETED", 5.0 + rate
    running = oracle.trials["0.9"]
    running.status, oracle.ongoing_trials = "RUNNING", {"place-0": running}
    assert abs(oracle.populate_space("11")["values"]["rate"] - 0.9) < 0.1


def test_a_rung_of_the_stock_hyperband_stalls_if_trials_fail(tmp_path):
    """Why HyperbandOracle is ours."""
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 0.0, 1.0)
    oracle = keras_tuner.oracles.HyperbandOracle(
        objective=keras_tuner.Objective("cross_entropy", "min"),
        max_epochs=3,
        hyperparameters=hp,
        seed=1,
        max_consecutive_failed_trials=100,
    )
    oracle.verbose = 0
    UntrainedTuner(oracle, directory=tmp_path, project_name="facts")
    epochs = []
    for number in range(10):
        trial = oracle.create_trial("place")
        if trial.status != "RUNNING":
            break
        epochs.append(trial.hyperparameters.get("tuner/epochs"))
        end(oracle, trial, None if number in (0, 1) else 0.1)
    assert epochs[:3] == [1, 1, 1]
    assert epochs[3:] == [3, 3]  # of the next bracket: the third was completed and not promoted
    assert "tuner/trial_id" not in trial.hyperparameters.values
