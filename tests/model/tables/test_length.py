"""The share of the planned epochs that a network for tables trains."""

import pytest

from tests.helpers.problems import CLASSES, FEATURES
from tests.helpers.spaces import make_space
from tests.helpers.training import make_jobs, train
from tuner.model.tables.hypermodel import TableHyperModel
from tuner.model.tables.layout import FeatureLayout
from tuner.training import TRAINERS, Plan

SPACE = """
[network]
depth = 0

[optimizer]
optimizer = "adamw"
learning_rate = 0.01
length = 0.4
schedule = "cosine"
batch_size = 16
"""


def make_hypermodel(epochs):
    layout = FeatureLayout(FEATURES, FEATURES)
    return TableHyperModel(make_space(SPACE), layout=layout, classes=CLASSES, epochs=epochs)


@pytest.mark.parametrize("trainer", TRAINERS)
def test_a_network_trains_its_share_of_the_epochs(trainer, problem):
    plan = Plan(epochs=5, patience=5)
    (result,) = train(TRAINERS[trainer](), make_hypermodel(5), problem, plan, make_jobs(1)).values()
    assert len(result.curves["loss"][0]) == 2


def test_schedules_are_planned_for_the_epochs_that_are_trained(problem):
    hypermodel, (job,) = make_hypermodel(5), make_jobs(1)
    model = hypermodel.build(job.hyperparameters)
    model.optimizer.build(model.trainable_variables)
    hypermodel.adapt(job.hyperparameters, model, problem.x[:40])
    assert model.optimizer.planned_steps.numpy() == 2 * 3  # two epochs of three batches
