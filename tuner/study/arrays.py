"""The arrays of a study: out-of-fold probabilities, race leads and baselines.

The journal has a checksum of each file of a trial. Version 0.2.0 and older wrote none; then the
shape and the sums of probabilities are all that can be checked.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from tuner.errors import RESUME_STUDY, StudyError, make_write_error
from tuner.files.checksums import digest
from tuner.files.whole_files import read_file, write_whole
from tuner.folds import Split
from tuner.study.journal import EventKind, Journal, JournalReader
from tuner.study.study_folder import StudyFolder

__all__ = ["DamagedArray", "StudyArrays"]

_TOLERANCE = 1e-3  # of a row's sum of probabilities, and of a score


class DamagedArray(StudyError):
    """A trial's array is missing or damaged, so that the trial has to be trained again.

    Args:
        path: The array's file.
        fault: What is wrong with it, such as `is missing`.
    """

    def __init__(self, path: Path, fault: str) -> None:
        study, name = path.parents[1].name, f"{path.parent.name}/{path.name}"
        self.fault = f"{name} {fault}"
        super().__init__(
            f"array {path} {fault}; restore the file from a copy, or resume study {study}, which "
            "trains its trial again"
        )


class StudyArrays:
    """Reads and writes the arrays in a study's folder.

    Args:
        folder: The study's folder; trials are in its `oof/`.
        journal: Has the checksums of the trials' arrays.
        split: The study's folds; they decide how many rows have probabilities.
    """

    def __init__(self, folder: Path, journal: Journal, split: Split) -> None:
        self._folder = folder
        self._split = split
        self._reader = JournalReader(journal)
        self._checksums: dict[int, Mapping[str, str] | None] = {}  # by trial, then by file name

    @property
    def _baselines_path(self) -> Path:  # no attribute, which pickled studies of before would lack
        return StudyFolder(self._folder).baselines_path

    def write_trial(
        self, trial: int, probabilities: np.ndarray | None, leads: Mapping[str, np.ndarray]
    ) -> dict[str, str]:
        """Write the arrays of a trial, and return the checksum of each file by its name.

        Args:
            trial: The trial's number.
            probabilities: Out-of-fold probabilities, in the shape that `TrialResult` has. None if
                the trial failed.
            leads: What the race must know of the trial, by name; empty if it never led.

        Raises:
            StudyError: A file cannot be written.
        """
        checksums = {}
        if probabilities is not None:
            path = self._locate(trial, ".npy")
            checksums[path.name] = _write(
                path, lambda file: np.save(file, probabilities, allow_pickle=False)
            )
        if leads:
            path = self._locate(trial, "_leads.npz")
            checksums[path.name] = _write_named(path, leads)
        return checksums

    def read_probabilities(self, trial: int) -> np.ndarray:
        """Return a trial's out-of-fold probabilities, in the shape that `TrialResult` has.

        Raises:
            DamagedArray: The file is missing, or not as it was written.
            StudyError: The file cannot be read.
        """
        path, checksums = self._locate(trial, ".npy"), self._find_checksums(trial)
        content = _read(path, None if checksums is None else checksums.get(path.name, ""))
        try:
            array: np.ndarray = np.load(BytesIO(content), allow_pickle=False)
            fault = "" if checksums is not None else _find_fault(array, self._shape)
        except Exception as error:  # a damaged file fails in many ways
            raise DamagedArray(path, "is damaged") from error
        if fault:
            raise DamagedArray(path, fault)
        return array

    def check_score(self, trial: int, found: float, expected: float) -> None:
        """Refuse an array without a checksum that is not the one of its trial.

        Args:
            trial: The trial's number.
            found: The score that its array gives.
            expected: The score in the journal.

        Raises:
            StudyError: The scores differ, and the journal has no checksum of the array.
        """
        same = abs(found - expected) <= _TOLERANCE * max(1.0, abs(expected))
        if not same and self._find_checksums(trial) is None:
            raise StudyError(
                f"array {self._locate(trial, '.npy')} does not give the score of its trial "
                f"({found:.4g}, expected {expected:.4g}); restore the file from a copy, or delete "
                "it and resume the study, which trains the trial again"
            )

    def read_leads(self, trial: int) -> dict[str, np.ndarray]:
        """Return what `write_trial` wrote of a trial's leads; nothing for one that never led.

        Raises:
            DamagedArray: The file is missing, or not as it was written.
            StudyError: The file cannot be read.
        """
        path, checksums = self._locate(trial, "_leads.npz"), self._find_checksums(trial)
        led = path.exists() if checksums is None else path.name in checksums
        if not led:
            return {}
        content = _read(path, None if checksums is None else checksums[path.name])
        try:
            return _load_named(content)
        except Exception as error:  # a damaged file fails in many ways
            raise DamagedArray(path, "is damaged") from error

    def find_fault(self, trial: int, *, failed: bool) -> str:
        """Return what is wrong with a trial's arrays; "" if nothing is.

        Args:
            trial: The trial's number.
            failed: Whether the trial failed, so that it has no probabilities.

        Raises:
            StudyError: A file cannot be read.
        """
        try:
            if not failed:
                self.read_probabilities(trial)
            self.read_leads(trial)
        except DamagedArray as error:
            return error.fault
        return ""

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
        path = self._baselines_path
        try:
            return _load_named(read_file(path))
        except Exception:  # there is none, or it is damaged, and fails in many ways
            return {}

    @cached_property
    def _shape(self) -> tuple[int, ...]:
        """The shape of a trial's probabilities, without the number of classes."""
        repeats = self._split.repeats
        rows = self._split.scored_rows
        return (rows,) if repeats == 1 else (repeats, rows)

    def _locate(self, trial: int, end: str) -> Path:
        return self._folder / "oof" / f"trial_{trial:05d}{end}"

    def _find_checksums(self, trial: int) -> Mapping[str, str] | None:
        """Return the checksums of a trial's files. None if the journal has none."""
        for event in self._reader.read_new():
            if event["event"] == EventKind.TRIAL:
                self._checksums[event["result"]["trial"]] = event.get("arrays")
        return self._checksums.get(trial)


