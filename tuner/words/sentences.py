"""Lists and beginnings of sentences."""

from collections.abc import Sequence

__all__ = ["capitalize_first", "join_words", "list_first"]


def join_words(words: Sequence[str], conjunction: str = "and") -> str:
    """Return words with commas between them, and a conjunction before the last.

    >>> join_words(["a"]), join_words(["a", "b"]), join_words(["a", "b", "c"], "or")
    ('a', 'a and b', 'a, b or c')
    """
    *first, last = words
    return f"{', '.join(first)} {conjunction} {last}" if first else last


def list_first(words: Sequence[str], limit: int = 8) -> str:
    """Return the first words with commas between them, and how many more there are.

    >>> list_first(["a", "b", "c"], limit=2), list_first(["a", "b"], limit=2)
    ('a, b and 1 more', 'a, b')
    """
    first = ", ".join(words[:limit])
    return first if len(words) <= limit else f"{first} and {len(words) - limit} more"


def capitalize_first(text: str) -> str:
    """Return a text with a capital as its first letter; the other letters are unchanged.

    >>> capitalize_first("the ROC AUC is best.")
    'The ROC AUC is best.'
    """
    return text[:1].upper() + text[1:]
