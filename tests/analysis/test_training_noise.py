"""How far chance in training moves a score, seen from the curves of its folds."""

import dataclasses

import numpy as np
import pytest

from tuner.analysis.training_noise import compute_noise_ratio


def record_of(make_record, curves, epoch, overfit=0.0):
    record = make_record(0)
    errors = {"cross_entropy": 0.1}
    result = dataclasses.replace(
        record.result,
        curves={"loss": np.add(curves, -overfit).tolist(), "val_loss": curves} if curves else {},
        epoch=epoch,
        standard_errors=errors,
        fold_scores=(0.5,) * len(curves),
    )
    return dataclasses.replace(record, result=result)


def test_noise_is_told_from_the_difficulty_of_folds_and_from_progress(make_record):
    rng = np.random.default_rng(0)
    folds, epochs = np.arange(10)[:, None], np.arange(40)
    smooth = 1 + folds + np.exp(-epochs / 3)
    assert compute_noise_ratio([(record_of(make_record, smooth.tolist(), 20), 1)], 60) == (
        pytest.approx(0, abs=1e-12)
    )
    ratios = [
        compute_noise_ratio([(record_of(make_record, noisy.tolist(), 20), 1)], 60)
        for noisy in (smooth + rng.normal(0, 0.05, smooth.shape) for _ in range(100))
    ]
    assert np.mean(ratios) == pytest.approx(1.1 * 0.05**2 / 0.1**2, rel=0.1)


def test_the_first_epochs_are_not_taken_for_noise(make_record):
    """Folds begin at losses of 1 to 6, and are from the second epoch on alike but for noise."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.01, (5, 12))
    late, early = noise + 0.5, noise + 0.5
    early[:, 0] = [0.7, 4.1, 0.6, 6.1, 1.1]
    expected, found = (
        compute_noise_ratio([(record_of(make_record, curves.tolist(), 3), 1)], 60)
        for curves in (late, early)
    )
    assert expected < found < 5 * expected


def test_networks_that_are_averaged_move_less(make_record):
    curves = np.random.default_rng(0).normal(1, 0.05, (5, 20)).tolist()
    record = record_of(make_record, curves, 10)
    alone, twice = (compute_noise_ratio([(record, count)], 60) for count in (1, 2))
    apart = compute_noise_ratio([(record, 1), (record, 1)], 60)
    assert twice / alone == pytest.approx((1 / 2 + 1 / 5) / (1 + 1 / 5))
    assert apart / alone == pytest.approx(1 / 2)


def test_a_network_that_makes_no_mistake_does_not_decide_for_all(make_record):
    curves = np.random.default_rng(0).normal(1, 0.05, (5, 20)).tolist()
    record = record_of(make_record, curves, 10)
    sure = dataclasses.replace(record.result, standard_errors={"cross_entropy": 1e-8})
    alone, beside = (
        compute_noise_ratio(members, 60)
        for members in (
            [(record, 1)],
            [(record, 1), (dataclasses.replace(record, result=sure), 1)],
        )
    )
    assert beside == pytest.approx(alone, rel=1e-6)  # half the chance, half the variance over rows


@pytest.mark.parametrize("curves", [[], [[0.4, 0.3]], [[0.4], [0.3]]])
def test_without_folds_and_epochs_nothing_is_known(make_record, curves):
    assert compute_noise_ratio([(record_of(make_record, curves, 1), 1)], 60) == 0


def test_networks_that_overfit_depend_on_their_rows(make_record):
    flat = [[0.7, 0.7, 0.7]] * 5
    record = record_of(make_record, flat, 2, overfit=0.3)
    assert compute_noise_ratio([(record, 1)], 100) == pytest.approx(0.3 / 100 / 0.1**2)
    assert compute_noise_ratio([(record, 2)], 100) == pytest.approx(0.3 / 100 / 0.1**2)
    careful = record_of(make_record, flat, 2, overfit=-0.3)
    assert compute_noise_ratio([(careful, 1)], 100) == 0
