"""The errors of the package, as one tree.

TunerError
├── UserError           the user can fix it: one sentence, exit code 2
│   ├── SpaceError      a search-space file, or a model built from it
│   ├── DataError       a table, its target or its columns
│   ├── StudyError      a study's name or state
│   └── TrackingError   MLflow, when a command is about MLflow alone
└── TunerFault          a fault of the package: exit code 1
    ├── SearchFailed    no trial was completed
    └── ExportMismatch  a reloaded model's predictions differ from those in memory

Other exceptions of the package are signals between its parts, and are always caught.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "NO_TRIAL",
    "DataError",
    "ExportMismatch",
    "SearchFailed",
    "SpaceError",
    "StudyError",
    "TrackingError",
    "TunerError",
    "TunerFault",
    "UserError",
    "one_line",
    "suggest_names",
]

NO_TRIAL = "no trial was completed, so there is no network to pick"


class TunerError(Exception):
    """The base of every error that this package raises on purpose."""

    exit_code = 1


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


class TunerFault(TunerError):
    """The base of failures that the user did not cause."""


class SearchFailed(TunerFault):
    """No trial of a search was completed; the message has the first reason."""


class ExportMismatch(TunerFault):
    """The predictions of a reloaded model differ from those of the model in memory."""


def suggest_names(name: str, known: Iterable[str]) -> str:
    """Return the end of an error about an unknown name: the nearest name and all known names.

    >>> suggest_names("dept", ["depth", "units"])
    'did you mean depth? Known are depth, units'
    """
    names = list(known)
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    listed = f"known are {', '.join(names)}"
    return hint + (listed[0].upper() + listed[1:] if near else listed)


# Where a long message ends and a dump begins: Keras's arguments, SQL, TensorFlow's graph nodes.
_DUMP = re.compile(r"Arguments received by|\[SQL: |\[\[\{\{node")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST = 400  # characters of a message


def one_line(error: BaseException) -> str:
    """Return the class and the message of another library's error in one line.

    Colours and dumps are left out; a long message is cut.

    >>> one_line(ValueError("units must be positive\\n\\nArguments received by Dense: units=0"))
    'ValueError: units must be positive'
    """
    message = _DUMP.split(_COLOUR.sub("", str(error)))[0]
    return f"{type(error).__name__}: {' '.join(message.split())[:_LONGEST]}"
