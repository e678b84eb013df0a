"""Metrics that a hypermodel's network is compiled with, computed out of fold."""

from dataclasses import replace

import keras
import keras_tuner
import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from tests.helpers.problems import make_problem
from tests.helpers.studies import create_study
from tests.helpers.training import train
from tuner.errors import UserError
from tuner.scoring import Truth, find_objective
from tuner.study import TrialRecord
from tuner.tracking.metrics import make_trial_metrics
from tuner.training import Plan
from tuner.training.output_form import find_output_form
from tuner.training.own_metrics import OwnMetrics

PROBLEM = replace(make_problem(rows=61), y=(np.arange(61) % 3 > 0).astype(np.int64))
RNG = np.random.default_rng(0)
SECOND = np.clip(0.3 * PROBLEM.y + 0.7 * RNG.random(61), 0, 1)
PROBABILITIES = np.stack([1 - SECOND, SECOND], axis=1).astype(np.float32)
TRUTH = Truth(PROBLEM.y)


def distance(labels, outputs):
    """Return how far outputs are from labels, by row."""
    return keras.ops.mean(keras.ops.abs(labels - outputs), axis=-1)


class Network(keras_tuner.HyperModel):
    def __init__(self, *metrics, activation="sigmoid"):
        super().__init__()
        self.metrics, self.activation = metrics, activation

    def build(self, hp):
        inputs = keras.Input((4,))
        model = keras.Model(inputs, keras.layers.Dense(1, self.activation)(inputs))
        loss = keras.losses.BinaryCrossentropy(from_logits=self.activation is None)
        model.compile(keras.optimizers.SGD(0.5), loss, metrics=[make() for make in self.metrics])
        return model


def make_f1():
    return keras.metrics.F1Score(threshold=0.5, name="f1")


def make_metrics(*metrics, **options):
    model = Network(*metrics, **options).build(None)
    return OwnMetrics(model, find_output_form(model, PROBLEM, "test"))


def test_a_metric_is_computed_on_all_rows_at_once():
    own = make_metrics(make_f1, keras.metrics.AUC, lambda: distance, lambda: "accuracy")
    assert own.names == ("f1", "auc", "distance")  # every trial has the accuracy
    scores = own.score(PROBABILITIES, PROBLEM.y)
    assert scores["f1"] == pytest.approx(f1_score(PROBLEM.y, SECOND > 0.5))
    assert scores["auc"] == pytest.approx(roc_auc_score(PROBLEM.y, SECOND), abs=0.01)
    assert scores["distance"] == pytest.approx(abs(PROBLEM.y - SECOND).mean())
    assert own.score(PROBABILITIES, PROBLEM.y) == scores  # nothing of the first time is left
    repeated = np.stack([PROBABILITIES, PROBABILITIES[:, ::-1]])
    other = own.score(PROBABILITIES[:, ::-1], PROBLEM.y)
    assert own.score(repeated, PROBLEM.y)["f1"] == pytest.approx((scores["f1"] + other["f1"]) / 2)


def test_a_metric_of_logits_gets_logits():
    def make():
        return keras.metrics.BinaryCrossentropy(from_logits=True, name="bce")

    score = make_metrics(make, activation=None).score(PROBABILITIES, PROBLEM.y)["bce"]
    true = PROBABILITIES[np.arange(61), PROBLEM.y]
    assert score == pytest.approx(-np.log(np.clip(true, 1e-7, 1)).mean(), rel=1e-4)


def test_metrics_have_the_same_names_in_every_trial():
    for _ in range(2):
        own = make_metrics(keras.metrics.AUC, keras.metrics.AUC, lambda: "Precision")
        assert own.names == ("auc", "auc_1", "Precision")


