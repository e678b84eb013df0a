"""Levels and labels that are the same text in two forms, and those that only look alike."""

from collections.abc import Sequence

import numpy as np

from tuner.words import find_look_alikes, join_words, list_first, normalize_form, show_alike

__all__ = ["list_look_alikes", "say_merged", "unify_forms"]

_LISTED = 3


def unify_forms(texts: np.ndarray) -> tuple[np.ndarray, tuple[tuple[str, ...], ...]]:
    """Return texts with one form for each of those that differ by their form alone.

    The form is the normal one, if a text has it, else the first. Texts that have no other form stay
    as they are.

    Args:
        texts: Shape `(texts,)`, object.

    Returns:
        The unified texts, of the same shape; and the groups of texts that are one, the one that
        stands for the others first.
    """
    groups: dict[str, dict[str, None]] = {}
    for text in texts:
        if not text.isascii():
            groups.setdefault(normalize_form(text), {})[text] = None
    plain = {text for text in texts if text in groups}
    for form in plain:
        groups[form] = {form: None, **groups[form]}
    merged = tuple(tuple(forms) for forms in groups.values() if len(forms) > 1)
    if not merged:
        return texts, ()
    names = {form: group[0] for group in merged for form in group}
    unified = np.empty(len(texts), object)
    unified[:] = [names.get(text, text) for text in texts]
    return unified, merged


def say_merged(merged: Sequence[Sequence[str]]) -> str:
    """Return which texts are one, and why: the subject and the cause of a sentence."""
    groups = [join_words(show_alike(group)) for group in merged]
    return f"{list_first(groups, _LISTED)} differ by their form in Unicode or invisible characters"


def list_look_alikes(texts: Sequence[str]) -> str:
    """Return the groups of texts that look alike, as a list; "" if there are none."""
    groups = [join_words(show_alike(group)) for group in find_look_alikes(texts)]
    return list_first(groups, _LISTED)
