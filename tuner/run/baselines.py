"""Train simple classifiers on the same folds, for comparison."""

from dataclasses import replace

from tuner.analysis import (
    JudgedBaseline,
    Picks,
    evaluate_exported,
    is_right_more_often,
    judge_baselines,
    judge_guessing,
    load_baselines,
    load_or_train_baselines,
    set_guessed_accuracy,
)
from tuner.run.setup import Setup
from tuner.study import Study

__all__ = ["compare_with_baselines", "compare_with_guessing", "ensure_baselines", "has_baselines"]


def has_baselines(study: Study) -> bool:
    """Return whether the study's folder has baselines of this version."""
    return bool(load_baselines(study))


def ensure_baselines(setup: Setup, study: Study) -> None:
    """Train the baselines and keep them in the study's folder, if it has none.

    Raises:
        StudyError: They cannot be written.
    """
    load_or_train_baselines(study, setup.problem)


def compare_with_baselines(setup: Setup, study: Study, picks: Picks) -> tuple[JudgedBaseline, ...]:
    """Compare the baselines in the study's folder with the network that it exports.

    The majority class is that of `compare_with_guessing`: a study says one thing of it, with other
    baselines and without.

    Returns:
        Empty if the study has no baselines of this version.
    """
    record = study.record
    judged = judge_baselines(
        load_baselines(study),
        picks.out_of_bag,
        setup.truth,
        record.split,
        objective=record.objective.name,
    )
    if not judged:
        return judged
    majority, *others = judged
    guessing = compare_with_guessing(setup, study, picks)
    if guessing is not None:
        return replace(guessing, seconds=majority.seconds), *others
    if record.objective.name != "accuracy":
        majority = set_guessed_accuracy(majority, setup.truth)
    return _judge_by_right_rows(majority, setup, study, picks), *others


def compare_with_guessing(setup: Setup, study: Study, picks: Picks) -> JudgedBaseline | None:
    """Compare the majority class alone with the network that a study exports.

    Returns:
        None where class weights train networks for another goal than the objective.
    """
    split, objective = study.record.split, study.record.objective.name
    judged = judge_guessing(setup.problem, picks.out_of_bag, split, objective=objective)
    return judged and _judge_by_right_rows(judged, setup, study, picks)


def _judge_by_right_rows(
    judged: JudgedBaseline, setup: Setup, study: Study, picks: Picks
) -> JudgedBaseline:
    """Return the judged majority class, which loses, too, if clearly fewer rows are right.

    By the cross-entropy on few rows the loss of one mistake hides all that a network knows.
    """
    if judged.verdict == "loses" or study.record.objective.name != "cross_entropy":
        return judged
    right = evaluate_exported(study, setup.truth, picks, "accuracy")
    if not is_right_more_often(right, setup.truth):
        return judged
    return replace(judged, verdict="loses", by_rows=True)
