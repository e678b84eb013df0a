"""The arrays of a study: out-of-fold probabilities, race leads and baselines."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np

from tuner.errors import RESUME_STUDY, StudyError, make_write_error
from tuner.files import write_whole

__all__ = ["StudyArrays"]


class StudyArrays:
    """Reads and writes the arrays in a study's folder.

    Args:
        folder: The study's folder; trials are in its `oof/`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write_probabilities(self, trial: int, probabilities: np.ndarray) -> None:
        """Write a trial's out-of-fold probabilities, in the shape that `TrialResult` has.

        Raises:
            StudyError: The file cannot be written.
        """
        path = self._probabilities_path(trial)
        _write(path, lambda file: np.save(file, probabilities, allow_pickle=False))

    def read_probabilities(self, trial: int) -> np.ndarray:
        """Return a trial's out-of-fold probabilities, in the shape that `TrialResult` has."""
        array: np.ndarray = np.load(self._probabilities_path(trial), allow_pickle=False)
        return array

    def write_leads(self, trial: int, leads: Mapping[str, np.ndarray]) -> None:
        """Write what the race must know of a trial that led it, by name.

        Raises:
            StudyError: The file cannot be written.
        """
        _write_named(self._leads_path(trial), leads)

    def read_leads(self, trial: int) -> dict[str, np.ndarray]:
        """Return what `write_leads` wrote; nothing for a trial that never led."""
        return _read_named(self._leads_path(trial))

    def write_baselines(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Write the results of the baseline classifiers on the study's rows and folds.

        Args:
            arrays: By name; `tuner.analysis.baselines` says what each one is.

        Raises:
            StudyError: The file cannot be written.
        """
        _write_named(self._baselines_path, arrays)

    def read_baselines(self) -> dict[str, np.ndarray]:
        """Return the stored results of the baselines by name.

        Returns:
            Empty if there are none or the file is damaged; they can be trained again.
        """
        try:
            return _read_named(self._baselines_path)
        except (EOFError, ValueError, BadZipFile):
            return {}

    @property
    def _baselines_path(self) -> Path:
        return self._folder / "baselines.npz"

    def _probabilities_path(self, trial: int) -> Path:
        return self._folder / "oof" / f"trial_{trial:05d}.npy"

    def _leads_path(self, trial: int) -> Path:
        return self._folder / "oof" / f"trial_{trial:05d}_leads.npz"


def _write_named(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    named: dict[str, Any] = dict(arrays)
    _write(path, lambda file: np.savez(file, **named))


def _read_named(path: Path) -> dict[str, np.ndarray]:
    if not path.exists():
        return {}
    # opened here, since NumPy leaves a damaged file open
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def _write(path: Path, save: Callable[[BinaryIO], object]) -> None:
    try:
        write_whole(path, save)
    except OSError as error:
        raise make_write_error(str(path), error, RESUME_STUDY, StudyError) from error
