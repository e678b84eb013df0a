"""Builds a trial's network ready for training: seeded, checked, with the metrics of the curves."""

import threading
from dataclasses import dataclass
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.errors import DataError, SpaceError
from tuner.model.mlp import MLPHyperModel
from tuner.problem import Problem
from tuner.training.output_form import OutputForm, find_output_form, take_sample
from tuner.training.own_metrics import OwnMetrics

__all__ = [
    "BUILDING",
    "BuiltNetwork",
    "add_own_metrics",
    "build_network",
    "build_scored_network",
    "make_final_network",
    "restore_metrics",
]

BUILDING = threading.RLock()
"""Held while a network is built: Keras draws initial weights from one generator for all threads."""


@dataclass(frozen=True, slots=True)
class BuiltNetwork:
    """A network ready for training.

    Attributes:
        model: The compiled model.
        form: What its outputs mean.
        metrics: The metrics of the hypermodel's own.
    """

    model: keras.Model
    form: OutputForm
    metrics: OwnMetrics


def build_network(
    hypermodel: keras_tuner.HyperModel,
    hp: keras_tuner.HyperParameters,
    *,
    seed: int,
    problem: Problem | None = None,
) -> keras.Model:
    """Build and compile a trial's network with the initial weights of a seed.

    Args:
        hypermodel: Its `build` returns a compiled classifier. If it has a method
            `initial_weights`, the network gets these weights.
        hp: The trial's hyperparameters.
        seed: Determines the initial weights and the dropout masks. Keras draws both from its
            global generator, which is seeded here, so that any custom model is reproducible.
        problem: Its rows build a network that does not know its input yet, and its classes are
            compared with the outputs. None for networks that this package describes itself.

    Raises:
        SpaceError: The model is not compiled, or is no classifier of the problem's classes.
    """
    return build_scored_network(hypermodel, hp, seed=seed, problem=problem).model


def build_scored_network(
    hypermodel: keras_tuner.HyperModel,
    hp: keras_tuner.HyperParameters,
    *,
    seed: int,
    problem: Problem | None,
) -> BuiltNetwork:
    """Build a network as `build_network` does; return it, its form and its hypermodel's metrics."""
    with BUILDING:
        keras.utils.set_random_seed(seed)
        model = hypermodel.build(hp)
        _check(model, hypermodel, problem)
        form = _find_form(model, hypermodel, problem)
    metrics = OwnMetrics(model, form)
    # a training step of the network's own may update no metrics but those that it knows
    own_step = type(model).train_step is not keras.Model.train_step
    model.compile(
        optimizer=model.optimizer,
        loss=model.loss,
        metrics=metrics.compiled if own_step else _make_metrics(form),
        run_eagerly=model.run_eagerly,
    )
    model.optimizer.build(model.trainable_variables)
    initial_weights = getattr(hypermodel, "initial_weights", None)
    if initial_weights is not None:  # the same for every trainer
        model.set_weights(initial_weights(hp, seed))
    draw_weights = getattr(hypermodel, "draw_weights", None)
    if draw_weights is not None:  # likewise, and lanes draw them without building again
        draw_weights(hp, model, seed)
    return BuiltNetwork(model, form, metrics)


def _find_form(
    model: Any, hypermodel: keras_tuner.HyperModel, problem: Problem | None
) -> OutputForm:
    """Return the output form of a network that a hypermodel built.

    Raises:
        SpaceError: It is no form of a classifier, or not of as many classes.
    """
    known = isinstance(hypermodel, MLPHyperModel)  # ends in a softmax of its own classes
    may_have_heads = hasattr(hypermodel, "make_served_network")
    return find_output_form(
        model, None if known else problem, _name(hypermodel), may_have_heads=may_have_heads
    )


def make_final_network(
    model: keras.Model,
    hypermodel: keras_tuner.HyperModel,
    hp: keras_tuner.HyperParameters,
    problem: Problem,
) -> keras.Model:
    """Return a trained network that gives the probabilities of all classes.

    A hypermodel whose networks have parts that only training needs has a method
    `make_served_network(hp, model)`, which returns a network of Keras's own parts.

    Args:
        model: The network; one that is not compiled is final already.
        hypermodel: What built it.
        hp: Its trial's hyperparameters.
        problem: The rows and classes.
    """
    if not model.compiled:
        return model
    make_served_network = getattr(hypermodel, "make_served_network", None)
    if make_served_network is not None:
        served: keras.Model = make_served_network(hp, model)
        return served
    form = _find_form(model, hypermodel, problem)
    return form.add_probabilities(model, problem.array.shape[1:])


