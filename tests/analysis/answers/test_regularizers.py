"""Which regularizer helps, how strong it should be, and how much dropout helps."""

from tests.helpers.made_studies import KINDS, make_regularized_study
from tuner.analysis.answers.regularizers import dropout_answer, kind_answer, strength_answer


def test_what_is_said_of_strengths():
    evidence = make_regularized_study().evidence()
    answer = strength_answer(evidence, "strength")
    assert answer.title == "How strong should a penalty be?"
    assert answer.sentences == (
        "With kind l2, the best of 5 trials has strength 0.0001: training loss 0.100, validation "
        "loss 0.500; trials overfit up to 1e-5 (2 of 5) and underfit from 0.001 on (2 of 5).",
    )
    assert answer.log
    answer = strength_answer(evidence, "radius")
    assert answer.sentences == (
        "With kind max_norm, the best of 5 trials has radius 3: training loss 0.100, validation "
        "loss 0.500; trials overfit from 4 on (2 of 5) and underfit up to 2 (2 of 5).",
    )
    assert [point.pruned for point in answer.points] == [True, False, False, False, False]
    assert not answer.log


def test_whether_any_kind_helps(made):
    def says(shift):
        study = made(KINDS)
        for drawn in range(8):
            study.add({"kind": "none"}, 0.5 + 0.01 * drawn)
            study.add({"kind": "l2", "strength": 1e-4}, shift + 0.01 * drawn)
        return kind_answer(study.evidence()).sentences

    assert says(0.0)[-1] == (
        "A regularizer helps: l2 is better than none by 0.5000 (95 % interval 0.4956 to 0.5044)."
    )
    assert says(0.501)[-1] == "Nothing shows that a regularizer is better than none."
    assert says(0.9)[-1] == "Nothing shows that a regularizer is better than none."


def test_a_kind_of_which_no_trial_was_completed(made):
    study = made(KINDS).add({"kind": "none"})
    study.add({"kind": "l2", "strength": 1e-4}, status="pruned")
    assert strength_answer(study.evidence(), "strength").sentences == (
        "With kind l2, none of 1 trial was completed.",
    )


def test_dropout_by_width(made):
    study = made("[network]\nunits = [8, 16]\n[regularizer]\ndropout = [0.0, 0.2, 0.4]")
    for drawn in range(8):
        for units in (8, 16):
            for rate in (0.0, 0.2, 0.4):
                away = abs(rate - (units - 8) / 40)  # 0 and 0.2 are best
                shift = away + 0.01 * drawn
                train = 0.5 if rate < (units - 8) / 40 else 0.5 + 2 * away
                values = {"units": units, "dropout": rate}
                study.add(values, shift, losses=(train, 0.9 + 2 * away))
    answer = dropout_answer(study.evidence())
    assert answer.sentences[0] == (
        "Dropout rate 0 has the best score, cross-entropy 1.000 (95 % interval 0.810 to 1.190); "
        "dropout rate 0.2 cannot be told apart from it."
    )
    assert answer.sentences[2:] == (
        "With 8 units, the best of 24 trials has dropout 0: training loss 0.500, validation loss "
        "0.900; trials underfit from 0.2 on (16 of 24).",
        "With 16 units, the best of 24 trials has dropout 0.2: training loss 0.500, validation "
        "loss 0.900; trials overfit up to 0 (8 of 24) and underfit from 0.4 on (8 of 24).",
    )
    assert ({point.group for point in answer.points}, answer.group) == ({8, 16}, "units")
