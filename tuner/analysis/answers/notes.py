"""What answers rest on: how settings are compared, and how pruned and failed trials count."""

from collections import Counter

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.learning_rate_grid import has_diverged

__all__ = ["notes"]

_FITTING = (
    "A trial under- or overfits where its validation loss is above that of the best of its group "
    "by more than one standard error. It underfits where the larger part of this is a higher "
    "training loss, and overfits where it is a wider gap between the two losses. Training loss is "
    "measured while training, with dropout."
)


def notes(evidence: Evidence, *, spans: bool) -> tuple[str, ...]:
    """Return what a reader must know to defend the answers.

    Args:
        evidence: The study's.
        spans: Whether they say where networks under- and overfit.
    """
    settings = evidence.study.settings
    sentences = [
        "Settings are compared by the best completed trial of each, out of equally many trials "
        "of each. They are told apart where chance alone would give such a difference in less "
        "than 5 % of studies, all comparisons of a question taken together.",
        *_pruned(evidence),
        *_failed(evidence),
        *([_FITTING] if spans else []),
        *_groups(evidence),
        *_order(evidence),
    ]
    if settings.oracle not in ("random", "grid"):
        sentences.append(
            f"The oracle {settings.oracle} learns from earlier trials, so that settings are not "
            "tried alike: what is said of settings and importances is less sure than after a "
            "random search."
        )
    return tuple(sentences)


def _groups(evidence: Evidence) -> list[str]:
    name = evidence.study.data.get("groups")
    if name is None:
        return []
    return [
        f"Rows of a group ({name}) are alike: each group was on one side of every split, and "
        "standard errors, intervals and comparisons are over groups, not over rows."
    ]


def _order(evidence: Evidence) -> list[str]:
    name = evidence.study.data.get("order")
    if name is None:
        return []
    first = len(evidence.study.split.folds[0].train)
    return [
        f"Rows are in an order ({name}): each fold was predicted from the rows before it, and the "
        f"first {first:,} rows are never scored. Standard errors take rows as independent; where "
        "neighbours are alike, they are too small."
    ]


def _pruned(evidence: Evidence) -> list[str]:
    pruned = sum(record.result.status == "pruned" for record in evidence.records)
    if not pruned:
        return []
    return [
        f"Pruned trials ({pruned}) were clearly beaten and ended early. They are never the best "
        "of a setting or a cell. With what they had come to they count in how much the trials of "
        "a setting differ, in importances, and among those that under- or overfit."
    ]


def _failed(evidence: Evidence) -> list[str]:
    counts = Counter(
        has_diverged(record) for record in evidence.records if record.result.status == "failed"
    )
    total = counts[True] + counts[False]
    if not total:
        return []
    diverged = "all" if counts[True] == total else counts[True] or "none"
    return [
        f"Failed trials ({total}, {diverged} of which diverged) use up their places among those of "
        "a setting that are compared. Else they count in the share that diverged alone."
    ]
