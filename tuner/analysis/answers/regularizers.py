"""The answers on regularizers: which one, how strong, and how much dropout."""

from collections.abc import Sequence

from tuner.analysis.answers.comparison_sentences import describe_comparison
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.hyperparameter import is_log
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.analysis.answers.overfitting import find_spans, make_points
from tuner.analysis.answers.records import Answer, Point, Span
from tuner.analysis.setting_records import Comparison
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
    """Answer whether a regularizer helps, and which."""
    comparison = compare_hyperparameter(evidence, "kind")
    return Answer(
        title="Which regularizer helps?",
        hyperparameters=("kind",),
        sentences=describe_comparison(evidence, "kind", _compare_with_none(comparison)),
        comparison=comparison,
    )


def strength_answer(evidence: Evidence, name: str) -> Answer:
    """Answer how strong a regularizer should be.

    Args:
        evidence: The study's evidence.
        name: `strength`, or `radius`; a smaller radius is stronger.
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
        sentences=_describe_strengths(evidence, name, points, spans),
        points=points,
        spans=spans,
        log=is_log(evidence, name),
        group="kind",
    )


def dropout_answer(evidence: Evidence) -> Answer:
    """Answer how much dropout is best, for each width if there are only a few."""
    widths = {record.hyperparameters.get("units") for record in evidence.records}
    group = "units" if 1 < len(widths - {None}) <= _MOST_GROUPS else None
    points = make_points(evidence, "dropout", group)
    spans = find_spans(points)
    strengths = _describe_strengths(evidence, "dropout", points, spans, group)
    return Answer(
        title="How much dropout helps?",
        hyperparameters=("dropout",),
        sentences=describe_comparison(evidence, "dropout", strengths),
        comparison=compare_hyperparameter(evidence, "dropout"),
        points=points,
        spans=spans,
        group=group or "",
    )


def _compare_with_none(comparison: Comparison) -> list[str]:
    """Return whether any kind is better than none."""
    values = [setting.value for setting in comparison.settings if setting.trial is not None]
    if "none" not in values or len(values) < 2:
        return []
    pair = comparison.find_pair("none")
    if pair is None or not pair.told_apart:
        return ["Nothing shows that a regularizer is better than none."]
    low, high = sorted(abs(end) for end in pair.interval)
    difference = (
        f"{round_to_error(abs(pair.difference), (high - low) / 4)} ({say_interval(low, high)})"
    )
    return [f"A regularizer helps: {pair.first} is better than none by {difference}."]


def _describe_strengths(
    evidence: Evidence,
    name: str,
    points: Sequence[Point],
    spans: Sequence[Span],
    group: str | None = "kind",
) -> tuple[str, ...]:
    """Return the best strength of each group, and where its trials under- and overfit."""
    sentences = []
    for value in dict.fromkeys(point.group for point in points):
        own = [point for point in points if point.group == value]
        completed = [point for point in own if not point.pruned]
        prefix = "" if value is None else f"with {say_setting(group or '', value)}, "
        if not completed:
            tried = count_noun(len(own), "trial")
            sentences.append(capitalize_first(f"{prefix}none of {tried} was completed."))
            continue
        best = min(completed, key=lambda point: evidence.to_loss(point.score))
        sentences.append(
            capitalize_first(
                f"{prefix}the best of {count_noun(len(own), 'trial')} has {say_name(name)} "
                f"{say_value(best.x)}: training loss {best.train_loss:.3f}, validation loss "
                f"{best.validation_loss:.3f}{_describe_ends(name, own, spans)}."
            )
        )
    return tuple(sentences)


def _describe_ends(name: str, own: Sequence[Point], spans: Sequence[Span]) -> str:
    """Return where a group's trials under- and overfit, as the end of a sentence."""
    group = own[0].group
    by_fit = {span.fit: span for span in spans if span.group == group}
    words = []
    for fit, low_end in (("overfits", name != "radius"), ("underfits", name == "radius")):
        span = by_fit.get(fit)  # type: ignore[call-overload]
        if span is None:
            continue
        where = f"up to {say_value(span.high)}" if low_end else f"from {say_value(span.low)} on"
        words.append(f"{fit.removesuffix('s')} {where} ({span.trials} of {len(own)})")
    return f"; trials {' and '.join(words)}" if words else ""
