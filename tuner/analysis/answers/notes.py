"""Notes on the answers: how settings are compared, and how pruned and failed trials count."""

from collections import Counter

from tuner.analysis.answers.evidence import Evidence

__all__ = ["make_notes"]

_COMPARISON = (
    "One standard of evidence holds for settings, simple classifiers, the ensemble and other "
    "studies. Two of them are told apart if chance alone would give such a difference in less than "
    "5 % of studies, over all comparisons of a question together. Chance is in the rows, in the "
    "folds, in the choice of the best of many, and for settings in which trials were drawn. "
    "Settings are compared by the best completed trial of each, out of equally many trials of each."
)
_DRAWS = (
    "Of other hyperparameters than the one that the space compares, trials of several settings "
    "that share a draw count once, by the best of them."
)
_SPARED = (
    "A network of another size is not called worse where only its cross-entropy is, if as many "
    "rows are right, as far as can be told, and its loss fell so fast when the epochs ended that "
    "five more doublings of them might make up for it."
)
_FITTING = (
    "A trial under- or overfits if its validation loss exceeds the lowest of its group by more "
    "than one standard error. It underfits if the larger part of this is a higher training loss, "
    "the lowest of its epochs, and overfits if it is a wider gap between the two losses. Training "
    "loss is measured during training"
)

_DROPOUTS = ("dropout", "input_dropout")


def make_notes(evidence: Evidence, *, spans: bool) -> tuple[str, ...]:
    """Return what a reader must know to defend the answers.

    Args:
        evidence: The study's evidence.
        spans: Whether the answers say where networks under- and overfit.
    """
    notes = [
        _COMPARISON,
        *_describe_pruned(evidence),
        *_describe_failed(evidence),
        *([_describe_fitting(evidence)] if spans else []),
        *_describe_groups(evidence),
        *_describe_order(evidence),
        *([_SPARED] if any(each.spared for each in evidence.comparisons.values()) else []),
        *([_DRAWS] if evidence.compared and len(evidence.varied) > 1 else []),
    ]
    oracle = evidence.record.settings.oracle
    if oracle not in ("random", "grid"):
        notes.append(
            f"The oracle {oracle} learns from earlier trials, so it does not try all settings "
            "alike. What is said about settings and importances is less certain than after a "
            "random search."
        )
    return tuple(notes)


def _describe_fitting(evidence: Evidence) -> str:
    drops = any(r.hyperparameters.get(name) for r in evidence.records for name in _DROPOUTS)
    return f"{_FITTING}{', with dropout' if drops else ''}."


def _describe_groups(evidence: Evidence) -> list[str]:
    name = evidence.record.data.get("groups")
    if name is None:
        return []
    return [
        f"Rows of a group ({name}) are alike. Each group was on one side of every split, and "
        "standard errors, intervals and comparisons are over groups, not over rows."
    ]


def _describe_order(evidence: Evidence) -> list[str]:
    name = evidence.record.data.get("order")
    if name is None:
        return []
    first = len(evidence.record.split.folds[0].train)
    return [
        f"Rows have an order ({name}). Each fold was predicted from the rows before it, and the "
        f"first {first:,} rows are not scored. Standard errors assume independent rows; if "
        "neighbouring rows are alike, they are too small."
    ]


def _describe_pruned(evidence: Evidence) -> list[str]:
    pruned = sum(record.result.status == "pruned" for record in evidence.records)
    if not pruned:
        return []
    return [
        f"Pruned trials ({pruned}) were clearly beaten and ended early. They are never the best "
        "of a setting or a cell. The scores that they had reached count in how much the trials "
        "of a setting differ, in importances, and in under- and overfitting."
    ]


def _describe_failed(evidence: Evidence) -> list[str]:
    counts = Counter(
        record.diverged for record in evidence.records if record.result.status == "failed"
    )
    total = counts[True] + counts[False]
    if not total:
        return []
    diverged = "all" if counts[True] == total else counts[True] or "none"
    return [
        f"Failed trials ({total}, {diverged} of which diverged) count among the trials of a "
        "setting that are compared. Otherwise they count only in the share that diverged."
    ]
