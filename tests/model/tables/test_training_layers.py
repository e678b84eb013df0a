"""Layers that act in training only."""

import keras
import numpy as np
import pytest

from tests.helpers.table_networks import LAYOUT
from tuner.model.tables.loss import TableLoss
from tuner.model.tables.training_layers import (
    FallingDropout,
    MixRows,
    ScheduleFactor,
    SmoothLabels,
    number_columns,
)

X = np.random.default_rng(0).normal(size=(64, 9)).astype(np.float32)


def test_dropout_drops_a_share_that_falls_and_keeps_the_mean():
    keras.utils.set_random_seed(0)
    layer, rows = FallingDropout(0.3, name="dropout"), np.ones((500, 101), np.float32)
    for factor in (1.0, 0.5, 0.0):
        dropped = np.asarray(layer(rows, factor=factor, training=True))
        assert (dropped == 0).mean() == pytest.approx(0.3 * factor, abs=0.01)
        assert dropped.mean() == pytest.approx(1.0, abs=0.02)
        assert len(np.unique(dropped)) == (2 if factor else 1)
    first, second = (np.asarray(layer(rows, factor=1.0, training=True)) for _ in range(2))
    assert (first != second).any()
    by_unit = (first == 0).mean(axis=0)
    assert by_unit.std() == pytest.approx(np.sqrt(0.3 * 0.7 / 500), rel=0.3)  # independent rows
    np.testing.assert_array_equal(layer(rows, factor=1.0), rows)


def test_dropout_of_all_but_nothing_keeps_finite_units():
    layer = FallingDropout(0.999, name="dropout")
    dropped = np.asarray(layer(np.ones((500, 101), np.float32), factor=1.0, training=True))
    assert dropped.mean() == pytest.approx(1.0, abs=0.3)


def test_a_schedule_goes_on_with_each_step_of_training():
    layer = ScheduleFactor("flat_cosine", name="schedule")
    layer.planned_steps.assign(8.0)
    factors = [float(layer(X, training=True)) for _ in range(9)]
    expected = [1, 1, 1, 1, 1, *((1 + np.cos(np.pi * t)) / 2 for t in (0.25, 0.5, 0.75)), 0]
    assert factors == pytest.approx(expected, abs=1e-5)
    assert float(layer(X)) == float(layer(X)) == 0  # answering is no step


def test_mix_up_takes_a_convex_combination_with_the_row_before():
    keras.utils.set_random_seed(0)
    layer = MixRows("mixup", 0.5, number_columns(LAYOUT), name="mix_rows")
    shares = set()
    for _ in range(5):
        mixed, share = np.asarray(layer(X, training=True)), float(layer.share)
        assert 0 <= share <= 1
        np.testing.assert_allclose(mixed, share * X + (1 - share) * np.roll(X, 1, 0), atol=1e-5)
        shares.add(share)
    assert len(shares) == 5
    np.testing.assert_array_equal(layer(X), X)


@pytest.mark.parametrize("strength", [1.0, 0.2, 0.01])
def test_shares_of_mixed_rows_have_a_beta_distribution(strength):
    keras.utils.set_random_seed(0)
    layer = MixRows("mixup", strength, (0,), name="mix_rows")
    shares = []
    for _ in range(400):
        layer(X, training=True)
        shares.append(float(layer.share))
    expected = np.random.default_rng(0).beta(strength, strength, 100_000)
    for border in (0.01, 0.25, 0.5, 0.75, 0.99):
        share = np.mean(np.array(shares) < border)
        assert share == pytest.approx(np.mean(expected < border), abs=0.08)


def test_cut_mix_takes_whole_columns_of_the_row_before():
    keras.utils.set_random_seed(1)
    columns = number_columns(LAYOUT)
    assert columns == (0, 1, 2, 3, 4, 4, 5, 5, 5)
    layer = MixRows("cutmix", 1.0, columns, name="mix_rows")
    kinds = set()
    for _ in range(16):
        mixed = np.asarray(layer(X, training=True))
        own, other = (mixed == X).all(axis=0), (mixed == np.roll(X, 1, 0)).all(axis=0)
        assert (own ^ other).all()
        assert own[4] == own[5]
        assert own[6] == own[7] == own[8]
        taken = [own[first] for first in (0, 1, 2, 3, 4, 6)]
        assert float(layer.share) == pytest.approx(np.mean(taken))
        kinds.add(tuple(own))
    assert len(kinds) > 3


@pytest.mark.parametrize("heads", [(), (2,)])
def test_the_loss_smooths_and_mixes_labels(heads):
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), size=(5, *heads)).astype(np.float32)
    y = rng.integers(0, 3, 5)
    y_of_heads = np.repeat(y[:, None], 2, axis=1) if heads else y
    smooth = SmoothLabels(0.1, name="smooth")
    mix = MixRows("mixup", 0.2, (0,), name="mix")
    mix.share.assign(0.7)
    targets = 0.7 * np.eye(3)[y] + 0.3 * np.eye(3)[np.roll(y, 1)]
    targets = 0.9 * targets + 0.1 / 3
    targets = targets[:, None] if heads else targets
    expected = -(targets * np.log(p)).sum(axis=-1).mean()
    assert float(TableLoss(smooth, mix)(y_of_heads, p)) == pytest.approx(expected, rel=1e-5)
