"""The `fit` trainer: plain Keras, one fold after another; the reference for other trainers."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.data import choose_chunk_rows
from tuner.errors import UserError, one_line
from tuner.problem import Problem
from tuner.training.network_building import build_network
from tuner.training.plan import FinalJob, Job, Plan
from tuner.training.progress import Diverged, TrialProgress
from tuner.training.random_streams import derive_seed, draw_batch_order
from tuner.training.result import TrialResult
from tuner.training.trainer import Trainer

__all__ = ["FitTrainer"]

_PREDICTION_ROWS = 8192  # the most rows that are predicted at once


class FitTrainer(Trainer):
    """Trains with `HyperModel.fit`, epoch by epoch; in each epoch one fold after another.

    All folds go through one compiled model, whose variables are exchanged between folds. Tracing
    takes most of a small network's time; this way it is done once per trial, not once per fold.
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
            if number and plan.time_is_up():
                return
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
                keras.backend.clear_session()

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
            fold = _FoldData(problem.merge_folds(final.network), 0)
            network = _Network(hypermodel, final.job, plan)
            network.load_state(network.build_initial_state(fold.stream))
            for epoch in range(final.epochs):
                network.fit_epoch(fold, epoch)
            network.finalize()
            networks.append(network.model)
        return networks


def _train_trial(
    job: Job, hypermodel: keras_tuner.HyperModel, problem: Problem, plan: Plan
) -> TrialResult:
    """Train a trial on all folds until it ends."""
    started = time.perf_counter()
    folds = [_FoldData(problem, number) for number in range(len(problem.folds))]
    network = _Network(hypermodel, job, plan)
    states = [network.build_initial_state(fold.stream) for fold in folds]
    progress = TrialProgress(
        job.trial, problem, plan, parameters=network.parameters, epochs=job.epochs
    )
    trains_on = True
    while trains_on:
        logs: dict[str, list[float]] = {"loss": [], "accuracy": [], "penalty": []}
        out_of_fold = []
        for number, fold in enumerate(folds):
            network.load_state(states[number])
            values = network.train_epoch(fold, progress.epochs)
            states[number] = network.read_state()
            network.finalize()
            out_of_fold.append(network.predict(fold.x_validation))
            for name, value in values.items():
                logs[name].append(value)
        trains_on = progress.add_epoch(logs, out_of_fold)
    return progress.make_result(time.perf_counter() - started)


class _FoldData:
    """A fold's rows, scaled by moments that are fitted on its training rows alone."""

    def __init__(self, problem: Problem, number: int) -> None:
        self.stream = problem.find_stream(number)
        train, validation = problem.folds[number].train, problem.folds[number].validation
        scaler = problem.fit_scaler(train)
        scale = scaler.apply if scaler else np.asarray
        self.x_train: np.ndarray = scale(problem.x[train])
        self.x_validation: np.ndarray = scale(problem.x[validation])
        self.y_train, self.y_validation = problem.y[train], problem.y[validation]
        weights = problem.compute_class_weights(train)
        # no argument without class weights, since a custom `fit` may not accept it
        self.options = {} if weights is None else {"class_weight": dict(enumerate(weights))}


class _Network:
    """The compiled model of a trial, which trains all of its folds.

    Attributes:
        model: The model; None until `build_initial_state` is called.
    """

    def __init__(self, hypermodel: keras_tuner.HyperModel, job: Job, plan: Plan) -> None:
        self.hypermodel = hypermodel
        self.job = job
        self.plan = plan
        self.model: Any = None

    @property
    def parameters(self) -> int:
        """Number of trainable weights and biases."""
        return int(sum(np.prod(v.shape) for v in self.model.trainable_variables))

    def build_initial_state(self, stream: int) -> list[np.ndarray]:
        """Build the network of a fold, and return its initial state.

        The network that was built last trains all folds.
        """
        seed = derive_seed(self.plan.seed, self.job.trial, stream)
        self.model = build_network(self.hypermodel, self.job.hyperparameters, seed=seed)
        # Every epoch is a call of `fit`, which would end with the averages: see `finalize`.
        self.model.optimizer.finalize_variable_values = lambda weights: None
        return self.read_state()

    def _list_variables(self) -> list[Any]:
        variables: list[Any] = self.model.variables + self.model.optimizer.variables
        return variables

    def read_state(self) -> list[np.ndarray]:
        """Return all values that training changes: weights, momenta, the state of dropout."""
        return [variable.numpy() for variable in self._list_variables()]

    def load_state(self, state: list[np.ndarray]) -> None:
        """Set all values that training changes."""
        for variable, value in zip(self._list_variables(), state, strict=True):
            variable.assign(value)

    def finalize(self) -> None:
        """Give the weights the values that `fit` leaves when it ends.

        These are the moving averages of the weights, if the optimizer keeps them. Training goes on
        from the weights themselves, as if `fit` were called once for all epochs.
        """
        optimizer = self.model.optimizer
        type(optimizer).finalize_variable_values(optimizer, self.model.trainable_variables)

    def fit_epoch(self, fold: _FoldData, epoch: int) -> dict[str, float]:
        """Train one epoch on a fold; return the logs of Keras."""
        order = draw_batch_order(
            len(fold.y_train),
            seed=self.plan.seed,
            trial=self.job.trial,
            fold=fold.stream,
            epoch=epoch,
        )
        history = self.hypermodel.fit(
            self.job.hyperparameters,
            self.model,
            fold.x_train[order],
            fold.y_train[order],
            initial_epoch=epoch,
            epochs=epoch + 1,
            shuffle=False,
            verbose=0,
            **fold.options,
        )
        return {name: float(values[-1]) for name, values in history.history.items()}

    def train_epoch(self, fold: _FoldData, epoch: int) -> dict[str, float]:
        """Train one epoch on a fold; return the loss of the data, the accuracy and the penalty."""
        logs = self.fit_epoch(fold, epoch)
        return {
            "loss": logs["cross_entropy"] if np.isfinite(logs["loss"]) else logs["loss"],
            "accuracy": logs["accuracy"],
            "penalty": self.compute_penalty(),
        }

    def compute_penalty(self) -> float:
        """Return what the regularizers of the weights add to the loss.

        `model.losses` is not used: it also has what layers add for their activities, which have
        values only within a training step.
        """
        weights = self.model.trainable_variables
        return float(sum(float(w.regularizer(w)) for w in weights if w.regularizer is not None))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities.

        **Shape**: `(rows, …)` to `(rows, classes)`.
        """
        chunk = choose_chunk_rows(x[0].size, most=_PREDICTION_ROWS)
        probabilities: np.ndarray = np.concatenate(
            [
                self.model.predict_on_batch(x[start : start + chunk])
                for start in range(0, len(x), chunk)
            ]
        )
        return probabilities
