"""What parts of networks are worth is in the journal, for the model card."""

from tuner.run.part_answers import keep_part_answers, read_part_answers
from tuner.study import EventKind

HELP, NOT = {"Does Adam beat SGD?": "Adam is best."}, {"Does Adam beat SGD?": "SGD is best."}


def test_what_parts_are_worth_is_written_once_and_read_again(make_study):
    study = make_study()
    keep_part_answers(study, "A network.", {})
    assert read_part_answers(study) == {}
    for parts in (HELP, HELP, NOT):
        keep_part_answers(study, "A network.", parts)
    study.journal.append(EventKind.ANSWERED, answer="Another network.")  # with baselines
    assert read_part_answers(study) == NOT
    assert len(list(study.journal.read(EventKind.ANSWERED))) == 3
    assert study.read_answer() == "Another network."
