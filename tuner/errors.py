"""What can go wrong, as one tree.

TunerError
├── UserError           the person can mend it: one sentence, exit code 2
│   ├── SpaceError      a search-space file, or a model built from it
│   ├── DataError       a table, its target or its columns
│   ├── StudyError      a study's name or state
│   └── TrackingError   MLflow, where it was asked for by itself
└── TunerFault          ours: exit code 1
    ├── SearchFailed    every trial failed
    └── ExportMismatch  a reloaded model answers differently from the one in memory
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

NO_TRIAL = "no trial was completed, so there is no network to pick; go on with tuner resume"


class TunerError(Exception):
    """The base of every error that this package raises on purpose."""

    exit_code = 1


class UserError(TunerError):
    """A mistake that the person can mend; its text is one sentence that says how."""

    exit_code = 2


class SpaceError(UserError):
    """A search space that cannot be read, or a network that it cannot describe."""


class DataError(UserError):
    """Data that cannot be read or learned from."""


class StudyError(UserError):
    """A study that cannot be started, found or opened."""


class TrackingError(UserError):
    """MLflow cannot be written. During a search that is only told."""


class TunerFault(TunerError):
    """A failure that is not the person's."""


class SearchFailed(TunerFault):
    """No trial of a search was completed; the text carries the first reason."""


class ExportMismatch(TunerFault):
    """An exported model does not answer as the trained one does."""


def suggest_names(name: str, known: Iterable[str]) -> str:
    """Return the tail of an error about an unknown name: the nearest known one, and all of them.

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
