"""Errors of the disk and of other packages, in one clause."""

from tuner.errors import UserError

__all__ = ["first_sentence", "make_write_error"]


def make_write_error(what: str, error: Exception) -> UserError:
    """Return what to raise for a fault of the disk.

    Args:
        what: Such as `output file my.csv`.
        error: An OSError, or TensorFlow's own kind.
    """
    reason = getattr(error, "strerror", None) or first_sentence(str(error))
    kind = what.split()[1]
    return UserError(
        f"{what} cannot be written ({reason}); mend that, or give --output another {kind}"
    )


def first_sentence(text: str) -> str:
    """Return the first sentence of a message without its full stop, on one line.

    >>> first_sentence('''File not found: model.keras. Please
    ...     ensure that it exists.''')
    'File not found: model.keras'
    """
    words = " ".join(text.split())
    return words.partition(". ")[0].removesuffix(".")
