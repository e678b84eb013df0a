"""The answers of a study, from its trials, its picks and its baselines."""

from dataclasses import replace

from tuner.analysis import Answers, Evidence, JudgedBaseline, Picks, make_answers, make_own_answer
from tuner.run.baselines import compare_with_baselines, compare_with_guessing
from tuner.run.setup import Setup
from tuner.study import Study

__all__ = ["answer_own_question", "answer_questions"]


def answer_own_question(setup: Setup, study: Study, picks: Picks) -> str:
    """Return the answer to the space's own question, in one sentence, at once.

    Only where a space compares nothing does it depend on the baselines. They may not be trained
    yet: then it is about the networks alone, and says so; the answer after the report has both.
    """
    evidence = _make_evidence(setup, study, picks, ())
    if evidence.compared is not None:
        return make_own_answer(evidence)
    judged = compare_with_baselines(setup, study, picks)
    sentence = make_own_answer(replace(evidence, baselines=judged))
    if judged:
        return sentence
    return f"{sentence.removesuffix('.')}; simple classifiers are yet to be compared with it."


def answer_questions(
    setup: Setup, study: Study, picks: Picks, judged: tuple[JudgedBaseline, ...] | None = None
) -> Answers:
    """Return all answers of a study.

    Args:
        setup: The study's space, data and settings.
        study: The study.
        picks: The networks that it names.
        judged: The baselines, compared with what is exported. Compared here if None.
    """
    return make_answers(_make_evidence(setup, study, picks, judged))


def _make_evidence(
    setup: Setup, study: Study, picks: Picks, judged: tuple[JudgedBaseline, ...] | None = None
) -> Evidence:
    return Evidence(
        study=study.record,
        records=tuple(sorted(study.read_trials(), key=lambda trial: trial.trial)),
        cluster_values=picks.cluster_values,
        best=picks.best,
        smallest=picks.smallest,
        baselines=compare_with_baselines(setup, study, picks) if judged is None else judged,
        resume=study.make_command("resume"),
        ensemble=picks.ensemble,
        corrected=picks.out_of_bag,
        guessing=compare_with_guessing(setup, study, picks),
    )
