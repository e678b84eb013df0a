"""What a Python program gives a search, as a study keeps it."""

import functools
import subprocess
import sys
from pathlib import Path

import keras
import keras_tuner
import numpy as np
import pytest

from tuner.model.fingerprints import describe_value

FACTOR = 2
UNITS = [16, {"last": 8}]


def double(number):
    return FACTOR * number


def count_units():
    return len(UNITS)


def make_schedule(rate):
    return lambda epoch: double(rate) if epoch in {"a", "b", "c"} else rate


class OwnSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """It has no `get_config`."""

    def __call__(self, step):
        return 0.1


class Notify(keras.callbacks.Callback):
    def __init__(self, url, patience):
        super().__init__()
        self._url, self.patience = url, patience

    def on_epoch_end(self, epoch, logs=None):
        self.seen = epoch


class Network(keras_tuner.HyperModel):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, hp):
        return double(self.units)


def early(**arguments):
    return keras.callbacks.EarlyStopping(**arguments)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (early(patience=1), early(patience=2)),
        (early(monitor="loss"), early(monitor="val_loss")),
        (make_schedule(0.1), make_schedule(0.2)),
        (make_schedule, double),
        (Notify("https://a", 1), Notify("https://b", 1)),
        (Network(1), Network(2)),
        ({0: 1.0}, {0: 2.0}),
        (np.ones(3), np.ones(4)),
        (keras.optimizers.Adam(0.1), keras.optimizers.Adam(0.2)),
        (functools.partial(double, 1), functools.partial(double, 2)),
        ("a" * 100, "b" * 100),
    ],
)
def test_what_differs_is_described_otherwise(first, other):
    assert describe_value(first) == describe_value(first)
    assert describe_value(first) != describe_value(other)


def test_what_changes_no_trial_does_not_count():
    quiet, loud = early(verbose=0), early(verbose=1, restore_best_weights=True)
    loud.best = 3.0  # of a training before
    assert describe_value(quiet) == describe_value(loud)


def test_numbers_and_functions_of_the_module_are_a_part_of_code(monkeypatch):
    before = describe_value(Network(1)), describe_value(make_schedule(0.1))
    monkeypatch.setattr(sys.modules[__name__], "FACTOR", 3)
    after = describe_value(Network(1)), describe_value(make_schedule(0.1))
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_lists_of_the_module_are_a_part_of_code_but_no_cache_is(monkeypatch):
    def describe(units):
        monkeypatch.setattr(sys.modules[__name__], "UNITS", units)
        return describe_value(count_units)

    assert describe([16, {"last": 8}]) != describe([16, {"last": 9}])
    assert describe({"units": np.int64(3), "rate": None}) != describe({"units": 3, "rate": 0.1})
    assert describe([double]) == describe([make_schedule])
    assert describe([np.ones(3)]) == describe([np.zeros(3)])  # rows that are no code
    endless = []
    endless.append(endless)
    assert describe(endless) == describe([double])


def test_functions_that_an_object_holds_are_known_as_code():
    described = describe_value(Network(double))["Network"]["units"]
    assert described.startswith("code of Python ")


def test_texts_of_a_persons_own_objects_are_not_kept():
    assert "https" not in str(describe_value(Notify("https://a", 1)))
    assert describe_value(Notify("https://a", 1))["Notify"]["patience"] == 1


def test_an_optimizer_with_a_schedule_of_the_persons_own_is_described():
    assert "Adam" in describe_value(keras.optimizers.Adam(OwnSchedule()))


PROGRAM = """
from tuner.model.fingerprints import describe_value
FACTOR = 2
class Rule:
    words = {"a", "b", "c"}
    def __init__(self, rate):
        self.rate = rate
    def apply(self, epoch):
        return FACTOR * self.rate if epoch in {"d", "e", "f"} else super().apply(epoch)
described = str(describe_value([Rule(0.1), Rule.apply, {"x", "y", "z"}]))
"""


def test_every_process_describes_alike():
    here = {"__name__": "__main__"}
    exec(PROGRAM, here)
    command = [sys.executable, "-c", f"{PROGRAM}print(described)"]
    environment = {"PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == here["described"]
