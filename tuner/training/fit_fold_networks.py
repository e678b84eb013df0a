"""Keeps the networks of folds that the `fit` trainer has trained."""

from functools import partial

import keras
import keras_tuner

from tuner.problem import Problem
from tuner.training.adapting import list_normalizations
from tuner.training.fit_network import FitNetwork
from tuner.training.fold_data import FoldData
from tuner.training.fold_networks import FoldValues
from tuner.training.plan import Job, Plan
from tuner.training.result import TrialResult

__all__ = ["keep_networks", "make_fold_network", "read_network"]


def read_network(network: FitNetwork) -> FoldValues:
    """Return the values of a network's own variables; none if its plan keeps no networks."""
    if network.plan.hooks.fold_networks is None:
        return []
    return [variable.numpy() for variable in network.model.variables]


def keep_networks(
    network: FitNetwork, problem: Problem, result: TrialResult, folds: list[FoldValues]
) -> None:
    """Keep the networks of a trial that has ended, if its plan keeps networks.

    Args:
        network: A network of the trial.
        problem: Rows and folds.
        result: The trial's result.
        folds: What `read_network` returned of each fold at the best epoch.
    """
    kept, hypermodel = network.plan.hooks.fold_networks, network.hypermodel
    if kept is not None:
        make_network = partial(make_fold_network, hypermodel, network.job, network.plan, problem)
        kept.keep(result.trial, result.score, folds, make_network, trainer="fit")


def make_fold_network(
    hypermodel: keras_tuner.HyperModel,
    job: Job,
    plan: Plan,
    problem: Problem,
    fold: int,
    values: FoldValues,
) -> keras.Model:
    """Return the network of a fold that has these values."""
    network = FitNetwork(hypermodel, job, plan)
    network.build_initial_state(FoldData(problem, fold))
    for variable, value in zip(network.model.variables, values, strict=True):
        variable.assign(value)
    for layer in list_normalizations(network.model):
        layer.finalize_state()
    trained: keras.Model = network.model
    return trained
