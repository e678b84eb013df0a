import pytest

from tuner.model.optimizers import SGD

VALUES = {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "schedule": "cosine"}


def test_a_cosine_decays_to_zero_over_the_planned_epochs():
    optimizer = SGD.from_values(VALUES)
    rates = [optimizer.find_learning_rate(epoch, 4) for epoch in range(5)]
    assert rates == pytest.approx([0.1, 0.08536, 0.05, 0.01464, 0.0], rel=1e-3)


def test_a_constant_rate_needs_no_callback():
    optimizer = SGD.from_values({**VALUES, "schedule": "constant"})
    assert optimizer.find_learning_rate(3, 4) == 0.1
    assert optimizer.make_callbacks(epochs=4) == []


def test_keras_gets_the_same_settings():
    config = SGD.from_values(VALUES).make_keras_optimizer().get_config()
    assert (config["momentum"], config["nesterov"]) == (0.9, True)
    assert config["learning_rate"] == pytest.approx(0.1)


def test_momentum_of_zero_has_no_nesterov():
    values = {"learning_rate": 0.1, "momentum": 0.0, "schedule": "constant"}
    assert not SGD.from_values(values).nesterov
