"""Small networks, and trainings whose results are compared."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import keras
import keras_tuner
import numpy as np

from tests.helpers.problems import CLASSES, FEATURES
from tests.helpers.spaces import SMALL, make_space
from tuner.model.mlp import MLPHyperModel
from tuner.problem import Problem
from tuner.training import TRAINERS, Hooks, Job, Plan, Trainer, TrialResult

# The keys of [regularizer] that make each kind.
REGULARIZERS = {
    "none": 'kind = "none"',
    "l1": 'kind = "l1"\nstrength = 0.01',
    "l2": 'kind = "l2"\nstrength = 0.01',
    "elastic_net": 'kind = "elastic_net"\nstrength = 0.01\nbalance = 0.5',
    "max_norm": 'kind = "max_norm"\nradius = 1.0',
}


def make_mlp(text: str = SMALL, epochs: int = 3) -> MLPHyperModel:
    """Make the hypermodel of a space."""
    return MLPHyperModel(make_space(text), features=FEATURES, classes=CLASSES, epochs=epochs)


def make_job(trial: int = 0, **values: Any) -> Job:
    """Make a trial with these hyperparameters."""
    hp = keras_tuner.HyperParameters()
    hp.values = values
    return Job(trial, hp)


def make_jobs(count: int, **values: Any) -> list[Job]:
    """Make trials that differ in their numbers only."""
    return [make_job(trial, **values) for trial in range(count)]


def add_dense_layer(hp: keras_tuner.HyperParameters, inputs: Any) -> Any:
    """Add a regularised dense layer."""
    return keras.layers.Dense(8, "relu", kernel_regularizer="l2", kernel_constraint="unit_norm")(
        inputs
    )


def make_adam(hp: keras_tuner.HyperParameters) -> keras.optimizers.Optimizer:
    """Make Adam with the trial's learning rate."""
    return keras.optimizers.Adam(hp.Float("rate", 0.01, 1.0, default=0.01))


class CustomHyperModel(keras_tuner.HyperModel):
    """A hypermodel as a user writes it.

    Args:
        add_layers: Adds the layers between the features and the softmax.
        make_optimizer: Makes the optimizer.
    """

    def __init__(
        self,
        add_layers: Callable[..., Any] = add_dense_layer,
        make_optimizer: Callable[..., Any] = make_adam,
    ) -> None:
        super().__init__()
        self.add_layers = add_layers
        self.make_optimizer = make_optimizer

    def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        """Build and compile the network."""
        inputs = keras.Input((FEATURES,))
        outputs = keras.layers.Dense(CLASSES, "softmax")(self.add_layers(hp, inputs))
        model = keras.Model(inputs, outputs)
        model.compile(self.make_optimizer(hp), "sparse_categorical_crossentropy")
        return model


class OwnStep(keras.Model):
    """A network with its own training step. Keras allows no name that begins with _."""

    def train_step(self, data: Any) -> Any:
        return super().train_step(data)


class SteppingHyperModel(CustomHyperModel):
    """A hypermodel whose networks have their own training step, which lanes cannot follow."""

    def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        """Build and compile the network."""
        model = super().build(hp)
        stepping = OwnStep(model.inputs, model.outputs)
        stepping.compile("sgd", "sparse_categorical_crossentropy")
        return stepping


class TenBatches(CustomHyperModel):
    """A hypermodel whose `fit` cuts the rows into ten batches, however many there are."""

    def fit(self, hp: keras_tuner.HyperParameters, model: Any, x: Any, y: Any, **given: Any) -> Any:
        """Train with a batch size by the number of rows."""
        return model.fit(x, y, batch_size=max(1, len(x) // 10), **given)


def hook(plan: Plan, **hooks: Any) -> Plan:
    """Return a plan with these hooks alone."""
    return replace(plan, hooks=Hooks(**hooks))


def train(
    trainer: str | Trainer,
    hypermodel: keras_tuner.HyperModel,
    problem: Problem,
    plan: Plan,
    jobs: Iterable[Job] = (),
) -> dict[int, TrialResult]:
    """Train trials, one without hyperparameters by default; return the results by trial."""
    trainer = TRAINERS[trainer]() if isinstance(trainer, str) else trainer
    given = list(jobs) or [make_job()]
    results = trainer.train(given, hypermodel, problem=problem, plan=plan)
    return {result.trial: result for result in results}


def assert_parity(
    hypermodel: keras_tuner.HyperModel,
    problem: Problem,
    plan: Plan,
    jobs: Sequence[Job] = (),
    *,
    rtol: float = 1e-4,
    trainer: Trainer | None = None,
) -> None:
    """Assert that lanes, or another trainer, give the curves and probabilities of `fit`."""
    notes: list[str] = []
    lanes = trainer or TRAINERS["lanes"]()
    expected = train("fit", hypermodel, problem, plan, jobs)
    heard = replace(plan, hooks=replace(plan.hooks, on_note=notes.append))
    results = train(lanes, hypermodel, problem, heard, jobs)
    assert notes == []  # lanes trained them
    assert set(results) == set(expected)
    for trial, fit in expected.items():
        result = results[trial]
        assert result.status == fit.status == "completed"
        for name, curve in fit.curves.items():
            np.testing.assert_allclose(result.curves[name], curve, rtol=rtol, atol=rtol / 100)
        np.testing.assert_allclose(result.probabilities, fit.probabilities, atol=rtol)
        assert (result.epoch, result.parameters) == (fit.epoch, fit.parameters)


def assert_same(first: TrialResult, second: TrialResult) -> None:
    """Assert that two results are the same bit for bit."""
    assert first.curves == second.curves
    assert (first.status, first.epoch, first.score) == (second.status, second.epoch, second.score)
    np.testing.assert_array_equal(first.probabilities, second.probabilities)


def assert_same_losses_on_average(
    first: Iterable[TrialResult], second: Iterable[TrialResult]
) -> None:
    """Assert that the mean training losses differ by no more than chance explains."""
    means, errors = [], []
    for results in (first, second):
        losses = np.array([np.mean(result.curves["loss"]) for result in results])
        assert len(set(losses)) == len(losses)
        means.append(losses.mean())
        errors.append(losses.std(ddof=1) / np.sqrt(len(losses)))
    assert abs(means[0] - means[1]) < 4 * np.hypot(*errors)
