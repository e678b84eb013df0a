"""Hyperparameter search for Keras softmax classifiers, decided by cross-validation.

The names here are imported when they are first used: Keras alone takes seconds.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tuner._version import __version__

# Read when TensorFlow is imported. It leaves oneDNN off where a processor has no AVX-512, though
# the products of small matrices are twice as fast with it there too (measured on AVX2).
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

if TYPE_CHECKING:
    from tuner.data import load_dataset
    from tuner.errors import TunerError, UserError
    from tuner.search import KFoldTuner
    from tuner.space import load_space
    from tuner.study import Listener, SearchSettings, Study

__all__ = [
    "KFoldTuner",
    "Listener",
    "SearchSettings",
    "Study",
    "TunerError",
    "UserError",
    "__version__",
    "load_dataset",
    "load_space",
]

_HOMES = {
    "KFoldTuner": "tuner.search",
    "Listener": "tuner.study",
    "SearchSettings": "tuner.study",
    "Study": "tuner.study",
    "TunerError": "tuner.errors",
    "UserError": "tuner.errors",
    "load_dataset": "tuner.data",
    "load_space": "tuner.space",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tuner' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
