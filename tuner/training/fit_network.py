"""The network of a trial that the `fit` trainer trains."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.data import choose_chunk_rows
from tuner.problem import Inputs, map_inputs
from tuner.scoring import accuracy, cross_entropy
from tuner.training.adapting import adapt_network
from tuner.training.callbacks import Curves, TrialCallbacks
from tuner.training.fit_calls import batch_rows, make_fit_arguments, order_rows, replace_fit
from tuner.training.fold_callbacks import FoldCallbacks, copy_callbacks
from tuner.training.fold_data import FoldData
from tuner.training.fold_fit import watch_folds
from tuner.training.network_building import add_own_metrics, build_scored_network
from tuner.training.output_form import OutputForm
from tuner.training.own_metrics import OwnMetrics
from tuner.training.plan import FinalJob, Job, Plan
from tuner.training.random_streams import derive_seed, draw_batch_order

__all__ = ["FitNetwork"]

_PREDICTION_ROWS = 8192  # the most rows that are predicted at once


class FitNetwork:
    """The compiled model of a trial, which trains all of its folds.

    `build_initial_state` comes first, then `watch`. If `fit` trains in its own way, `fit_whole`
    follows; else each fold's epochs, after `load_state` if folds share the network, and `finalize`.

    Attributes:
        model: The model; None until `build_initial_state` is called.
        form: What its outputs mean, likewise.
        metrics: The metrics of the hypermodel's own, likewise.
        trains_its_own_way: Whether the hypermodel's `fit` trains in its own way, not by one call of
            `keras.Model.fit` that can be made for each epoch; False until `watch` is called.
        epochs: The epochs that `fit` asks for; None if it leaves them to the search.
        callbacks: The callbacks that `fit` gives, by how they act on a trial. Those that are called
            in each fold are those of the fold's own call.
    """

    form: OutputForm
    metrics: OwnMetrics
    _first_rate: float  # if callbacks set the rates

    def __init__(self, hypermodel: keras_tuner.HyperModel, job: Job, plan: Plan) -> None:
        self.hypermodel = hypermodel
        self.job = job
        self.plan = plan
        self.model: Any = None
        self.trains_its_own_way = False
        self.epochs: int | None = None
        self.callbacks = TrialCallbacks()

    @property
    def parameters(self) -> int:
        """Number of trainable weights and biases."""
        return int(sum(np.prod(v.shape) for v in self.model.trainable_variables))

    def build_initial_state(self, fold: FoldData) -> list[np.ndarray]:
        """Build the network of a fold, and return its initial state.

        If folds share a network, the one that was built last trains all of them.
        """
        hp, problem = self.job.hyperparameters, fold.problem
        seed = derive_seed(self.plan.seed, self.job.trial, fold.stream)
        built = build_scored_network(self.hypermodel, hp, seed=seed, problem=problem)
        self.model, self.form, self.metrics = built.model, built.form, built.metrics
        adapt_network(self.hypermodel, hp, self.model, problem, fold.train)
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

    def watch(self, fold: FoldData) -> None:
        """Find out how the hypermodel's `fit` trains the network.

        The network changes if `fit` trains in its own way; `fit_whole` builds it anew.

        Args:
            fold: The trial's first fold, whose epochs and learning rates are those of all folds.
        """
        hp, arguments = self.job.hyperparameters, self.plan.arguments
        calls = watch_folds(self.hypermodel, hp, self.model, arguments, [fold], self.form)
        if calls is None:
            self.trains_its_own_way = True
            return
        (call,) = calls
        self.epochs = call.epochs
        self.callbacks = TrialCallbacks.from_callbacks(call.callbacks, self.plan.objective.setting)
        if self.callbacks.sets_rates:
            self._first_rate = self.callbacks.read_first_rate(self.model.optimizer)
        if self.callbacks.own and call.changes_settings:
            self.trains_its_own_way = True  # they may change what it would set in each epoch
        elif self.callbacks.own:
            add_own_metrics(self.model, self.metrics, self.form)

    def fit_epochs(self, fold: FoldData, final: FinalJob) -> None:
        """Train all epochs of a final network."""
        callbacks = FoldCallbacks(self.callbacks.own, final.epochs)
        for epoch in range(final.epochs):
            self.fit_epoch(fold, epoch, final.curves, callbacks)
        callbacks.end()

    def fit_whole(self, fold: FoldData) -> None:
        """Build the network of a fold, and train it by one call of a `fit` of its own way."""
        self.build_initial_state(fold)
        del self.model.optimizer.finalize_variable_values  # its `fit` is called once
        arguments = dict(self.plan.arguments)
        if self.job.epochs is not None and "epochs" in arguments:
            arguments["epochs"] = self.job.epochs
        if "callbacks" in arguments:
            arguments["callbacks"] = copy_callbacks(arguments["callbacks"])
        arguments = self._make_arguments(fold, arguments)
        hp = self.job.hyperparameters
        x, y = self._take(fold, fold.train)

        def train(arguments: dict[str, Any]) -> Any:  # the search shows its own progress
            return type(self.model).fit(self.model, **{"verbose": 0, **arguments})

        with replace_fit(self.model, train):
            self.hypermodel.fit(hp, self.model, map_inputs(_convert_texts, x), y, **arguments)

    def _make_arguments(self, fold: FoldData, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of the hypermodel's `fit` in a fold, without the rows."""
        take = partial(self._take, fold, fold.validation)
        own = make_fit_arguments(self.hypermodel, arguments, take)
        return own | fold.list_weights(self.form)

    def _take(self, fold: FoldData, rows: np.ndarray) -> tuple[Inputs, np.ndarray]:
        """Return rows by their numbers, and the labels that the loss takes."""
        return fold.take(rows), self.form.encode_array(fold.problem.y[rows])

    def fit_epoch(
        self, fold: FoldData, epoch: int, curves: Curves, callbacks: FoldCallbacks
    ) -> dict[str, float]:
        """Train one epoch on a fold; return the logs of Keras.

        Args:
            fold: The fold.
            epoch: Counted from 0.
            curves: Means over folds of the epochs before.
            callbacks: Those of the fold.
        """
        logs: dict[str, list[float]] = {}

        def train(arguments: dict[str, Any]) -> Any:
            if self.callbacks.sets_rates:  # after a `fit` that sets the first one
                rate = self.callbacks.find_learning_rate(epoch, self._first_rate, curves)
                self.model.optimizer.learning_rate = rate
            history = self._call_keras(arguments, fold, epoch, callbacks)
            logs.update(history.history)
            return history

        own = self._make_arguments(fold, self.plan.arguments)
        with replace_fit(self.model, train):
            hp = self.job.hyperparameters
            self.hypermodel.fit(hp, self.model, *self._take(fold, fold.train), **own)
        callbacks.has_stopped = callbacks.has_stopped or bool(self.model.stop_training)
        return {name: float(values[-1]) for name, values in logs.items()}

    def _call_keras(
        self, arguments: dict[str, Any], fold: FoldData, epoch: int, callbacks: FoldCallbacks
    ) -> keras.callbacks.History:
        """Train one epoch by `keras.Model.fit`, with the arguments of the hypermodel's `fit`."""
        if epoch == 0:
            given, objective = arguments.get("callbacks") or (), self.plan.objective.setting
            callbacks.begin(TrialCallbacks.from_callbacks(given, objective).own)
        if arguments.get("shuffle", True):
            rows, stream = len(fold.train), fold.stream
            seeds = {"seed": self.plan.seed, "trial": self.job.trial, "fold": stream}
            arguments = order_rows(arguments, draw_batch_order(rows, epoch=epoch, **seeds))
        arguments = {
            **arguments,
            "initial_epoch": epoch,
            "epochs": epoch + 1,
            "shuffle": False,
            "verbose": 0,
            "callbacks": None,
            "validation_data": None,
        }
        if callbacks.callbacks:  # they may read scores of the validation rows
            arguments["callbacks"] = [callbacks]
            x, y = self._take(fold, fold.validation)
            arguments["validation_data"] = map_inputs(_convert_texts, x), y
        if "x" in arguments:
            arguments["x"] = map_inputs(_convert_texts, arguments["x"])
        return type(self.model).fit(self.model, **batch_rows(arguments))

    def train_epoch(
        self, fold: FoldData, epoch: int, curves: Curves, callbacks: FoldCallbacks
    ) -> dict[str, float]:
        """Train one epoch on a fold; return the loss of the data, the accuracy and the penalty."""
        logs = self.fit_epoch(fold, epoch, curves, callbacks)
        if "cross_entropy" not in logs:  # a training step of the network's own
            logs |= self.score_training_rows(fold)
        loss = logs.get("loss", 0.0)
        return {
            "loss": logs["cross_entropy"] if np.isfinite(loss) else loss,
            "accuracy": logs["accuracy"],
            "penalty": self.compute_penalty(),
        }

    def score_training_rows(self, fold: FoldData) -> dict[str, float]:
        """Return the cross-entropy and accuracy of a fold's training rows."""
        probabilities = self.predict(fold, fold.train)
        return {
            "cross_entropy": float(cross_entropy(probabilities, fold.y_train).mean()),
            "accuracy": float(accuracy(probabilities, fold.y_train).mean()),
        }

    def compute_penalty(self) -> float:
        """Return what the regularizers of the weights add to the loss.

        `model.losses` is not used: it also has what layers add for their activities, which have
        values only within a training step.
        """
        weights = self.model.trainable_variables
        return float(sum(float(w.regularizer(w)) for w in weights if w.regularizer is not None))

    def predict(self, fold: FoldData, rows: np.ndarray) -> np.ndarray:
        """Return the class probabilities of rows by their numbers.

        **Shape**: `(rows,)` to `(rows, classes)`.
        """
        chunk = choose_chunk_rows(fold.problem.row_elements, most=_PREDICTION_ROWS)
        outputs: np.ndarray = np.concatenate(
            [
                self.model.predict_on_batch(fold.take(rows[start : start + chunk]))
                for start in range(0, len(rows), chunk)
            ]
        )
        return np.asarray(self.form.to_probabilities(outputs))


def _convert_texts(values: Any) -> Any:
    """Return texts as a tensor, since `keras.Model.fit` takes no array of objects."""
    is_text = getattr(values, "dtype", None) == np.dtype(object)
    return keras.ops.convert_to_tensor(values) if is_text else values
