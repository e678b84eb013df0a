"""The `fit` trainer: plain Keras, one fold after another; the reference for other trainers."""

import time
from collections.abc import Iterator, Sequence
from functools import partial

import keras
import keras_tuner

from tuner.errors import UserError, one_line
from tuner.problem import Problem
from tuner.training.adapting import adapts
from tuner.training.fit_fold_networks import keep_networks, make_fold_network, read_network
from tuner.training.fit_network import FitNetwork
from tuner.training.fold_callbacks import FoldCallbacks
from tuner.training.fold_data import FoldData
from tuner.training.fold_networks import FoldValues, MakeNetwork
from tuner.training.own_training import train_once_per_fold
from tuner.training.plan import FinalJob, Job, Plan
from tuner.training.progress import Diverged, TrialProgress
from tuner.training.result import TrialResult
from tuner.training.trainer import Trainer

__all__ = ["FitTrainer"]


class FitTrainer(Trainer):
    """Trains with `HyperModel.fit`, epoch by epoch; in each epoch one fold after another.

    All folds go through one compiled model, whose variables are exchanged between folds. Tracing
    takes most of a small network's time; this way it is done once per trial, not once per fold.
    Networks that are adapted to their fold's rows are one for each fold, since what layers learn
    of rows, such as a vocabulary, need not be a variable.
    """

    name = "fit"

    def train(
        self,
        jobs: Sequence[Job],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> Iterator[TrialResult]:
        """Train the trials one after another."""
        for number, job in enumerate(jobs):
            if number and plan.hooks.time_is_up():
                return
            if not plan.hooks.begin(job) and number:
                continue
            started = time.perf_counter()
            try:
                yield _train_trial(job, hypermodel, problem, plan)
            except UserError:
                raise
            except Diverged as error:
                yield TrialResult.from_failure(
                    job.trial, "diverged", str(error), seconds=time.perf_counter() - started
                )
            except Exception as error:  # a custom hypermodel can raise anything; it is recorded
                yield TrialResult.from_failure(
                    job.trial, "raised", one_line(error), seconds=time.perf_counter() - started
                )
            finally:
                _clear_session()

    def train_on_all_rows(
        self,
        final_jobs: Sequence[FinalJob],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> list[keras.Model]:
        """Train the networks with `HyperModel.fit`, one after another."""
        networks = []
        for final in final_jobs:
            fold = FoldData(problem.merge_folds([final.network]), 0)
            network = FitNetwork(hypermodel, final.job, plan)
            network.build_initial_state(fold)
            network.watch(fold)
            if network.trains_its_own_way:
                network.fit_whole(fold)
            else:
                network.fit_epochs(fold, final)
                network.finalize()
            networks.append(network.model)
        return networks

    def prepare_fold_networks(
        self,
        job: Job,
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> MakeNetwork:
        """Return what builds a fold's network and sets its values."""
        return partial(make_fold_network, hypermodel, job, plan, problem)


def _clear_session() -> None:
    """Free what Keras keeps of networks; the float types that the program chose stay."""
    policy = keras.config.dtype_policy()
    keras.backend.clear_session()
    keras.config.set_dtype_policy(policy)


# Over 40 lines: the steps of a trial are read as one sequence.
def _train_trial(
    job: Job, hypermodel: keras_tuner.HyperModel, problem: Problem, plan: Plan
) -> TrialResult:
    """Train a trial on its folds until it ends."""
    started = time.perf_counter()
    problem, plan = problem.take_folds(job.folds), plan.take_folds(job.folds)
    folds = [FoldData(problem, number) for number in range(len(problem.folds))]
    shared = None if adapts(hypermodel) else FitNetwork(hypermodel, job, plan)
    networks = [shared or FitNetwork(hypermodel, job, plan) for _ in folds]
    pairs = list(zip(networks, folds, strict=True))
    states = [network.build_initial_state(fold) for network, fold in pairs]
    for network in dict.fromkeys(networks):
        network.watch(folds[0])
    first = networks[0]  # all have the same size, callbacks and metrics
    if first.trains_its_own_way:
        return train_once_per_fold(first, folds, problem, started)
    progress = TrialProgress(
        job.trial,
        problem,
        plan,
        parameters=first.parameters,
        epochs=job.limit_epochs(first.epochs),
        stopping=first.callbacks.stopping,
        metrics=first.metrics,
    )
    callbacks = [FoldCallbacks(first.callbacks.own, progress.most_epochs) for _ in folds]
    trained: list[FoldValues] = [[] for _ in folds]
    trains_on, best = True, trained
    while trains_on:
        logs: dict[str, list[float]] = {"loss": [], "accuracy": [], "penalty": []}
        out_of_fold = []
        for number, (network, fold) in enumerate(pairs):
            network.load_state(states[number])
            values = network.train_epoch(fold, progress.epochs, progress.means, callbacks[number])
            states[number] = network.read_state()
            network.finalize()
            trained[number] = read_network(network)
            out_of_fold.append(network.predict(fold, fold.validation))
            for name, value in values.items():
                logs[name].append(value)
        trains_on = progress.add_epoch(logs, out_of_fold)
        best = list(trained) if progress.has_improved else best
        trains_on = trains_on and not all(callback.has_stopped for callback in callbacks)
    for callback in callbacks:
        callback.end()
    result = progress.make_result(time.perf_counter() - started)
    keep_networks(first, problem, result, best)
    return result
