"""The answers of a study, from its trials, its picks and its baselines."""

from dataclasses import replace

from tuner.analysis import (
    Evidence,
    Picks,
    TrialEvidence,
    add_known_averaging,
    answer_parts,
    make_own_answer,
)
from tuner.report.time_spent import measure_time_spent
from tuner.run.baselines import compare_with_baselines, compare_with_guessing
from tuner.run.kept_answers import keep_answer
from tuner.run.picking import PickingResult, describe_picks, pick_to_export
from tuner.run.run import Run
from tuner.run.setup import Setup
from tuner.run.stages import mark_done
from tuner.study import Stage, Study
from tuner.words import join_words

__all__ = ["add_measured_averaging", "answer_own_question", "make_evidence", "pick_and_answer"]


def pick_and_answer(run: Run, seen: TrialEvidence | None) -> tuple[PickingResult, Evidence]:
    """Pick the study's networks, and tell the answer to the space's question.

    Args:
        run: The run.
        seen: What some of its trials showed before; None if nothing.

    Returns:
        The picks, and what all answers of the study rest on.
    """
    setup, study = run.setup, run.study
    picking = pick_to_export(setup, study, seen.cluster_values if seen else None)
    evidence = make_evidence(setup, study, picking.picks, seen)
    answer = answer_own_question(setup, study, evidence)
    run.tell_answer(answer, describe_picks(study, picking.picks))
    keep_answer(study, answer, answer_parts(evidence))  # which take longer
    mark_done(study, Stage.PICKING, picking.basis)
    return picking, evidence


def make_evidence(
    setup: Setup, study: Study, picks: Picks, seen: TrialEvidence | None = None
) -> Evidence:
    """Return what a study's answers rest on, without the baselines.

    Args:
        setup: The study's space, data and settings.
        study: The study.
        picks: The networks that it names.
        seen: What some of its trials showed before. What it compared is not compared again, if
            these are all trials.
    """
    records = tuple(study.list_trials())
    return Evidence(
        record=study.record,
        records=records,
        cluster_values=picks.cluster_values,
        picks=picks,
        baselines=(),
        resume=study.make_command("resume"),
        guessing=compare_with_guessing(setup, study, picks),
        searching=measure_time_spent(study.journal.read(), records).searching,
        max_seconds=setup.settings.max_seconds,
        comparisons=seen.comparisons if seen and len(seen.records) == len(records) else {},
        count_configurations=setup.count_configurations,
    )


def add_measured_averaging(setup: Setup, study: Study, evidence: Evidence) -> Evidence:
    """Return evidence with what averaging folds gains, if the export measured it."""
    picks = add_known_averaging(study, evidence.picks)
    if picks is evidence.picks or not picks.averaging:
        return evidence
    return replace(evidence, picks=picks, guessing=compare_with_guessing(setup, study, picks))


def answer_own_question(setup: Setup, study: Study, evidence: Evidence) -> str:
    """Return the answer to the space's own question, in one sentence, at once.

    Only where a space compares nothing does it depend on the baselines, and on what averaging folds
    gains. They may not be trained yet, and that not be measured: then it is about the networks out
    of fold alone, and says so; the answer after the report has all.
    """
    if evidence.compared is not None:
        return make_own_answer(evidence)
    picks = evidence.picks
    judged = compare_with_baselines(setup, study, picks)
    sentence = make_own_answer(replace(evidence, baselines=judged))
    missing = [] if judged else ["simple classifiers are yet to be compared with it"]
    averages = picks.list_members(picks.exported)[0].folds > 0
    if averages and len(setup.split.test) and not picks.averaging:
        missing.append("what averaging the folds gains is yet to be measured")
    return f"{sentence.removesuffix('.')}; {join_words(missing)}." if missing else sentence
