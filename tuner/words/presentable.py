"""Makes a text fit to be shown: whoever wrote it rules no terminal, and no password is in it."""

import re

__all__ = ["escape_controls", "make_line", "make_presentable", "mask_passwords"]

# The controls of terminals, but the line end and the tab; what turns the direction of the letters
# around; line ends that only some programs know; and bytes of a file name that are no UTF-8.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
# All from "://" to the last "@", since a password may have any character but a space; but no path
# of a file, which begins with a third slash.
_CREDENTIALS = re.compile(r"(?<=://)[^\s/]\S*(?:@|%40)")
_PARAMETER = re.compile(
    r"([?&;#](?:[^=&\s]*(?:pass|pwd|token|secret|credential|odbc_connect|(?:api|access)_?key|"
    r"signature)[^=&\s]*|key|sig|auth)=)[^&\s]*",
    re.IGNORECASE,
)


def escape_controls(text: str) -> str:
    r"""Return a text with each control character written as JSON, Python and JavaScript write it.

    >>> print(escape_controls("a\x1b[2Jb\r\u202ec\n"), end="")
    a\u001b[2Jb\u000d\u202ec
    """
    return _CONTROL.sub(lambda control: f"\\u{ord(control[0]):04x}", text)


def mask_passwords(text: str) -> str:
    """Return a text without the names, passwords and tokens that the addresses in it have.

    >>> mask_passwords("MLflow at http://bob:secret@host:5000/ does not answer")
    'MLflow at http://***@host:5000/ does not answer'
    >>> mask_passwords("mysql://host/base?user=bob&password=secret")
    'mysql://host/base?user=bob&password=***'
    """
    return _PARAMETER.sub(r"\1***", _CREDENTIALS.sub("***@", text))


def make_presentable(text: str) -> str:
    """Return a text as it may be shown: without control characters and passwords."""
    return escape_controls(mask_passwords(text))


def make_line(text: str) -> str:
    r"""Return a text as one line that may be shown: a line end in it begins no other line.

    >>> make_line("column a\nerror: there is none")
    'column a\\u000aerror: there is none'
    """
    return make_presentable(text).replace("\n", r"\u000a")
