"""The errors of the package, as one tree.

TunerError
├── UserError           the user can fix it: one sentence, exit code 2
│   ├── SpaceError      a search-space file, or a model built from it
│   ├── DataError       a table, its target or its columns
│   ├── StudyError      a study's name or state
│   ├── TrackingError   MLflow, when a command is about MLflow alone
│   └── ExportUnchecked the disk or the memory did not let an exported model be checked
└── TunerFault          a fault of the package: exit code 1
    ├── SearchFailed    no trial was completed
    ├── EngineLost      the cluster that trains a search's trials is gone
    ├── NetworkDiverged no attempt to train a network for export ended with finite numbers
    └── ExportMismatch  a reloaded model's predictions differ from those in memory

Other exceptions of the package are signals between its parts, and are always caught.
"""

import errno
import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import TypeVar

from tuner.phrasing import phrase

__all__ = [
    "NO_TRIAL",
    "OF_OTHERS",
    "RESUME_STUDY",
    "DataError",
    "EngineLost",
    "ExportMismatch",
    "ExportUnchecked",
    "NetworkDiverged",
    "OutputUnread",
    "SearchFailed",
    "SpaceError",
    "StudyError",
    "TrackingError",
    "TunerError",
    "TunerFault",
    "UserError",
    "check_choice",
    "find_system_fault",
    "first_sentence",
    "list_causes",
    "make_write_error",
    "one_line",
    "suggest_names",
]

_Choice = TypeVar("_Choice", bound=str)
NO_TRIAL = "no trial was completed, so there is no network to pick"
RESUME_STUDY = "and resume the study: every trial in its journal is kept"

OF_OTHERS = (Exception, SystemExit)
"""What a person's code may raise. One that exits would end the process without a word."""


class TunerError(Exception):
    """The base of every error that this package raises on purpose."""

    exit_code = 1

    def __str__(self) -> str:
        """Return the message in the words of its reader: options, or arguments of Python."""
        return phrase(super().__str__())


class UserError(TunerError):
    """The user can fix this; the message is one sentence that says how."""

    exit_code = 2


class SpaceError(UserError):
    """A search space cannot be read, or its network cannot be built."""


class DataError(UserError):
    """The data cannot be read or learned from."""


class StudyError(UserError):
    """A study cannot be created, found, locked or opened."""


class TrackingError(UserError):
    """MLflow cannot be written. A search only warns; `tuner sync` raises this."""


class ExportUnchecked(UserError):
    """A full disk, or too little memory, did not let an exported model be checked."""


class TunerFault(TunerError):
    """The base of failures that the user did not cause."""


class SearchFailed(TunerFault):
    """No trial of a search was completed; the message has the first reason."""


class EngineLost(TunerFault):
    """The cluster that trains a search's trials is gone; the study can be resumed without it."""


class NetworkDiverged(TunerFault):
    """No attempt to train a network of the pick on all training rows ended with finite numbers."""


class ExportMismatch(TunerFault):
    """The predictions of a reloaded model differ from those of the model in memory."""


class OutputUnread(Exception):
    """Whoever read standard output has gone, such as `head`: a signal that ends a command."""


def suggest_names(name: str, known: Iterable[str]) -> str:
    """Return the end of an error about an unknown name: the nearest name and all known names.

    >>> suggest_names("dept", ["depth", "units"])
    'did you mean depth? Known are depth, units'
    """
    names = list(known)
    near = get_close_matches(name, names, n=1)
    if len(names) == 1:
        return f"did you mean {names[0]}?" if near else f"the only one is {names[0]}"
    hint = f"did you mean {near[0]}? " if near else ""
    listed = f"known are {', '.join(names)}"
    return hint + (listed[0].upper() + listed[1:] if near else listed)


def check_choice(
    option: str, given: str, known: Iterable[_Choice], noun: str = "choice"
) -> _Choice:
    """Return what a person chose.

    Args:
        option: Where the person chose.
        given: The choice.
        known: All that can be chosen.
        noun: What a choice is called.

    Raises:
        UserError: There is no such choice.
    """
    choices = list(known)
    for choice in choices:
        if choice == given:
            return choice
    raise UserError(f"{option}: there is no {noun} {given}; {suggest_names(given, choices)}")


# Where a long message ends and a dump begins: Keras's arguments, SQL, TensorFlow's graph nodes.
_DUMP = re.compile(r"Arguments received by|\[SQL: |\[\[\{\{node")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST = 400  # characters of a message
_LONGEST_CHAIN = 20  # of errors
_SYSTEM_FAULTS = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EIO", "ENOMEM", "EMFILE", "ENFILE")
    if hasattr(errno, name)  # Windows lacks some
}


def one_line(error: BaseException) -> str:
    """Return the class and the message of another library's error in one line.

    Colours and dumps are left out; a long message is cut.

    >>> one_line(ValueError("units must be positive\\n\\nArguments received by Dense: units=0"))
    'ValueError: units must be positive'
    """
    message = _DUMP.split(_COLOUR.sub("", str(error)))[0]
    return f"{type(error).__name__}: {' '.join(message.split())[:_LONGEST]}"


def list_causes(error: BaseException) -> list[BaseException]:
    """Return an error, the one that it was raised from or while which was handled, and so on."""
    causes = [error]
    while len(causes) < _LONGEST_CHAIN:
        following = causes[-1].__cause__ or causes[-1].__context__
        if following is None:
            break
        causes.append(following)
    return causes


def find_system_fault(error: BaseException) -> BaseException:
    """Return the full disk, the lack of memory or the like that an error is about.

    Libraries raise errors of their own for it, such as "Failed to copy the specified code path".

    Returns:
        The error itself, if it is about something else.
    """
    for cause in list_causes(error):
        full = isinstance(cause, OSError) and cause.errno in _SYSTEM_FAULTS
        if full or isinstance(cause, MemoryError):
            return cause
    return error


def first_sentence(text: str) -> str:
    """Return the first sentence of a message on one line, without its full stop.

    >>> first_sentence('''File not found: model.keras. Please
    ...     ensure that it exists.''')
    'File not found: model.keras'
    """
    line = " ".join(text.split())
    return line.partition(". ")[0].removesuffix(".")


def make_write_error(
    name: str, error: Exception, remedy: str, kind: type[UserError] = UserError
) -> UserError:
    """Return the error to raise if a file or folder cannot be written.

    Args:
        name: What it is and its path, such as `output file my.csv`.
        error: An OSError, or TensorFlow's own kind of it.
        remedy: What to do beside fixing the cause: the sentence after "fix that, ".
        kind: The class of the error.

    >>> full = OSError(28, "No space left on device")
    >>> str(make_write_error("output file a.csv", full, "or give another file"))
    'output file a.csv cannot be written (No space left on device); fix that, or give another file'
    """
    # TensorFlow puts the path before what is wrong, and `name` has it already
    reason = getattr(error, "strerror", None) or first_sentence(str(error)).split("; ")[-1]
    return kind(f"{name} cannot be written ({reason}); fix that, {remedy}")
