"""Choose the questions that a study answers, and their order."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from tuner.analysis.answers.depth import depth_answer
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.headline import make_headline
from tuner.analysis.answers.hyperparameter import hyperparameter_answer
from tuner.analysis.answers.importance_answer import importance_answer
from tuner.analysis.answers.learning_rate_grid import grid_answer
from tuner.analysis.answers.more_trials import say_more_trials
from tuner.analysis.answers.network_sentence import answer_which_network
from tuner.analysis.answers.notes import make_notes
from tuner.analysis.answers.one_sentence import answer_in_one_sentence
from tuner.analysis.answers.parts import PARTS
from tuner.analysis.answers.records import Answer, Answers
from tuner.analysis.answers.regularizers import dropout_answer, kind_answer, strength_answer

__all__ = ["answer_parts", "make_answers", "make_own_answer"]

_MOST_OTHERS = 4  # questions besides the space's own; less important ones are not asked
_LEAST_TRIALS = 6  # in which a hyperparameter must be active for a question about it
_STRENGTHS = ("strength", "balance", "radius")

_TITLES = {
    "blocks": "How many convolutional blocks are best?",
    "filters": "How many filters should the first block have?",
    "units": "How many units should a hidden layer have?",
    "optimizer": "Does Adam beat SGD?",
    "scaling": "How should numbers be scaled?",
    "length": "How long should networks train?",
    "biases": "Where should biases begin?",
    **{name: part.question for name, part in PARTS.items()},
}

_ANSWERS: dict[str, Callable[[Evidence], Answer]] = {
    "depth": depth_answer,
    "kind": kind_answer,
    "strength": partial(strength_answer, name="strength"),
    "radius": partial(strength_answer, name="radius"),
    "dropout": dropout_answer,
}


def make_answers(evidence: Evidence) -> Answers:
    """Return the answers of a study.

    The questions follow from the hyperparameters that differ between trials, not from the space's
    name. First comes the hyperparameter that the space compares, then the importance of all, then
    up to four others: the depth, those with an importance above chance, and the rest.
    """
    own = evidence.compared
    first = _answer_all(evidence, [own] if own else [])
    asked = {name for answer in first for name in answer.hyperparameters}
    others = [name for name in _sort_by_importance(evidence) if name not in asked][:_MOST_OTHERS]
    importance = [importance_answer(evidence)] if len(evidence.varied) > 1 else []
    titles = {answer.title for answer in first}
    rest = [answer for answer in _answer_all(evidence, others) if answer.title not in titles]
    answers = (*first, *importance, *rest)
    notes = make_notes(evidence, spans=any(answer.spans for answer in answers))
    answer = first[0].sentence if first else answer_which_network(evidence)
    headline = make_headline(evidence, answer, answers)
    return Answers(answer, headline, _say_once(answers, say_more_trials(evidence)), notes)


def make_own_answer(evidence: Evidence) -> str:
    """Return the answer to the space's own question in one sentence, and nothing else.

    It takes a moment only, so that it can be said right after the last trial.
    """
    own = evidence.compared
    return _answer(evidence, own).sentence if own else answer_which_network(evidence)


def answer_parts(evidence: Evidence) -> dict[str, str]:
    """Return what parts of networks for tables are worth: a sentence by each question.

    It is about each part that trials differ in, where a report asks about the most important
    hyperparameters alone.
    """
    parts = [name for name in ("optimizer", *PARTS) if _is_worth_asking(evidence, name)]
    if not parts:
        return {}
    answers = {answer.title: answer.sentence for answer in _answer_all(evidence, parts)}
    if not evidence.importance.reason:
        importance = importance_answer(evidence)
        return {importance.title: importance.sentences[0], **answers}
    return answers


def _say_once(answers: Sequence[Answer], sentence: str) -> tuple[Answer, ...]:
    """Return the answers with a sentence only in the first answer that has it."""
    first = next((n for n, answer in enumerate(answers) if sentence in answer.sentences), 0)
    return tuple(
        answer
        if number == first
        else replace(answer, sentences=tuple(s for s in answer.sentences if s != sentence))
        for number, answer in enumerate(answers)
    )


def _sort_by_importance(evidence: Evidence) -> list[str]:
    """Return the hyperparameters to ask about: depth, those above chance, and the others.

    Depth comes first because it is always worth knowing whether hidden layers help. The strength
    of a regularizer is asked with its kind.
    """
    order = dict.fromkeys(("depth", *evidence.importance.above_chance, *evidence.varied))
    with_kind = _STRENGTHS if "kind" in evidence.varied else ()
    return [name for name in order if name not in with_kind and _is_worth_asking(evidence, name)]


def _is_worth_asking(evidence: Evidence, name: str) -> bool:
    """Return whether trials differ in a hyperparameter that is active in more than a few."""
    active = sum(name in record.hyperparameters for record in evidence.records)
    return name in evidence.varied and active >= _LEAST_TRIALS


def _answer_all(evidence: Evidence, names: Sequence[str]) -> list[Answer]:
    """Return the answers on some hyperparameters, the kind's followed by those on its strengths."""
    answers: dict[str, Answer] = {}
    for name in names:
        for asked in _add_strengths(evidence, name):
            answer = _answer(evidence, asked)
            answers.setdefault(answer.title, answer)
    return list(answers.values())


def _add_strengths(evidence: Evidence, name: str) -> list[str]:
    strengths = [strength for strength in ("strength", "radius") if strength in evidence.varied]
    return [name, *strengths] if name == "kind" else [name]


def _answer(evidence: Evidence, name: str) -> Answer:
    pair = {"learning_rate", "batch_size"}
    # a grid compares batch sizes; a space that compares learning rates asks for them alone
    if name in pair and pair <= {*evidence.varied} and evidence.compared != "learning_rate":
        return _add_sentence(evidence, grid_answer(evidence))
    own_settings = name in _STRENGTHS and evidence.compared == name  # which are compared
    if name in _ANSWERS and not own_settings:
        answer = _ANSWERS[name](evidence)
    else:
        answer = hyperparameter_answer(evidence, name, _TITLES.get(name))
    return _add_sentence(evidence, answer)


def _add_sentence(evidence: Evidence, answer: Answer) -> Answer:
    """Return an answer with its sentence, if it rests on a comparison of settings."""
    if answer.comparison is None:
        return answer
    name = answer.hyperparameters[-1]  # a grid of two compares the values of the last one
    return replace(answer, sentence=answer_in_one_sentence(evidence, name))
