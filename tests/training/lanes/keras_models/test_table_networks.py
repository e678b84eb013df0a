"""Networks for tables in lanes: the curves of `fit`, and the same alone as beside others."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.problems import CLASSES, FEATURES, make_ordered_problem, make_problem
from tests.helpers.spaces import make_space
from tests.helpers.training import assert_parity, assert_same, make_job, train
from tuner.model.tables.hypermodel import TableHyperModel
from tuner.model.tables.layout import FeatureLayout
from tuner.training import TRAINERS, FinalJob, Plan
from tuner.training.lanes import LanesTrainer
from tuner.training.network_building import make_final_network

REAL = """
[inputs]
scaling = "robust"
numbers = "periodic"
frequencies = 4
[network]
depth = 2
units = 8
activation = "selu"
learned_slope = true
scaling_layer = true
parametrization = "ntk"
biases = "data"
[regularizer]
dropout = [0.15, 0.3]
dropout_schedule = "flat_cosine"
[optimizer]
optimizer = "adamw"
learning_rate = [0.04, 0.02]
beta_2 = 0.95
weight_decay = 0.02
decay_schedule = "flat_cosine"
first_layer_rate = 0.5
bias_rate = 0.1
embedding_rate = 0.1
scaling_rate = 6.0
slope_rate = 0.1
batch_size = 16
schedule = "coslog4"
"""
TABM = """
[inputs]
scaling = "quantile"
numbers = "piecewise"
bins = 4
[network]
depth = 2
units = 8
heads = 3
normalization = "layer"
residual = true
[optimizer]
optimizer = "adamw"
learning_rate = 0.01
averaging = 0.9
batch_size = 16
[loss]
label_smoothing = 0.1
mixing = "mixup"
"""
SGD = """
[network]
depth = 1
units = 8
normalization = "batch"
scaling_layer = true
[optimizer]
optimizer = "sgd"
learning_rate = 0.1
schedule = "flat_cosine"
warm_up = 0.3
scaling_rate = 3.0
batch_size = 16
[loss]
mixing = "cutmix"
mixing_strength = 1.0
"""
SPACES = {"real": REAL, "tabm": TABM, "sgd": SGD}
PLAN = Plan(epochs=3)


def make_hypermodel(text):
    layout = FeatureLayout(FEATURES, FEATURES)
    return TableHyperModel(make_space(text), layout=layout, classes=CLASSES, epochs=PLAN.epochs)


def make_weighed_problem():
    """Make rows and classes that weigh differently, which all heads of a network are to heed."""
    problem, weights = make_ordered_problem(folds=2), np.ones(97, np.float32)
    weights[::3] = 4
    return replace(problem, class_weight=np.array([1, 9, 1], np.float32), row_weights=weights)


@pytest.mark.parametrize("name", SPACES)
def test_lanes_give_the_curves_of_fit(name):
    # folds of 33 and 65 rows: 3 and 5 steps in an epoch, the last of them smaller
    problem = make_weighed_problem() if name == "tabm" else make_ordered_problem(folds=2)
    assert_parity(make_hypermodel(SPACES[name]), problem, PLAN)


def test_trials_that_differ_in_numbers_share_a_program_and_are_the_same_side_by_side():
    trainer = LanesTrainer()
    space = REAL.replace("scaling_rate = 6.0", "scaling_rate = [6.0, 2.0]")
    space = space.replace('"coslog4"', '["coslog4", "cosine"]\nwarm_up = [0.1, 0.2]')
    space = space.replace("frequencies = 4", "frequencies = 4\nfrequency_scale = [0.1, 1.0]")
    space += "[loss]\nlabel_smoothing = [0.0, 0.1]\n"
    other = {
        "learning_rate": 0.02,
        "dropout": 0.3,
        "label_smoothing": 0.1,
        "scaling_rate": 2.0,
        "schedule": "cosine",
    }
    other |= {"warm_up": 0.2, "frequency_scale": 1.0}
    jobs = [make_job(0), make_job(1, **other)]
    hypermodel, problem = make_hypermodel(space), make_problem(rows=61)
    alone = [train(trainer, hypermodel, problem, PLAN, [job])[job.trial] for job in jobs]
    assert alone[0].score != alone[1].score
    beside = train(trainer, hypermodel, problem, PLAN, jobs)
    for result in alone:
        assert_same(result, beside[result.trial])
    (program,) = trainer.programs.used
    assert program.traces == 1


@pytest.mark.parametrize("trainer", TRAINERS)
def test_a_rung_trains_no_longer_than_the_trials_length(trainer):
    space = SGD.replace("scaling_rate", "length = [0.34, 1.0]\nscaling_rate")
    hypermodel, problem, plan = make_hypermodel(space), make_ordered_problem(folds=2), PLAN
    jobs = [replace(make_job(n, length=0.34), epochs=n or None) for n in (0, 2, 3)]
    jobs.append(replace(make_job(4, length=1.0), epochs=2))
    trained = train(TRAINERS[trainer](), hypermodel, problem, plan, jobs)
    assert {n: len(result.curves["loss"][0]) for n, result in trained.items()} == {
        **dict.fromkeys((0, 2, 3), 1),
        4: 2,
    }


@pytest.mark.parametrize("name", ["real", "tabm"])
def test_final_networks_give_probabilities_and_are_those_of_fit(name):
    hypermodel, problem = make_hypermodel(SPACES[name]), make_problem(rows=61)
    rows = problem.fit_scaler(problem.rows).apply(problem.x)
    answers = []
    for trainer in ("fit", "lanes"):
        (network,) = TRAINERS[trainer]().train_on_all_rows(
            [FinalJob(make_job(), 3)], hypermodel, problem=problem, plan=PLAN
        )
        final = make_final_network(network, hypermodel, make_job().hyperparameters, problem)
        answers.append(final(rows).numpy())
    np.testing.assert_allclose(answers[0].sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(answers[0], answers[1], atol=1e-4)
