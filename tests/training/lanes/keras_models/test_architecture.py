"""The text by which networks share a program."""

from functools import partial

import keras
import tensorflow as tf

from tuner.training.lanes.keras_models.architecture import describe_architecture
from tuner.training.output_form import find_output_form

L = keras.layers


def describe(layer, optimizer=None, loss="sparse_categorical_crossentropy", shape=(4,)):
    inputs = keras.Input(shape)
    model = keras.Model(inputs, L.Dense(3, "softmax")(layer(inputs)))
    model.compile(optimizer or keras.optimizers.Adam(0.01), loss)
    model.optimizer.build(model.trainable_variables)
    return describe_architecture(model, find_output_form(model, None, "here").loss)


def double(x):
    return 2 * x


def test_names_of_layers_and_learning_rates_do_not_matter():
    first = describe(L.Dense(8, "relu"))
    assert first is not None
    assert describe(L.Dense(8, "relu", name="hidden")) == first
    assert describe(L.Dense(8, "relu"), optimizer=keras.optimizers.Adam(0.5)) == first


def test_layers_penalties_optimizers_and_losses_matter():
    weighted = keras.losses.SparseCategoricalCrossentropy(ignore_class=2)
    schedules = [keras.optimizers.schedules.CosineDecay(0.1, steps) for steps in (5, 6)]
    texts = [
        describe(L.Dense(8, "relu")),
        describe(L.Dense(9, "relu")),
        describe(L.Dense(8, "tanh")),
        describe(L.Dense(8, "relu", kernel_regularizer=keras.regularizers.L2(0.1))),
        describe(L.Dense(8, "relu", kernel_regularizer=keras.regularizers.L2(0.2))),
        describe(L.Dense(8, "relu"), optimizer=keras.optimizers.Adam(0.01, beta_1=0.8)),
        describe(L.Dense(8, "relu"), optimizer=keras.optimizers.Lion(0.01)),
        *(describe(L.Dense(8, "relu"), optimizer=keras.optimizers.Adam(s)) for s in schedules),
        describe(L.Dense(8, "relu"), loss=weighted),
    ]
    assert None not in texts
    assert len(set(texts)) == len(texts)


def test_a_network_with_custom_parts_is_not_described():
    class Custom(L.Dense):
        pass

    class CustomModel(keras.Model):
        pass

    assert describe(Custom(8)) is None
    assert describe(L.Dense(8, double)) is None
    inputs = keras.Input((4,))
    model = CustomModel(inputs, L.Dense(3, "softmax")(inputs))
    model.compile("adam", "sparse_categorical_crossentropy")
    assert describe_architecture(model, keras.losses.SparseCategoricalCrossentropy()) is None


def test_tuned_numbers_do_not_matter_but_whether_there_are_any():
    schedules = keras.optimizers.schedules

    def describe_adam(decay, rate=0.1, target=None):
        schedule = schedules.CosineDecay(rate, 5, warmup_target=target, warmup_steps=2)
        return describe(L.Dense(8), keras.optimizers.Adam(schedule, weight_decay=decay))

    assert describe_adam(0.1) == describe_adam(0.2, rate=0.3)
    assert describe_adam(0.1, target=0.5) == describe_adam(0.1, target=0.7)
    assert len({describe_adam(None), describe_adam(0.1), describe_adam(0.1, target=0.5)}) == 3


def test_what_is_excluded_from_weight_decay_matters():
    texts = set()
    for names in (["bias"], ["kernel"], ["none"]):
        optimizer = keras.optimizers.AdamW(0.01, weight_decay=0.1)
        optimizer.exclude_from_weight_decay(var_names=names)
        texts.add(describe(L.Dense(8), optimizer))
    assert len(texts) == 3


def test_a_schedule_of_ones_own_is_not_described():
    class Halving(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1 / (1.0 + keras.ops.cast(step, "float32"))

    assert describe(L.Dense(8), keras.optimizers.SGD(Halving())) is None


def test_functions_of_ones_own_are_told_from_those_of_keras_by_the_same_name():
    def relu(x):
        return keras.ops.minimum(x, 0)

    relu_of_keras = keras.activations.relu
    assert describe(L.Dense(8, relu)) is None
    assert describe(L.LSTM(8, recurrent_activation=relu), shape=(4, 1)) is None
    assert describe(L.Dense(8, relu_of_keras)) == describe(L.Dense(8, "relu"))
    assert describe(L.Dense(8, tf.nn.relu)) not in (None, describe(L.Dense(8, "relu")))


def test_what_cannot_be_written_is_not_described():
    class Penalty:
        def __call__(self, weights):
            return keras.ops.sum(weights)

    assert describe(L.Dense(8, kernel_regularizer=Penalty())) is None
    assert describe(L.Dense(8, partial(keras.activations.relu, max_value=1.0))) is None


def test_names_matter_where_an_optimizer_reads_them():
    def describe_muon(name, **settings):
        optimizer = keras.optimizers.Muon(0.01, **settings)
        return describe(L.Dense(8, name=name), optimizer)

    assert describe_muon("first") == describe_muon("second")
    assert describe_muon("first") != describe_muon("embedding")
    excluded = {"exclude_layers": ["second"]}
    assert describe_muon("first", **excluded) != describe_muon("second", **excluded)


def test_what_configurations_leave_out_matters():
    plain = L.Dense(8)
    first = describe(plain)
    plain.kernel.regularizer = keras.regularizers.L2(0.1)
    assert describe(plain) != first
    bounded = L.Dense(8)
    bounded.build((None, 4))
    bounded.kernel.constraint = keras.constraints.NonNeg()
    assert describe(bounded) != first
    losses = [keras.losses.SparseCategoricalCrossentropy(dtype=t) for t in ("float32", "bfloat16")]
    assert len({describe(L.Dense(8), loss=loss) for loss in losses}) == 2


def test_the_least_number_of_keras_matters():
    first, usual = describe(L.Dense(8)), keras.config.epsilon()
    keras.config.set_epsilon(1e-3)
    try:
        assert describe(L.Dense(8)) != first
    finally:
        keras.config.set_epsilon(usual)
