"""Trials whose networks are multilayer perceptrons, as the space files describe them."""

from collections.abc import Sequence

import keras
import keras_tuner
import numpy as np

from tuner.model.mlp import MLPHyperModel
from tuner.model.recipe import draw_weights
from tuner.training.lanes.interfaces import LaneTrial
from tuner.training.lanes.stacked_mlps.shape import MLPShape
from tuner.training.lanes.stacked_mlps.weights import from_keras_weights, to_keras_weights
from tuner.training.network_building import build_network
from tuner.training.plan import Job, Plan

__all__ = ["is_mlp", "make_mlp_trial", "split_off_mlps"]


def is_mlp(job: Job, hypermodel: keras_tuner.HyperModel, plan: Plan) -> bool:
    """Return whether a trial's networks are multilayer perceptrons of a space file.

    What a person gave for `fit` changes how they are trained, so that they cannot be stacked.
    """
    if not isinstance(hypermodel, MLPHyperModel) or plan.arguments:
        return False
    return hypermodel.make_recipe(job.hyperparameters).convolutions is None


def split_off_mlps(
    jobs: Sequence[Job], hypermodel: keras_tuner.HyperModel, plan: Plan
) -> tuple[list[LaneTrial], list[Job]]:
    """Return the trials that can be stacked, and the jobs of all others, each in their order."""
    trials, others = [], []
    for job in jobs:
        if is_mlp(job, hypermodel, plan):
            trials.append(make_mlp_trial(job, hypermodel, plan))
        else:
            others.append(job)
    return trials, others


def make_mlp_trial(job: Job, hypermodel: MLPHyperModel, plan: Plan) -> LaneTrial:
    """Return a trial whose networks are multilayer perceptrons.

    Args:
        job: The trial.
        hypermodel: Describes the trial's networks.
        plan: Its epochs are those over which a cosine schedule decays.
    """
    recipe = hypermodel.make_recipe(job.hyperparameters)
    shape = MLPShape.from_recipe(recipe)

    def make_network(variables: Sequence[np.ndarray]) -> keras.Model:
        # build_network makes the optimizer's variables too: without them, Keras warns when it
        # loads the saved model
        model = build_network(hypermodel, job.hyperparameters, seed=0)
        model.set_weights(to_keras_weights(variables, recipe.widths))
        return model

    return LaneTrial(
        job.trial,
        shape,
        lane_values={
            **shape.regularizer.list_lane_values(recipe.penalty),
            "dropout": recipe.dropout,
            "input_dropout": recipe.input_dropout,
        },
        common_values=shape.optimizer.list_common_values(recipe.optimizer),
        parameters=recipe.parameters,
        make_initial_variables=lambda seed, rows: from_keras_weights(draw_weights(recipe, seed)),
        make_network=make_network,
        find_learning_rate=lambda epoch, _: recipe.optimizer.find_learning_rate(epoch, plan.epochs),
        epochs=job.epochs,
        folds=job.folds,
    )
