"""The `fit` trainer: plain Keras, one fold after another. The reference for every other trainer."""

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
from tuner.training.result import TrialResult
from tuner.training.streams import batch_order, stream_seed
from tuner.training.trainer import Trainer

__all__ = ["FitTrainer"]

_PREDICTION_ROWS = 8192  # rows predicted at once, at most


class FitTrainer(Trainer):
    """Trains with `HyperModel.fit`, epoch by epoch, each epoch one fold after another.

    All folds go through one compiled model, whose variables are exchanged between them: tracing
    it is most of a small network's time, and is so paid once a trial instead of once a fold.
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
                yield _train(job, hypermodel, problem, plan)
            except UserError:
                raise
            except Diverged as error:
                yield TrialResult.from_failure(
                    job.trial, "diverged", str(error), seconds=time.perf_counter() - started
                )
            except Exception as error:  # a user's hypermodel may raise anything; it is recorded
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
        """Train them with `HyperModel.fit`, one after another."""
        networks = []
        for final in final_jobs:
            data = _FoldData(problem.merge_folds(final.network), 0)
            network = _Network(hypermodel, final.job, plan)
            network.load(network.initial_state(data.stream))
            for epoch in range(final.epochs):
                network.fit_epoch(data, epoch)
            networks.append(network.model)
        return networks


def _train(
    job: Job, hypermodel: keras_tuner.HyperModel, problem: Problem, plan: Plan
) -> TrialResult:
    started = time.perf_counter()
    folds = [_FoldData(problem, number) for number in range(len(problem.folds))]
    network = _Network(hypermodel, job, plan)
    states = [network.initial_state(fold.stream) for fold in folds]
    progress = TrialProgress(
        job.trial, problem, plan, parameters=network.parameters, epochs=job.epochs
    )
    going_on = True
    while going_on:
        logs: dict[str, list[float]] = {"loss": [], "accuracy": [], "penalty": []}
        out_of_fold = []
        for number, fold in enumerate(folds):
            network.load(states[number])
            values = network.train_epoch(fold, progress.epochs)
            out_of_fold.append(network.predict(fold.x_validation))
            states[number] = network.state()
            for name, value in values.items():
                logs[name].append(value)
        going_on = progress.add_epoch(logs, out_of_fold)
    return progress.make_result(time.perf_counter() - started)


class _FoldData:
    """A fold's rows, scaled by what was fitted on its training rows alone."""

    def __init__(self, problem: Problem, number: int) -> None:
        self.stream = problem.find_stream(number)
        train, validation = problem.folds[number].train, problem.folds[number].validation
        scaler = problem.fit_scaler(train)
        scale = scaler.apply if scaler else np.asarray
        self.x_train: np.ndarray = scale(problem.x[train])
        self.x_validation: np.ndarray = scale(problem.x[validation])
        self.y_train, self.y_validation = problem.y[train], problem.y[validation]
        weights = problem.compute_class_weights(train)
        # only where there are some, since a hypermodel's own `fit` may not take them
        self.options = {} if weights is None else {"class_weight": dict(enumerate(weights))}


class _Network:
    """One compiled model of a trial, through which all folds pass."""

    def __init__(self, hypermodel: keras_tuner.HyperModel, job: Job, plan: Plan) -> None:
        self.hypermodel = hypermodel
        self.job = job
        self.plan = plan
        self.model: Any = None

    @property
    def parameters(self) -> int:
        return int(sum(np.prod(v.shape) for v in self.model.trainable_variables))

    def initial_state(self, stream: int) -> list[np.ndarray]:
        """Build a fold's own initial network; the last one built is the one that trains."""
        seed = stream_seed(self.plan.seed, self.job.trial, stream)
        self.model = build_network(self.hypermodel, self.job.hyperparameters, seed=seed)
        return self.state()

    def state(self) -> list[np.ndarray]:
        """Return all that training changes: weights, momenta, the state of dropout."""
        variables = self.model.variables + self.model.optimizer.variables
        return [variable.numpy() for variable in variables]

    def load(self, state: list[np.ndarray]) -> None:
        variables = self.model.variables + self.model.optimizer.variables
        for variable, value in zip(variables, state, strict=True):
            variable.assign(value)

    def fit_epoch(self, fold: _FoldData, epoch: int) -> dict[str, float]:
        order = batch_order(
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
        """Train one epoch; return the loss of the data, the accuracy and the penalty."""
        logs = self.fit_epoch(fold, epoch)
        return {
            "loss": logs["cross_entropy"] if np.isfinite(logs["loss"]) else logs["loss"],
            "accuracy": logs["accuracy"],
            "penalty": self.penalty(),
        }

    def penalty(self) -> float:
        """Return what the regularizers of the weights add to the loss.

        Not `model.losses`: those hold what a layer adds for its activities too, which are not
        numbers outside of a training step.
        """
        weights = self.model.trainable_variables
        return float(sum(float(w.regularizer(w)) for w in weights if w.regularizer is not None))

    def predict(self, x: np.ndarray) -> np.ndarray:
        few = choose_chunk_rows(x[0].size, most=_PREDICTION_ROWS)
        parts = range(0, len(x), few)
        probabilities: np.ndarray = np.concatenate(
            [self.model.predict_on_batch(x[start : start + few]) for start in parts]
        )
        return probabilities
