"""Words errors of the disk, and of other packages, in one clause."""

from tuner.errors import UserError

__all__ = ["first_sentence", "make_write_error"]


def make_write_error(path: str, error: Exception) -> UserError:
    """Return the error to raise if a file or folder cannot be written.

    Args:
        path: Such as `output file my.csv`.
        error: An OSError, or TensorFlow's own kind of it.
    """
    reason = getattr(error, "strerror", None) or first_sentence(str(error))
    kind = path.split()[1]
    return UserError(
        f"{path} cannot be written ({reason}); fix that, or give --output another {kind}"
    )


def first_sentence(text: str) -> str:
    """Return the first sentence of a message on one line, without its full stop.

    >>> first_sentence('''File not found: model.keras. Please
    ...     ensure that it exists.''')
    'File not found: model.keras'
    """
    line = " ".join(text.split())
    return line.partition(". ")[0].removesuffix(".")
