"""A person's own networks in lanes give what `fit` gives, or are left to it with the reason."""

import keras
import keras_tuner
import numpy as np
import pytest

from tests.helpers.problems import CLASSES, FEATURES, make_problem
from tuner.problem import Problem
from tuner.training import TRAINERS, Job, Plan
from tuner.training.lanes import LanesTrainer

L = keras.layers


def dense(hp, inputs):
    return L.Dense(8, "relu", kernel_regularizer="l2", kernel_constraint="unit_norm")(inputs)


def convolutional(hp, inputs):
    x = L.Reshape((2, 2, 1))(inputs)
    x = L.Conv2D(4, 2, padding="same", activation="relu")(x)
    return L.GlobalAveragePooling2D()(L.MaxPooling2D(1)(x))


def batch_normalised(hp, inputs):
    return L.Activation("relu")(L.BatchNormalization()(L.Dense(8)(inputs)))


def residual(hp, inputs):
    x = L.Dense(8, "tanh")(inputs)
    return L.LayerNormalization()(L.Add()([x, L.Dense(8, "tanh")(x)]))


def dropped(hp, inputs):
    return L.Dropout(0.4)(L.Dense(8, "relu")(inputs))


class Own(keras_tuner.HyperModel):
    """A hypermodel as a person writes it."""

    def __init__(self, body=dense, optimizer=None):
        super().__init__()
        self.body = body
        self.optimizer = optimizer or (lambda hp: keras.optimizers.Adam(hp.Float("rate", 0.01, 1)))

    def build(self, hp):
        inputs = keras.Input((FEATURES,))
        outputs = L.Dense(CLASSES, "softmax")(self.body(hp, inputs))
        model = keras.Model(inputs, outputs)
        model.compile(self.optimizer(hp), "sparse_categorical_crossentropy")
        return model


def jobs(*rates):
    made = []
    for trial, rate in enumerate(rates or (0.01,)):
        hp = keras_tuner.HyperParameters()
        hp.Float("rate", 0.01, 1.0)
        hp.values["rate"] = rate
        made.append(Job(trial, hp))
    return made


def train(trainer, hypermodel, problem, plan, given=None):
    trainer = TRAINERS[trainer]() if isinstance(trainer, str) else trainer
    notes = []
    trainer.on_note = notes.append
    results = trainer.train(given or jobs(), hypermodel, problem=problem, plan=plan)
    return {result.trial: result for result in results}, notes


def assert_parity(hypermodel, problem, plan):
    (fit, _), (lanes, notes) = (train(t, hypermodel, problem, plan) for t in ("fit", "lanes"))
    assert notes == []
    assert lanes[0].status == fit[0].status == "completed"
    for name, expected in fit[0].curves.items():
        np.testing.assert_allclose(lanes[0].curves[name], expected, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(lanes[0].probabilities, fit[0].probabilities, atol=1e-3)
    assert (lanes[0].epoch, lanes[0].parameters) == (fit[0].epoch, fit[0].parameters)


@pytest.fixture
def uneven():
    """Folds of 40 and 41 training rows: their last batches have 8 and 9 rows."""
    return make_problem(rows=61, folds=3)


BODIES = [dense, convolutional, batch_normalised, residual]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_a_network_of_any_layers_gives_fits_curves(uneven, plan, body):
    assert_parity(Own(body), uneven, plan)


def test_dropout_agrees_with_fit_in_distribution(problem):
    plan = Plan(epochs=4, patience=9)
    means = {}
    for trainer in ("fit", "lanes"):
        results, _ = train(trainer, Own(dropped), problem, plan, jobs(*[0.01] * 5))
        losses = np.array([np.mean(result.curves["loss"]) for result in results.values()])
        assert len(set(losses)) == 5
        means[trainer] = losses.mean(), losses.std(ddof=1) / np.sqrt(len(losses))
    (fit, fit_error), (lanes, lanes_error) = means["fit"], means["lanes"]
    assert abs(fit - lanes) < 4 * np.hypot(fit_error, lanes_error)


OPTIMIZERS = {
    "sgd": lambda hp: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "rmsprop": lambda hp: keras.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
    "adagrad": lambda hp: keras.optimizers.Adagrad(0.1),
    "adadelta": lambda hp: keras.optimizers.Adadelta(1.0),
    "adamax": lambda hp: keras.optimizers.Adamax(0.01),
    "amsgrad": lambda hp: keras.optimizers.Adam(0.01, amsgrad=True),
    "lion": lambda hp: keras.optimizers.Lion(0.001),
    "schedule": lambda hp: keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 6)),
    "clipnorm": lambda hp: keras.optimizers.SGD(0.5, clipnorm=0.1),
    "clipvalue": lambda hp: keras.optimizers.SGD(0.5, clipvalue=0.01),
    "global_clipnorm": lambda hp: keras.optimizers.SGD(0.5, global_clipnorm=0.1),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_every_optimizer_that_lanes_follow_gives_fits_curves(problem, optimizer):
    assert_parity(Own(dense, optimizer), problem, Plan(epochs=2, patience=2))


