"""What a space with convolutional blocks builds, and which data it refuses."""

import keras
import keras_tuner
import numpy as np
import pytest

from tests.helpers.spaces import make_space
from tuner.errors import SpaceError
from tuner.model.cnn import CNNHyperModel
from tuner.model.convolutions import check_image

BLOCKS = "[network]\nblocks = 2\nfilters = 4\nunits = 5\n"


def hypermodel(text, image=(9, 12, 3)):
    return CNNHyperModel(make_space(text), image=image, classes=3, epochs=10)


def build(text, **values):
    hp = keras_tuner.HyperParameters()
    hp.values = values
    return hypermodel(text).build(hp)


def layers(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def test_each_block_has_twice_the_filters_and_half_the_sides_of_the_one_before():
    model = build(BLOCKS)
    convolutions = layers(model, keras.layers.Conv2D)
    assert [layer.output.shape[1:] for layer in convolutions] == [(9, 12, 4), (4, 6, 8)]
    assert [layer.units for layer in layers(model, keras.layers.Dense)] == [5, 3]
    assert model.input_shape == (None, 9 * 12 * 3)


def test_the_recipe_counts_the_parameters_and_shapes_the_weights_that_keras_has():
    hp = keras_tuner.HyperParameters()
    made = hypermodel(BLOCKS)
    model = made.build(hp)
    assert made.make_recipe(hp).parameters == model.count_params()
    weights = made.initial_weights(hp, seed=0)
    assert [each.shape for each in weights] == [each.shape for each in model.get_weights()]


def test_kernels_begin_as_he_uniform_of_all_weights_that_come_into_a_filter():
    made = hypermodel("[network]\nblocks = 1\nfilters = 512\ndepth = 0\n")
    kernel = made.initial_weights(keras_tuner.HyperParameters(), seed=0)[0]
    limit = np.sqrt(6.0 / (3 * 3 * 3))
    assert np.abs(kernel).max() == pytest.approx(limit, rel=1e-3)
    assert kernel.std() == pytest.approx(limit / np.sqrt(3.0), rel=0.02)


def test_pixels_are_read_in_the_order_of_the_arrays_rows():
    model = build("[network]\nblocks = 1\nfilters = 1\ndepth = 0\n")
    centre = np.zeros((3, 3, 3, 1), np.float32)
    centre[1, 1, 2] = 1.0  # the filter gives back the third channel
    images = np.random.default_rng(0).random((2, 9, 12, 3)).astype(np.float32)
    layer = layers(model, keras.layers.Conv2D)[0]
    layer.set_weights([centre, np.zeros(1, np.float32)])
    convolved = keras.Model(model.inputs[0], layer.output)(images.reshape(2, -1))
    np.testing.assert_allclose(convolved[..., 0], images[..., 2], rtol=1e-6)


def test_max_norm_bounds_each_filter_and_each_unit():
    model = build(f'{BLOCKS}[regularizer]\nkind = "max_norm"\nradius = 0.5\n')
    for layer in layers(model, keras.layers.Conv2D) + layers(model, keras.layers.Dense):
        bounded = np.asarray(layer.kernel_constraint(10.0 * layer.kernel))
        norms = np.linalg.norm(bounded.reshape(-1, bounded.shape[-1]), axis=0)
        np.testing.assert_allclose(norms, 0.5, rtol=1e-4)


def test_the_penalty_is_on_every_kernel():
    model = build(f'{BLOCKS}[regularizer]\nkind = "l1"\nstrength = 0.1\n')
    assert len(model.losses) == 4


def test_dropout_is_of_the_pixels_after_the_last_block_and_after_the_hidden_layer():
    model = build(f"{BLOCKS}[regularizer]\ndropout = 0.5\ninput_dropout = 0.2\n")
    assert [layer.rate for layer in layers(model, keras.layers.Dropout)] == [0.2, 0.5, 0.5]
    kinds = [type(layer).__name__ for layer in model.layers]
    block = ["Conv2D", "MaxPooling2D"]
    perceptron = ["Flatten", "Dropout", "Dense", "Dropout", "Dense"]
    assert kinds == ["Dropout", "Reshape", *block, *block, *perceptron]


def test_without_blocks_it_is_a_perceptron_of_all_pixels():
    model = build("[network]\nblocks = [0, 2]\nunits = 5\n", blocks=0)
    assert [type(layer) for layer in model.layers] == [keras.layers.Dense] * 2
    assert model.layers[0].kernel.shape == (9 * 12 * 3, 5)


REFUSED = [
    (None, "space test has convolutional blocks, which take images, and the rows of data some "),
    ((3, 32, 32), r"images of data some have shape \(3, 32, 32\), which looks like channels"),
    ((3, 8, 1), "each of 2 blocks halves height and width, and .* 3×8 pixels; give 1 block at"),
    ((1, 8, 1), "1×8 pixels; take a space without blocks"),
]


@pytest.mark.parametrize(("image", "sentence"), REFUSED)
def test_data_that_blocks_cannot_take_are_refused(image, sentence):
    with pytest.raises(SpaceError, match=sentence):
        check_image(make_space("[network]\nblocks = { min = 0, max = 2 }\n"), image, data="some")


def test_the_smallest_images_that_can_be_halved_so_often_are_taken():
    check_image(make_space(BLOCKS), (4, 4, 1), data="some")
    model = hypermodel(BLOCKS, image=(4, 4, 1)).build(keras_tuner.HyperParameters())
    assert model.output_shape == (None, 3)


@pytest.mark.parametrize("text", ["", "[network]\nblocks = 0\n"])
def test_a_space_without_blocks_takes_any_rows(text):
    check_image(make_space(text), None, data="some")
