"""Which regularizer, how strong, and how much dropout."""

from collections.abc import Sequence

from tuner.analysis.answers.binning import cut
from tuner.analysis.answers.comparison_sentences import compared, describe_comparison, find_pair
from tuner.analysis.answers.depth_and_width import is_log
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.overfitting import find_spans, make_points
from tuner.analysis.answers.records import Answer, Point, Span
from tuner.analysis.setting_comparison import Comparison
from tuner.words import (
    capitalize_first,
    count_noun,
    round_to_error,
    say_interval,
    say_name,
    say_setting,
    say_value,
)

__all__ = ["dropout_answer", "kind_answer", "strength_answer"]

_MOST_GROUPS = 4


def kind_answer(evidence: Evidence) -> Answer:
    """Return whether a regularizer helps, and which."""
    way = cut(evidence, "kind")
    comparison = compared(evidence, way)
    against_none = _against_none(comparison)
    return Answer(
        title="Which regularizer helps?",
        hyperparameters=("kind",),
        sentences=describe_comparison(evidence, "kind", way, comparison, against_none),
        settings=comparison,
    )


def strength_answer(evidence: Evidence, name: str) -> Answer:
    """Return how strong a regularizer should be.

    Args:
        evidence: The study's.
        name: `strength`, or `radius`, of which less is stronger.
    """
    points = make_points(evidence, name, "kind")
    spans = find_spans(points, stronger_is_less=name == "radius")
    title = {
        "strength": "How strong should a penalty be?",
        "radius": "How far should max_norm let weights grow?",
    }
    return Answer(
        title=title[name],
        hyperparameters=(name,),
        sentences=_strengths(evidence, name, points, spans),
        points=points,
        spans=spans,
        log=is_log(evidence, name),
    )


def dropout_answer(evidence: Evidence) -> Answer:
    """Return how much dropout is best, for each width where there are a few."""
    way = cut(evidence, "dropout")
    comparison = compared(evidence, way)
    widths = {record.hyperparameters.get("units") for record in evidence.records}
    group = "units" if 1 < len(widths - {None}) <= _MOST_GROUPS else None
    points = make_points(evidence, "dropout", group)
    spans = find_spans(points)
    strengths = _strengths(evidence, "dropout", points, spans, group)
    return Answer(
        title="How much dropout helps?",
        hyperparameters=("dropout",),
        sentences=describe_comparison(evidence, "dropout", way, comparison, strengths),
        settings=comparison,
        points=points,
        spans=spans,
    )


def _against_none(comparison: Comparison) -> list[str]:
    """Return whether any kind is better than none."""
    values = [each.value for each in comparison.settings if each.trial is not None]
    if "none" not in values or len(values) < 2:
        return []
    pairs = [pair for value in values if (pair := find_pair(comparison, value, "none"))]
    better = [pair for pair in pairs if pair.told_apart and pair.second == "none"]
    if not better:
        return ["No regularizer is shown to be better than none."]
    best = better[0]
    low, high = sorted(abs(end) for end in best.interval)
    by = f"{round_to_error(abs(best.difference), (high - low) / 4)} ({say_interval(low, high)})"
    return [f"A regularizer helps: {best.first} is better than none by {by}."]


def _strengths(
    evidence: Evidence,
    name: str,
    points: Sequence[Point],
    spans: Sequence[Span],
    group: str | None = "kind",
) -> tuple[str, ...]:
    """Return the best strength of each group, and where it under- and overfits."""
    sentences = []
    for value in dict.fromkeys(point.group for point in points):
        own = [point for point in points if point.group == value]
        completed = [point for point in own if not point.pruned]
        who = "" if value is None else f"with {say_setting(group or '', value)}, "
        if not completed:
            tried = count_noun(len(own), "trial")
            sentences.append(capitalize_first(f"{who}none of {tried} was completed."))
            continue
        sign = -1 if evidence.maximise else 1
        best = min(completed, key=lambda point: sign * point.score)
        sentences.append(
            capitalize_first(
                f"{who}the best of {count_noun(len(own), 'trial')} has {say_name(name)} "
                f"{say_value(best.x)}: training loss {best.train_loss:.3f}, validation loss "
                f"{best.validation_loss:.3f}{_ends(name, own, spans)}."
            )
        )
    return tuple(sentences)


def _ends(name: str, own: Sequence[Point], spans: Sequence[Span]) -> str:
    """Return where a group under- and overfits, as the end of a sentence."""
    group = own[0].group
    found = {span.fit: span for span in spans if span.group == group}
    words = []
    for fit, low_end in (("overfits", name != "radius"), ("underfits", name == "radius")):
        span = found.get(fit)  # type: ignore[call-overload]
        if span is None:
            continue
        where = f"up to {say_value(span.high)}" if low_end else f"from {say_value(span.low)} on"
        words.append(f"{fit.removesuffix('s')} {where} ({span.trials} of {len(own)})")
    return f"; trials {' and '.join(words)}" if words else ""
