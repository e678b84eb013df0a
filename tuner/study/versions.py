"""The versions that a study was made with."""

import platform
from functools import cache
from importlib.metadata import version

from tuner._version import __version__

__all__ = ["list_versions"]

_LIBRARIES = ("tensorflow", "keras", "keras-tuner", "mlflow", "numpy", "pandas", "scikit-learn")

_find_version = cache(version)  # which parses a long file; a fit of an estimator asks each time


def list_versions() -> dict[str, str]:
    """Return the versions of this package, of Python and of the libraries that decide results."""
    return {
        "softmax-tuner": __version__,
        "python": platform.python_version(),
        **{name: _find_version(name) for name in _LIBRARIES},
    }
