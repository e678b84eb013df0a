"""Which questions a study answers, and in which order."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from tuner.analysis.answers.depth_and_width import any_answer, depth_answer, width_answer
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.headline import headline
from tuner.analysis.answers.importance_answer import importance_answer
from tuner.analysis.answers.learning_rate_grid import grid_answer
from tuner.analysis.answers.notes import notes
from tuner.analysis.answers.records import Answer, Answers
from tuner.analysis.answers.regularizers import dropout_answer, kind_answer, strength_answer

__all__ = ["make_answers"]

_MOST_OTHERS = 4  # questions besides the space's own; the least important ones are not asked
_LEAST_TRIALS = 6  # in which a hyperparameter acts; with fewer there is nothing to ask
_STRENGTHS = ("strength", "balance", "radius")

_SECTIONS: dict[str, Callable[[Evidence], Answer]] = {
    "blocks": partial(any_answer, name="blocks", title="How many convolutional blocks are best?"),
    "filters": partial(
        any_answer, name="filters", title="How many filters should the first block have?"
    ),
    "depth": depth_answer,
    "units": width_answer,
    "kind": kind_answer,
    "strength": partial(strength_answer, name="strength"),
    "radius": partial(strength_answer, name="radius"),
    "dropout": dropout_answer,
}


def make_answers(evidence: Evidence) -> Answers:
    """Return the answers of a study.

    Which questions are asked follows from the hyperparameters that differ between its trials, not
    from the space's name. First comes what the space itself compares, then the importance of
    hyperparameters, then up to four others: the depth, those that are above chance, the rest.
    """
    own = evidence.space.compare if evidence.space else None
    first = _sections(evidence, [own] if own in evidence.varied else [])
    asked = {name for section in first for name in section.hyperparameters}
    others = [name for name in _by_importance(evidence) if name not in asked][:_MOST_OTHERS]
    importance = [importance_answer(evidence)] if len(evidence.varied) > 1 else []
    rest = [each for each in _sections(evidence, others) if each.title not in _titles(first)]
    sections = (*first, *importance, *rest)
    spans = any(section.spans for section in sections)
    notes_ = notes(evidence, spans=spans)
    return Answers(headline(evidence), _once(sections, evidence.more_trials), notes_)


def _once(sections: Sequence[Answer], sentence: str) -> tuple[Answer, ...]:
    """Return the sections with a sentence in the first one only that has it."""
    first = next((place for place, each in enumerate(sections) if sentence in each.sentences), 0)
    return tuple(
        section
        if place == first
        else replace(section, sentences=tuple(s for s in section.sentences if s != sentence))
        for place, section in enumerate(sections)
    )


def _by_importance(evidence: Evidence) -> list[str]:
    """Return what may be asked: the depth, what is above chance, and the rest as in the space.

    Whether hidden layers help at all is always worth knowing. How strong a regularizer should be
    is asked with its kind, and what acts in a few trials only is not asked.
    """
    order = dict.fromkeys(("depth", *evidence.importance.above_chance, *evidence.varied))
    with_kind = _STRENGTHS if "kind" in evidence.varied else ()
    return [
        name
        for name in order
        if name in evidence.varied
        and name not in with_kind
        and sum(name in r.hyperparameters for r in evidence.records) >= _LEAST_TRIALS
    ]


def _titles(sections: Sequence[Answer]) -> set[str]:
    return {section.title for section in sections}


def _sections(evidence: Evidence, names: Sequence[str]) -> list[Answer]:
    """Return the sections of some hyperparameters, a kind's followed by those of its strength."""
    sections: dict[str, Answer] = {}
    for name in names:
        for asked in _with_its_strengths(evidence, name):
            section = _section(evidence, asked)
            sections.setdefault(section.title, section)
    return list(sections.values())


def _with_its_strengths(evidence: Evidence, name: str) -> list[str]:
    strengths = [each for each in ("strength", "radius") if each in evidence.varied]
    return [name, *strengths] if name == "kind" else [name]


def _section(evidence: Evidence, name: str) -> Answer:
    if name in ("learning_rate", "batch_size") and {"learning_rate", "batch_size"} <= {
        *evidence.varied
    }:
        return grid_answer(evidence)
    builder = _SECTIONS.get(name, partial(any_answer, name=name))
    return builder(evidence)