def _find_fault(array: np.ndarray, shape: tuple[int, ...]) -> str:
    """Return what is wrong with probabilities of another version; "" if nothing is."""
    if array.shape[:-1] != shape:
        expected = ", ".join(map(str, shape))
        return f"has the shape {array.shape}, where ({expected}, classes) was expected"
    if not np.abs(array.sum(axis=-1) - 1).max(initial=0.0) <= _TOLERANCE:
        return "does not hold probabilities"
    return ""


def _read(path: Path, checksum: str | None) -> bytes:
    """Return a file's content, after checking it.

    Args:
        path: The file.
        checksum: Its checksum; None if it is not known.

    Raises:
        DamagedArray: The file is missing, or has another checksum.
        StudyError: The file cannot be read, or its folder is not there.
    """
    try:
        content = read_file(path)
    except FileNotFoundError as error:
        if not path.parent.is_dir():
            raise StudyError(
                f"folder {path.parent} is missing; restore it from a copy, or make an empty one "
                "and resume the study, which trains all its trials again"
            ) from error
        raise DamagedArray(path, "is missing") from error
    except OSError as error:
        raise StudyError(f"array {path} cannot be read ({error.strerror}); fix that") from error
    if checksum is not None and digest(content) != checksum:
        raise DamagedArray(path, "is not as it was written")
    return content


def _load_named(content: bytes) -> dict[str, np.ndarray]:
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)


def _write_named(path: Path, arrays: Mapping[str, np.ndarray]) -> str:
    named: dict[str, Any] = dict(arrays)
    return _write(path, lambda file: np.savez(file, **named))


def _write(path: Path, save: Callable[[BytesIO], object]) -> str:
    """Write a file, and return its checksum."""
    buffer = BytesIO()
    try:
        save(buffer)
        write_whole(path, lambda file: file.write(buffer.getbuffer()))
    except OSError as error:
        raise make_write_error(str(path), error, RESUME_STUDY, StudyError) from error
    return digest(buffer.getbuffer())
