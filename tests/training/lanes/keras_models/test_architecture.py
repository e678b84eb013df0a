"""The text by which networks share a program."""

import keras

from tuner.training.lanes.keras_models.architecture import describe_architecture

L = keras.layers


def describe(layer, optimizer=None, loss="sparse_categorical_crossentropy"):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, L.Dense(3, "softmax")(layer(inputs)))
    model.compile(optimizer or keras.optimizers.Adam(0.01), loss)
    return describe_architecture(model)


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
    assert describe_architecture(model) is None