def restore_metrics(
    model: keras.Model,
    hypermodel: keras_tuner.HyperModel,
    hp: keras_tuner.HyperParameters,
    problem: Problem,
) -> None:
    """Compile a trained network with the metrics of its hypermodel, for its `evaluate`."""
    if isinstance(hypermodel, MLPHyperModel):
        return
    metrics = build_scored_network(hypermodel, hp, seed=0, problem=problem).metrics
    model.compile(
        optimizer=model.optimizer,
        loss=model.loss,
        metrics=metrics.compiled,
        run_eagerly=model.run_eagerly,
    )


def add_own_metrics(model: keras.Model, metrics: OwnMetrics, form: OutputForm) -> None:
    """Compile a network with its hypermodel's metrics, too: callbacks may read them in logs."""
    if type(model).train_step is not keras.Model.train_step:
        return  # it has them
    curves = _make_metrics(form)
    names = {metric.name for metric in curves}
    own = [metric for metric in metrics.compiled or () if metric.name not in names]
    model.compile(
        optimizer=model.optimizer,
        loss=model.loss,
        metrics=[*curves, *own],
        run_eagerly=model.run_eagerly,
    )


def _name(hypermodel: keras_tuner.HyperModel) -> str:
    return f"hypermodel {type(hypermodel).__name__}"


def _make_metrics(form: OutputForm) -> list[keras.metrics.Metric]:
    """Make the metrics of the training rows: the cross-entropy of the data alone, the accuracy."""
    metrics = keras.metrics
    if form.heads > 1:
        kind = "sparse_categorical" if form.labels == "numbers" else "categorical"
        functions = {
            "cross_entropy": getattr(metrics, f"{kind}_crossentropy"),
            "accuracy": getattr(metrics, f"{kind}_accuracy"),
        }
        return [
            metrics.MeanMetricWrapper(_score_heads(form, function), name=name)
            for name, function in functions.items()
        ]
    if form.labels == "numbers":
        return [
            metrics.SparseCategoricalCrossentropy(name="cross_entropy", from_logits=form.logits),
            metrics.SparseCategoricalAccuracy(name="accuracy"),
        ]
    if form.labels == "one_hot":
        return [
            metrics.CategoricalCrossentropy(name="cross_entropy", from_logits=form.logits),
            metrics.CategoricalAccuracy(name="accuracy"),
        ]
    return [
        metrics.BinaryCrossentropy(name="cross_entropy", from_logits=form.logits),
        metrics.BinaryAccuracy(name="accuracy", threshold=0.0 if form.logits else 0.5),
    ]


def _score_heads(form: OutputForm, function: Any) -> Any:
    """Return a metric of the mean of a network's heads, which have the same labels."""

    def score(y: Any, outputs: Any) -> Any:
        return function(y[:, 0], form.to_probabilities(outputs))

    return score


def _check(model: Any, hypermodel: keras_tuner.HyperModel, problem: Problem | None) -> None:
    """Check that a hypermodel returned a compiled network with weights."""
    where = _name(hypermodel)
    if not isinstance(model, keras.Model):
        raise SpaceError(f"{where}: build must return a keras.Model; received {model!r}")
    if not model.compiled:
        raise SpaceError(
            f"{where}: build returned a model that is not compiled; call "
            'model.compile(optimizer=…, loss="sparse_categorical_crossentropy") before returning it'
        )
    if not model.built and problem is not None:
        model(take_sample(problem), training=False)
    if not model.built:
        raise SpaceError(
            f"{where}: build returned a model without weights; begin it with "
            "keras.Input(shape) so that it is built"
        )
    if problem is not None:
        _check_input(model, problem, where)


def _check_input(model: keras.Model, problem: Problem, where: str) -> None:
    """Check that a network of one input takes the rows, if it says what it takes."""
    inputs, x = getattr(model, "inputs", None), problem.x
    if not inputs or len(inputs) > 1 or not isinstance(x, np.ndarray):
        return
    shape, takes_texts = tuple(inputs[0].shape), inputs[0].dtype == "string"
    if takes_texts != (x.dtype.kind in "OUS"):
        names = ("texts", "numbers") if takes_texts else ("numbers", "texts")
        raise DataError(f"{where}: the network takes {names[0]}, but x has {names[1]}; change one")
    taken, own = shape[1:], x.shape[1:] or (1,)  # Keras gives rows of one number an axis
    fits = all(size in (None, given) for size, given in zip(taken, own, strict=False))
    if len(taken) == len(own) and not fits:
        raise DataError(
            f"{where}: the network takes rows of shape {taken}, but those of x have the shape "
            f"{x.shape[1:]}; change one"
        )
