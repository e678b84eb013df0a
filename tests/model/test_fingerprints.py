"""What a Python program gives a search, as a study keeps it."""

import functools
import re
import subprocess
import sys
import types
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path

import keras
import keras_tuner
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

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


class Kind(Enum):
    WIDE = 1
    DEEP = 2


class Slotted:
    __slots__ = ("_units",)

    def __init__(self, units):
        self._units = units


@dataclass
class Config:
    units: int


@dataclass(slots=True)
class SlottedConfig:
    units: int


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
        (range(3), range(4)),
        (b"a", b"b"),
        (date(2020, 1, 1), date(2021, 1, 1)),
        (Path("a"), Path("b")),
        (re.compile("a" * 300), re.compile("b" * 300)),
        (types.SimpleNamespace(units=1), types.SimpleNamespace(units=2)),
        (SlottedConfig(1), SlottedConfig(2)),
        (Kind.WIDE, Kind.DEEP),
        (Slotted(1), Slotted(2)),
        (pd.DataFrame({"a": [1, "x"]}), pd.DataFrame({"a": [2, "x"]})),
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


SETTING = None


def use_setting():
    return SETTING


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (functools.partial(print, end="a"), functools.partial(print, end="b")),
        (keras.regularizers.L2(0.1), keras.regularizers.L2(0.2)),
        (Config(8), Config(16)),
        (SlottedConfig(8), SlottedConfig(16)),
        (types.SimpleNamespace(units=8), types.SimpleNamespace(units=16)),
        (range(8), range(16)),
        (Kind.WIDE, Kind.DEEP),
    ],
)
def test_settings_of_a_module_or_a_class_are_a_part_of_code(monkeypatch, first, other):
    def describe(setting):
        monkeypatch.setattr(sys.modules[__name__], "SETTING", setting)
        of_class = type("Kept", (), {"setting": setting, "__module__": __name__})
        return describe_value(use_setting), describe_value(of_class)

    for mine, theirs in zip(describe(first), describe(other), strict=True):
        assert mine != theirs


def test_a_property_is_a_part_of_the_code_of_its_class():
    first, other = (
        type("Kept", (), {"units": property(get), "__module__": __name__})
        for get in (lambda kept: 1, lambda kept: 2)
    )
    assert describe_value(first) != describe_value(other)


def test_what_cannot_be_read_or_holds_itself_is_described():
    class Broken:
        def __init__(self, units):
            self._units = units

        @property
        def units(self):
            raise RuntimeError("not now")

    assert describe_value(Broken(1)) != describe_value(Broken(2))
    assert "array" in describe_value(csr_matrix(np.eye(2)))  # an array of itself, to NumPy


def test_what_a_search_changes_is_no_setting_of_a_module(monkeypatch):
    def describe():
        return describe_value(use_setting)

    hp = keras_tuner.HyperParameters()
    monkeypatch.setattr(sys.modules[__name__], "SETTING", hp)
    before = describe()
    hp.Int("units", 1, 8)
    assert describe() == before


def test_functions_that_an_object_holds_are_known_as_code():
    described = describe_value(Network(double))["Network"]["units"]
    assert described.startswith("code of Python ")


def test_texts_of_a_persons_own_objects_are_not_kept():
    assert "https" not in str(describe_value(Notify("https://a", 1)))
    assert describe_value(Notify("https://a", 1))["Notify"]["patience"] == 1


def test_an_optimizer_with_a_schedule_of_the_persons_own_is_described():
    assert "Adam" in describe_value(keras.optimizers.Adam(OwnSchedule()))


PROGRAM = """
from dataclasses import dataclass
from tuner.model.fingerprints import describe_value
FACTOR = 2
@dataclass
class Config:
    units: int
CONFIG = Config(3)
class Rule:
    words = {"a", "b", "c"}
    sizes = range(3)
    def __init__(self, rate):
        self.rate = rate
    def apply(self, epoch):
        rate = FACTOR * self.rate * CONFIG.units
        return rate if epoch in {"d", "e", "f"} else super().apply(epoch)
described = str(describe_value([Rule(0.1), Rule.apply, {"x", "y", "z"}]))
"""


def test_every_process_describes_alike():
    here = {"__name__": "__main__"}
    exec(PROGRAM, here)
    command = [sys.executable, "-c", f"{PROGRAM}print(described)"]
    environment = {"PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == here["described"]
