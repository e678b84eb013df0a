"""The table of a study's trials, and that its names mean what they mean in scikit-learn."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from tests.helpers.problems import make_problem
from tuner.analysis.results_table import make_results_table, write_results
from tuner.analysis.scores import SCORES
from tuner.errors import UserError
from tuner.scoring import OBJECTIVES, Truth
from tuner.study import PredictionTime, PredictionTimes, TrialRecord
from tuner.training import TrialResult
from tuner.training.result import compute_scores

PROBLEM = make_problem()
Y = PROBLEM.y[PROBLEM.rows]
FAILED = TrialRecord(
    4, {"depth": 2}, {"units": 7}, TrialResult.from_failure(4, "diverged", "it diverged")
)


@pytest.fixture
def make_table(make_study, make_record):
    """Make the table of a study of three completed trials, a pruned and a failed one."""

    def make(objective="cross_entropy"):
        study = make_study(objective=objective)
        for trial, noise in ((2, 3.0), (0, 0.5), (1, 1.5), (3, 0.1)):
            record = make_record(trial, noise)
            scores = compute_scores(record.result.probabilities, PROBLEM, OBJECTIVES[objective])
            status = "pruned" if trial == 3 else "completed"
            result = replace(record.result, status=status, **scores)
            study.write_trial(replace(record, result=result), {})
        study.write_trial(FAILED, {})
        return make_results_table(study, Truth(Y)), study

    return make


def test_a_row_is_a_trial_by_number_and_ranks_go_by_what_may_be_picked(make_table):
    table, _ = make_table()
    assert table.trial.tolist() == [0, 1, 2, 3, 4]
    assert table.status.tolist() == ["completed"] * 3 + ["pruned", "failed"]
    assert table.rank_test_score.tolist() == [1, 2, 3, 4, 5]  # the pruned one scored best
    assert table.score.idxmin() == 3


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_split_scores_are_the_folds_own_and_their_mean_goes_by_rows(make_table, objective):
    table, study = make_table(objective)
    own = {
        "balanced_accuracy": lambda p, y: balanced_accuracy_score(y, p.argmax(axis=1)),
        "roc_auc": lambda p, y: roc_auc_score(y, p, multi_class="ovr"),
    }
    for trial in (0, 3):
        probabilities, row = study.arrays.read_probabilities(trial), table.loc[trial]
        splits = [row[f"split{fold}_test_score"] for fold in range(3)]
        if objective in own:
            folds = [fold.validation for fold in study.record.split.folds]
            expected = [own[objective](probabilities[rows], Y[rows]) for rows in folds]
            assert splits == pytest.approx(expected)
        assert row.mean_test_score == pytest.approx(np.mean(splits))  # folds of equal size
        assert row.std_test_score == pytest.approx(np.std(splits))
        assert row.score == row[objective]
        assert row.standard_error == row[f"{objective}_standard_error"]
    order = table.score[:3].rank(ascending=objective == "cross_entropy", method="min")
    assert table.rank_test_score[:3].tolist() == order.tolist()


def test_train_scores_are_the_curves_at_the_trials_epoch(make_table):
    table, _ = make_table()
    assert table.split1_train_score[0] == 1 / 3  # loss of fold 1 in epoch 2
    assert table.mean_train_score[0] == pytest.approx((1 / 2 + 1 / 3 + 1 / 4) / 3)
    assert table.mean_fit_time[0] == pytest.approx(0.5 / 3)


def test_an_objective_without_a_curve_has_no_train_scores(make_table):
    table, _ = make_table("roc_auc")
    assert not [name for name in table.columns if "train" in name]


def test_a_failed_trial_has_no_scores_and_the_last_rank(make_table):
    table, _ = make_table()
    row = table.loc[4]
    names = [name for name in table.columns if "score" in name and "rank" not in name]
    assert {*SCORES, "standard_error"} < set(table.columns)
    assert row[[*names, *SCORES, "standard_error"]].isna().all()
    assert row.rank_test_score == table.rank_test_score.max()


def test_hyperparameters_are_in_a_column_each_and_empty_where_there_is_none(make_table):
    table, _ = make_table()
    assert table.params[0] == {"depth": 1, "learning_rate": 0.1}
    assert table.param_depth.tolist() == [1, 1, 1, 1, 2]
    assert table.param_learning_rate.isna().tolist() == [False] * 4 + [True]
    assert table.derived_units.tolist() == [None] * 4 + [7]


def test_the_csv_file_holds_the_same_numbers(make_table, tmp_path):
    table, _ = make_table()
    write_results(table, tmp_path / "results.csv")
    read = pd.read_csv(tmp_path / "results.csv")
    assert [json.loads(each) for each in read.params] == table.params.tolist()
    assert read.columns.tolist() == table.columns.tolist()
    np.testing.assert_allclose(read.brier, table.brier, rtol=1e-14)
    np.testing.assert_allclose(read.split2_test_score, table.split2_test_score, rtol=1e-14)


def test_a_file_that_cannot_be_written_is_named(make_table, tmp_path):
    table, _ = make_table()
    path = tmp_path / "results.csv"
    path.mkdir()
    with pytest.raises(UserError) as error:
        write_results(table, path)
    assert str(error.value) == (
        f"results file {path} cannot be written (Is a directory); fix that, and write it again"
    )


def test_equals_share_the_first_of_their_places_and_failed_ones_the_last(make_study, make_record):
    study = make_study()
    for trial in range(2):
        result = replace(make_record(0).result, trial=trial)
        study.write_trial(TrialRecord(trial, {}, {}, result), {})
    for trial in (2, 3):
        study.write_trial(
            TrialRecord(trial, {}, {}, TrialResult.from_failure(trial, "raised", "no")), {}
        )
    assert make_results_table(study, Truth(Y)).rank_test_score.tolist() == [1, 1, 3, 3]


def test_a_score_time_is_that_of_a_folds_rows(make_study, make_record):
    study = make_study()
    for trial in range(2):
        study.write_trial(make_record(trial), {})
    study.write_prediction_times(
        PredictionTimes({1: PredictionTime(row=0.001, batch=1.0)}, 2, 1, "one thread")
    )
    table = make_results_table(study, Truth(Y))
    rows = 20  # of 60 in each of three folds
    assert table.mean_score_time[1] == pytest.approx(0.001 + 0.999 * (rows - 1) / 999)
    assert (table.row_seconds[1], table.batch_seconds[1]) == (0.001, 1.0)
    assert table.mean_score_time.isna().tolist() == [True, False]
