"""Averages the probabilities of several networks in one network."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from tuner.data import Scaler, scale_rows
from tuner.model.stacking import stack_networks

__all__ = ["average_folds", "average_networks"]


def average_networks(networks: Sequence[keras.Model]) -> keras.Model:
    """Return a network whose probabilities are the mean of those of other networks.

    Args:
        networks: Networks that take the same rows; a single one is returned as it is. They are
            renamed, since Keras requires different names within a model.
    """
    if len(networks) == 1:
        return networks[0]
    for number, network in enumerate(networks):
        network.name = f"network_{number}"
    rows = keras.Input(networks[0].input_shape[1:])
    answers = ops.stack([network(rows) for network in networks])
    # Keras's Average adds pair by pair, which TensorFlow refuses if there are no rows
    return keras.Model(rows, ops.mean(answers, axis=0))


def average_folds(
    trials: Sequence[Sequence[keras.Model]],
    weights: Sequence[int],
    scalers: Sequence[Scaler],
    *,
    folds: int,
) -> keras.Model:
    """Return a network that averages the networks of folds, and scales rows for each as it was.

    **Shape**: encoded rows `(rows, features)`, not scaled, NaN where a number is missing, to
    `(rows, classes)`.

    Args:
        trials: The network of each fold, by trial. A trial may have further ones on all rows, which
            together count as much as those of its folds.
        weights: How often the mean of each trial's networks counts.
        scalers: The scaler of each fold's training rows, then that of all rows for each of the most
            further networks that a trial has.
        folds: The number of folds.
    """
    rows = keras.Input((len(scalers[0].mean),))
    scaled = _scale_for_each(rows, scalers)
    shares = [
        _average_trial(networks, scaled, folds, f"trial_{number}")
        * (weight * len(weights) / sum(weights))
        for number, (networks, weight) in enumerate(zip(trials, weights, strict=True))
    ]
    # not added pair by pair, as above
    return keras.Model(rows, ops.mean(ops.stack(shares), axis=0) if len(shares) > 1 else shares[0])


def _average_trial(
    networks: Sequence[keras.Model], scaled: keras.KerasTensor, folds: int, name: str
) -> keras.KerasTensor:
    """Return the mean of a trial's networks.

    **Shape**: `(rows, folds, features)`, scaled for each network, to `(rows, classes)`.
    """
    stacked = stack_networks(networks)
    if stacked is not None:
        stacked.name = name
        answers = stacked(scaled[:, : len(networks)])
    else:
        for place, network in enumerate(networks):
            network.name = f"{name}_network_{place}"
        each = [network(scaled[:, place]) for place, network in enumerate(networks)]
        answers = ops.stack(each, axis=1)
    means = ops.mean(answers[:, :folds], axis=1)
    if len(networks) > folds:
        means = (means + ops.mean(answers[:, folds:], axis=1)) / 2
    return means


def _scale_for_each(rows: keras.KerasTensor, scalers: Sequence[Scaler]) -> keras.KerasTensor:
    """Scale rows for each fold, as `Scaler.apply` does.

    **Shape**: `(rows, features)` to `(rows, folds, features)`.
    """
    means = np.stack([scaler.mean for scaler in scalers])
    scales = np.stack([scaler.scale for scaler in scalers])
    each = ops.expand_dims(rows, 1)
    return scale_rows(each, means, scales, clipped=scalers[0].clipped, ops=ops)
