"""Weight decay, schedules by step, averages of weights and sums of gradients, as `fit` has them."""

import keras
import numpy as np

from tests.helpers.problems import make_ordered_problem, make_problem, make_rare_problem
from tests.helpers.training import CustomHyperModel, assert_parity, assert_same, make_job, train
from tuner.training import TRAINERS, FinalJob, Plan
from tuner.training.lanes import LanesTrainer

L, Opt = keras.layers, keras.optimizers


class Halving(Opt.schedules.LearningRateSchedule):
    """A schedule of one's own, without a configuration."""

    def __call__(self, step):
        return 0.05 * 0.5 ** keras.ops.cast(step // 4, "float32")


def add_normalized_layer(hp, inputs):
    return L.Activation("relu")(L.BatchNormalization()(L.Dense(8)(inputs)))


def make_adamw(hp):
    """Decay the kernels alone; numbers differ from trial to trial."""
    rate, decay = hp.Float("rate", 0.01, 0.1, default=0.02), hp.Float("decay", 0, 1, default=0.5)
    schedule = Opt.schedules.CosineDecay(rate, 9, warmup_target=2 * rate, warmup_steps=2)
    optimizer = Opt.AdamW(schedule, weight_decay=decay, clipnorm=1.0)
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    return optimizer


def make_averaged(hp):
    return Opt.Nadam(
        Halving(),
        weight_decay=0.1,
        loss_scale_factor=16.0,
        use_ema=True,
        ema_momentum=0.8,
        ema_overwrite_frequency=4,
        gradient_accumulation_steps=2,
    )


def test_trials_that_differ_in_rate_and_decay_share_a_program_and_give_fits_curves(plan):
    hypermodel, trainer = CustomHyperModel(add_normalized_layer, make_adamw), LanesTrainer()
    jobs = [make_job(0, rate=0.02, decay=0.5), make_job(1, rate=0.05, decay=0.05)]
    # folds of 33 and 65 rows: 2 and 3 steps in an epoch, the last of them smaller
    assert_parity(hypermodel, make_ordered_problem(folds=2), plan, jobs, trainer=trainer)
    assert len(trainer.programs.used) == 1
    (program,) = trainer.programs.used
    assert program.traces == 1


def test_averages_and_sums_of_gradients_give_fits_curves(plan):
    hypermodel = CustomHyperModel(add_normalized_layer, make_averaged)
    assert_parity(hypermodel, make_rare_problem(), plan)


def test_a_trial_is_the_same_alone_as_beside_others(plan):
    def add_layers(hp, inputs):
        return L.Dropout(0.3)(add_normalized_layer(hp, inputs))

    def make_optimizer(hp):
        rate = Opt.schedules.ExponentialDecay(hp.Float("rate", 0.01, 0.1), 3, 0.7)
        return Opt.AdamW(rate, 0.1, use_ema=True, gradient_accumulation_steps=2)

    hypermodel, problem = CustomHyperModel(add_layers, make_optimizer), make_rare_problem()
    trainer, jobs = LanesTrainer(), [make_job(0, rate=0.1), make_job(1, rate=0.02)]
    beside = train(trainer, hypermodel, problem, plan, jobs)
    assert_same(train(trainer, hypermodel, problem, plan, jobs[1:])[1], beside[1])


def test_final_networks_are_those_of_one_call_of_keras_fit_for_all_epochs():
    class Whole(CustomHyperModel):
        """Trains on all rows in each step, so that their order makes no difference."""

        def fit(self, hp, model, *args, **kwargs):
            return model.fit(*args, batch_size=64, **kwargs)

    def make_optimizer(hp):
        return Opt.AdamW(0.05, 0.1, use_ema=True, ema_momentum=0.5, gradient_accumulation_steps=2)

    hypermodel, problem = Whole(make_optimizer=make_optimizer), make_problem()
    hypermodel.initial_weights = lambda hp, seed: [
        np.random.default_rng(0).normal(size=shape) for shape in [(4, 8), (8,), (8, 3), (3,)]
    ]
    model = hypermodel.build(make_job().hyperparameters)
    model.set_weights(hypermodel.initial_weights(None, 0))
    rows = problem.fit_scaler(np.arange(60)).apply(problem.x)
    model.fit(rows, problem.y, batch_size=64, epochs=5, shuffle=False, verbose=0)
    for trainer in ("fit", "lanes"):
        (network,) = TRAINERS[trainer]().train_on_all_rows(
            [FinalJob(make_job(), 5)], hypermodel, problem=problem, plan=Plan(epochs=5)
        )
        for value, expected in zip(network.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5)