def test_the_standard_error_of_a_mean_is_that_of_independent_rows():
    own = make_metrics(lambda: distance)
    values = abs(PROBLEM.y - SECOND)
    expected = values.std(ddof=1) / np.sqrt(61)
    assert own.estimate_errors(PROBABILITIES, TRUTH)["distance"] == pytest.approx(expected, rel=0.3)
    few = own.estimate_errors(PROBABILITIES[:5], Truth(PROBLEM.y[:5]))["distance"]
    assert few == pytest.approx(values[:5].std(ddof=1) / np.sqrt(5))
    # five rows of a group that always agree say as much as one row
    rows = np.repeat(np.arange(61), 5)
    grouped = Truth(PROBLEM.y[rows], groups=rows)
    error = own.estimate_errors(PROBABILITIES[rows], grouped)["distance"]
    assert error == pytest.approx(expected, rel=0.3)


@pytest.mark.parametrize("trainer", ["lanes", "fit"])
def test_a_trial_has_its_metrics_by_epoch_and_at_its_best_epoch(trainer):
    plan = Plan(epochs=3, objective=find_objective("max f1"))
    result = train(trainer, Network(make_f1, lambda: "accuracy"), PROBLEM, plan)[0]
    curve = result.metrics["f1"]
    assert len(curve) == len(result.curves["loss"][0]) == 3
    assert result.epoch == np.argmax(curve) + 1
    assert result.score == result.scores["f1"] == max(curve)
    assert result.score == pytest.approx(
        f1_score(PROBLEM.y, result.probabilities[:, 1] > 0.5, zero_division=0)
    )
    assert result.standard_error == result.standard_errors["f1"] > 0
    assert set(result.metrics) == {"f1"}
    fold = PROBLEM.folds[0].validation
    predicted = result.probabilities[fold, 1] > 0.5
    assert result.fold_scores[0] == pytest.approx(f1_score(PROBLEM.y[fold], predicted))
    assert type(result).from_dict(result.to_dict()).metrics == result.metrics


def test_an_objective_that_the_network_does_not_have_is_refused():
    plan = Plan(epochs=1, objective=find_objective("max f2"))
    with pytest.raises(UserError) as error:
        train("fit", Network(make_f1), PROBLEM, plan)
    assert str(error.value) == (
        "objective: the network has no metric f2; compile it with one, metrics=[…]; its own are f1"
    )


class Agreement(keras.metrics.Metric):
    """How many rows of class 1 of those that are called 1 are right: 0 / 0 if none is."""

    def __init__(self):
        super().__init__(name="agreement")
        self.counts = self.add_weight(name="counts", shape=(2,), initializer="zeros")

    def update_state(self, labels, outputs, sample_weight=None):
        called = keras.ops.cast(outputs > 0.5, "float32")
        right = keras.ops.sum(called * keras.ops.cast(labels, "float32"))
        self.counts.assign_add(keras.ops.stack([right, keras.ops.sum(called)]))

    def result(self):
        return self.counts[0] / self.counts[1]

    def reset_state(self):
        self.counts.assign([0, 0])


def test_a_metric_that_rows_do_not_define_is_kept_without_a_value(tmp_path):
    own = make_metrics(Agreement)
    nobody = np.tile(np.float32([[0.9, 0.1]]), (61, 1))
    assert np.isnan(own.score(nobody, PROBLEM.y)["agreement"])
    once = nobody.copy()
    once[0] = once[0, ::-1]  # without this row it is not defined
    assert own.score(once, PROBLEM.y)["agreement"] == PROBLEM.y[0]
    assert own.estimate_errors(once, TRUTH)["agreement"] >= 0

    class Undecided(Network):
        def build(self, hp):
            model = super().build(hp)
            model.layers[-1].set_weights([np.zeros((4, 1)), np.full(1, -5.0)])
            model.optimizer.learning_rate = 1e-6
            return model

    study = create_study(tmp_path, make_problem(rows=61))
    result = train("fit", Undecided(Agreement), PROBLEM, Plan(epochs=2))[0]
    assert result.status == "completed"
    assert np.isnan(result.metrics["agreement"]).all()
    assert "agreement" not in result.scores
    study.write_trial(TrialRecord(0, {}, {}, result), {})
    (read,) = study.read_trials()
    np.testing.assert_array_equal(read.result.metrics["agreement"], [np.nan, np.nan])
    written = make_trial_metrics(read, study.record, 0)
    assert "val_agreement" not in {metric.key for metric in written}
