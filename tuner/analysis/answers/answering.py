"""Which questions a study answers, and in which order."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from tuner.analysis.answers.depth_and_width import any_section, depth_section, width_section
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.grid import grid_section
from tuner.analysis.answers.headline import headline
from tuner.analysis.answers.notes import notes
from tuner.analysis.answers.ranking import importance_section
from tuner.analysis.answers.records import Answers, Section
from tuner.analysis.answers.regularizers import dropout_section, kind_section, strength_section

__all__ = ["make_answers"]

_MOST_OTHERS = 4  # questions besides the space's own; the least important ones are not asked
_LEAST_TRIALS = 6  # in which a hyperparameter acts; with fewer there is nothing to ask
_STRENGTHS = ("strength", "balance", "radius")

_SECTIONS: dict[str, Callable[[Evidence], Section]] = {
    "blocks": partial(any_section, name="blocks", title="How many convolutional blocks are best?"),
    "filters": partial(
        any_section, name="filters", title="How many filters should the first block have?"
    ),
    "depth": depth_section,
    "units": width_section,
    "kind": kind_section,
    "strength": partial(strength_section, name="strength"),
    "radius": partial(strength_section, name="radius"),
    "dropout": dropout_section,
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
    importance = [importance_section(evidence)] if len(evidence.varied) > 1 else []
    rest = [each for each in _sections(evidence, others) if each.title not in _titles(first)]
    sections = (*first, *importance, *rest)
    spans = any(section.spans for section in sections)
    notes_ = notes(evidence, spans=spans)
    return Answers(headline(evidence), _once(sections, evidence.more_trials), notes_)


def _once(sections: Sequence[Section], sentence: str) -> tuple[Section, ...]:
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


def _titles(sections: Sequence[Section]) -> set[str]:
    return {section.title for section in sections}


def _sections(evidence: Evidence, names: Sequence[str]) -> list[Section]:
    """Return the sections of some hyperparameters, a kind's followed by those of its strength."""
    sections: dict[str, Section] = {}
    for name in names:
        for asked in _with_its_strengths(evidence, name):
            section = _section(evidence, asked)
            sections.setdefault(section.title, section)
    return list(sections.values())


def _with_its_strengths(evidence: Evidence, name: str) -> list[str]:
    strengths = [each for each in ("strength", "radius") if each in evidence.varied]
    return [name, *strengths] if name == "kind" else [name]


def _section(evidence: Evidence, name: str) -> Section:
    if name in ("learning_rate", "batch_size") and {"learning_rate", "batch_size"} <= {
        *evidence.varied
    }:
        return grid_section(evidence)
    builder = _SECTIONS.get(name, partial(any_section, name=name))
    return builder(evidence)