def test_images_are_taken_as_they_are(problem, plan):
    class Images(Own):
        def build(self, hp):
            model = keras.Sequential(
                [
                    keras.Input((2, 2, 1)),
                    L.Conv2D(4, 2, activation="relu"),
                    L.Flatten(),
                    L.Dense(CLASSES, "softmax"),
                ]
            )
            model.compile("adam", "sparse_categorical_crossentropy")
            return model

    images = Problem(problem.x.reshape(-1, 2, 2, 1), problem.y, problem.folds)
    assert_parity(Images(), images, plan)


class Batched(Own):
    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, batch_size=7, **kwargs)


def test_a_batch_size_that_fit_passes_on_is_followed(problem, plan):
    assert_parity(Batched(), problem, plan)


def test_a_trial_is_bit_for_bit_the_same_alone_as_beside_others(uneven, plan):
    many = jobs(0.01, 0.1, 0.5)
    together, _ = train("lanes", Own(batch_normalised), uneven, plan, many)
    trainer = LanesTrainer()  # one for all, as after a resume
    for job in reversed(many):
        alone, _ = train(trainer, Own(batch_normalised), uneven, plan, [job])
        assert together[job.trial].curves == alone[job.trial].curves


def test_trials_that_differ_in_the_learning_rate_alone_share_a_program(problem, plan):
    trainer = LanesTrainer()
    results, _ = train(trainer, Own(), problem, plan, jobs(0.01, 0.1, 0.5))
    (program,) = trainer.programs.programs.values()
    assert program.traces == 1
    assert len({result.score for result in results.values()}) == 3


def test_trials_of_other_layers_or_penalties_do_not_share_one(problem, plan):
    def penalised(hp, inputs):
        return L.Dense(8, kernel_regularizer=keras.regularizers.L2(hp.get("rate")))(inputs)

    trainer = LanesTrainer()
    train(trainer, Own(penalised), problem, plan, jobs(0.01, 0.1))
    assert len(trainer.programs.programs) == 2


class Scaling(L.Layer):
    """Keeps its factor out of its configuration, as layers may."""

    def __init__(self, factor=1.0):
        super().__init__()
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {}


def test_layers_that_may_not_tell_all_of_themselves_are_never_shared(problem, plan):
    hypermodel = Own(lambda hp, inputs: Scaling(hp.get("rate"))(inputs))
    trainer = LanesTrainer()
    results, notes = train(trainer, hypermodel, problem, plan, jobs(0.01, 1.0))
    assert (trainer.programs.programs, notes) == ({}, [])
    (fit, _) = train("fit", hypermodel, problem, plan, jobs(0.01, 1.0))
    for trial in (0, 1):
        assert results[trial].score == pytest.approx(fit[trial].score, rel=1e-4)


class Stopping(Own):
    def fit(self, hp, model, *args, **kwargs):
        stop = keras.callbacks.EarlyStopping(monitor="loss")
        return model.fit(*args, callbacks=[stop], **kwargs)


class OwnStep(keras.Model):
    def train_step(self, data):
        return super().train_step(data)


class Stepping(Own):
    def build(self, hp):
        model = super().build(hp)
        own = OwnStep(model.inputs, model.outputs)
        own.compile("adam", "sparse_categorical_crossentropy")
        return own


class Untraceable(L.Layer):
    def call(self, inputs):
        return inputs * float(keras.ops.convert_to_numpy(keras.ops.mean(inputs)))

    def compute_output_shape(self, shape):
        return shape


UNFIT = {
    "callbacks": (Stopping(), "its fit does more than to pass a batch size on"),
    "train_step": (Stepping(), "its network has a train_step of its own"),
    "optimizer": (
        Own(optimizer=lambda hp: keras.optimizers.Nadam(0.01)),
        "its optimizer is Nadam; lanes know SGD, Adadelta, Adagrad, Adam, Adamax, Lion, RMSprop",
    ),
    "weight_decay": (
        Own(optimizer=lambda hp: keras.optimizers.Adam(0.01, weight_decay=0.1)),
        "its optimizer has weight_decay=0.1",
    ),
}


@pytest.mark.parametrize(("hypermodel", "reason"), UNFIT.values(), ids=UNFIT)
def test_what_lanes_cannot_follow_is_trained_by_fit_and_says_why(problem, plan, hypermodel, reason):
    results, notes = train("lanes", hypermodel, problem, plan, jobs(0.01, 0.1))
    name = type(hypermodel).__name__
    assert notes == [f"{name} is trained by fit, one fold after another: {reason}"]
    assert [results[trial].status for trial in (0, 1)] == ["completed", "completed"]
    (fit, _) = train("fit", hypermodel, problem, plan, jobs(0.01, 0.1))
    assert results[1].curves == fit[1].curves


def test_a_network_that_cannot_be_traced_is_left_to_fit(problem, plan):
    hypermodel = Own(lambda hp, inputs: Untraceable()(inputs))
    results, notes = train("lanes", hypermodel, problem, plan)
    (note,) = notes
    assert note.startswith("Own is trained by fit, one fold after another: its network cannot be")
    assert results[0].status == "failed"  # fit cannot train it either, and its reason is kept
    assert results[0].reason


def test_a_hypermodel_that_raises_fails_its_trial_alone(problem, plan):
    def picky(hp, inputs):
        if hp.get("rate") > 0.05:
            raise ValueError("too fast")
        return inputs

    results, _ = train("lanes", Own(picky), problem, plan, jobs(0.01, 0.1))
    assert results[0].status == "completed"
    assert (results[1].status, results[1].reason) == ("failed", "ValueError: too fast")
