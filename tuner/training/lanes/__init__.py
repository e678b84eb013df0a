"""Lanes: the folds of many trials, trained side by side as one TensorFlow program."""

from tuner.training.lanes.trainer import LanesTrainer

__all__ = ["LanesTrainer"]
