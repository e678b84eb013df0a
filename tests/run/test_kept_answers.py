"""Answers are in the journal once each, and what parts are worth, for the model card."""

from tests.helpers.setups import write_noisy_study
from tuner.run import answering
from tuner.run.kept_answers import keep_answer, read_part_answers
from tuner.run.run import Run
from tuner.study import EventKind, Listener

HELP, NOT = {"Does Adam beat SGD?": "Adam is best."}, {"Does Adam beat SGD?": "SGD is best."}


def test_what_parts_are_worth_is_written_once_and_read_again(make_study):
    study = make_study()
    keep_answer(study, "A network.", {})
    assert read_part_answers(study) == {}
    assert study.read_answer() == "A network."
    for parts in (HELP, HELP, NOT):
        keep_answer(study, "A network.", parts)
    keep_answer(study, "Another network.")  # with baselines
    keep_answer(study, "Another network.")
    assert read_part_answers(study) == NOT
    assert len(list(study.journal.read(EventKind.ANSWERED))) == 4
    assert study.read_answer() == "Another network."


def test_the_answer_is_told_before_it_is_computed_what_parts_are_worth(
    setup, tmp_path, monkeypatch
):
    told = []

    class Told(Listener):
        def on_answer(self, sentence, picks):
            told.append(sentence)

    def answer_parts(evidence):
        told.append("parts")
        return HELP

    monkeypatch.setattr(answering, "answer_parts", answer_parts)
    run = Run(setup, write_noisy_study(setup, tmp_path / "runs"), [Told()])
    answering.pick_and_answer(run, None)
    assert told == [run.study.read_answer(), "parts"]
    assert read_part_answers(run.study) == HELP
