"""Hyperparameter search for Keras softmax classifiers, scored by cross-validation.

Each name is imported when it is first used, because Keras alone takes seconds to import.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tuner._version import __version__

# TensorFlow reads this when it is imported. It leaves oneDNN off on processors without AVX-512,
# although oneDNN makes products of small matrices twice as fast there too (measured on AVX2).
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# and this when it first uses a GPU, of which it would take all memory
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")

if TYPE_CHECKING:
    from tuner.api import SearchedStudy, open_study, studies, tune
    from tuner.api.classifier import KFoldClassifier
    from tuner.api.kfold_tuner import KFoldTuner
    from tuner.data import load_dataset
    from tuner.errors import TunerError, UserError
    from tuner.space import load_space
    from tuner.study import Listener, SearchSettings, Study

__all__ = [
    "KFoldClassifier",
    "KFoldTuner",
    "Listener",
    "SearchSettings",
    "SearchedStudy",
    "Study",
    "TunerError",
    "UserError",
    "__version__",
    "load_dataset",
    "load_space",
    "open_study",
    "studies",
    "tune",
]

_HOMES = {
    "KFoldClassifier": "tuner.api.classifier",
    "KFoldTuner": "tuner.api.kfold_tuner",
    "Listener": "tuner.study",
    "SearchSettings": "tuner.study",
    "SearchedStudy": "tuner.api",
    "Study": "tuner.study",
    "TunerError": "tuner.errors",
    "UserError": "tuner.errors",
    "load_dataset": "tuner.data",
    "load_space": "tuner.space",
    "open_study": "tuner.api",
    "studies": "tuner.api",
    "tune": "tuner.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tuner' has no attribute '{name}'")
    import_module("tuner.libraries.keras_settings").settle_keras()
    return getattr(import_module(_HOMES[name]), name)
