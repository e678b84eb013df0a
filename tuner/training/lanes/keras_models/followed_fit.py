"""How a hypermodel's own `fit` would train a network: its batch size and learning rates."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import keras_tuner

from tuner.errors import UserError, one_line
from tuner.model.mlp import MLPHyperModel
from tuner.problem import Problem
from tuner.training.callbacks import Curves, Stopping, TrialCallbacks
from tuner.training.fit_calls import FitCall
from tuner.training.fold_data import FoldData
from tuner.training.fold_fit import watch_folds
from tuner.training.lanes.interfaces import NeedsOwnFit
from tuner.training.network_building import BuiltNetwork
from tuner.training.plan import Job, Plan

__all__ = ["FollowedFit", "follow_fit"]


@dataclass(frozen=True, slots=True)
class FollowedFit:
    """The arguments with which a hypermodel trains a network.

    Attributes:
        batch_size: Rows of a batch.
        find_learning_rate: Returns the learning rate of an epoch, counted from 0, by the curves so
            far; None if the optimizer has its own.
        shuffle: Whether rows are in another order in each epoch.
        epochs: Most epochs that `fit` asks for; None for the search's.
        stopping: When the trial ends early; empty for the search's patience.
    """

    batch_size: int
    find_learning_rate: Callable[[int, Curves], float] | None = None
    shuffle: bool = True
    epochs: int | None = None
    stopping: tuple[Stopping, ...] = ()


def follow_fit(
    hypermodel: keras_tuner.HyperModel, job: Job, built: BuiltNetwork, plan: Plan, problem: Problem
) -> FollowedFit:
    """Return the arguments with which a hypermodel trains a network.

    They are those of its recipe, if it has one. A custom hypermodel may tune the batch size, as
    KerasTuner advises, by a `fit` that passes it on. So its `fit` is called with a network that
    notes the arguments, and with the rows of each fold that has another number of them.

    Epochs, and callbacks that act on the trial, are those of the first fold, as `FitNetwork` has.

    Args:
        hypermodel: The hypermodel that built the network.
        job: The trial.
        built: Its network.
        plan: Has the epochs, over which a `cosine` schedule decays.
        problem: The rows and folds.

    Raises:
        NeedsOwnFit: `fit` does something that only Keras can follow, such as changing rows, or
            trains folds of different sizes in different ways.
        UserError: A callback has no meaning in a cross-validation.
    """
    if isinstance(hypermodel, MLPHyperModel) and not plan.arguments:
        recipe = hypermodel.make_recipe(job.hyperparameters)
        find, epochs = recipe.optimizer.find_learning_rate, plan.epochs
        return FollowedFit(recipe.batch_size, lambda epoch, _: find(epoch, epochs))
    call = _watch(hypermodel, job, built, plan, problem)
    callbacks = TrialCallbacks.from_callbacks(call.callbacks, plan.objective.setting)
    if callbacks.own:
        names = ", ".join(dict.fromkeys(type(callback).__name__ for callback in callbacks.own))
        raise NeedsOwnFit(f"{names} is called in each fold")
    find_learning_rate = None
    if callbacks.sets_rates:
        first = callbacks.read_first_rate(built.model.optimizer)
        find_learning_rate = partial(_find_learning_rate, callbacks, first)
    return FollowedFit(
        call.batch_size, find_learning_rate, call.shuffle, call.epochs, stopping=callbacks.stopping
    )


def _find_learning_rate(
    callbacks: TrialCallbacks, first: float, epoch: int, curves: Curves
) -> float:
    return callbacks.find_learning_rate(epoch, first, curves)


def _watch(
    hypermodel: keras_tuner.HyperModel, job: Job, built: BuiltNetwork, plan: Plan, problem: Problem
) -> FitCall:
    """Return the call of a `fit` that lanes can follow in all folds: that of the first one."""
    by_rows: dict[int, int] = {}
    for number, fold in enumerate(problem.folds):
        by_rows.setdefault(len(fold.train), number)
    hp, folds = job.hyperparameters, (FoldData(problem, number) for number in by_rows.values())
    try:
        calls = watch_folds(hypermodel, hp, built.model, plan.arguments, folds, built.form)
    except UserError:
        raise
    except Exception as error:  # custom code can raise anything
        raise NeedsOwnFit(f"its fit cannot be followed ({one_line(error)})") from error
    if calls is None:
        raise NeedsOwnFit("its fit trains in its own way")
    for call in calls:
        _check_call(call)
    for name in ("batch_size", "shuffle"):
        if len({getattr(call, name) for call in calls}) > 1:
            raise NeedsOwnFit(f"its fit gives each fold a {name} by its number of rows")
    return calls[0]


def _check_call(call: FitCall) -> None:
    """Refuse a call that lanes cannot follow."""
    if call.changes_rows:
        raise NeedsOwnFit("its fit changes the rows")
    if call.changes_settings:
        raise NeedsOwnFit("its fit sets the optimizer or which layers train")
    if call.others:
        raise NeedsOwnFit(f"its fit gives {', '.join(sorted(call.others))}")
