"""Where networks under- and overfit, against a plain loop, and what is said of strengths."""

import numpy as np
import pytest

from tuner.analysis.answers.overfitting import find_spans, make_points
from tuner.analysis.answers.regularizers import dropout_answer, kind_answer, strength_answer

SPACE = """
compare = "kind"
[regularizer]
kind = ["none", "l2", "max_norm"]
strength = { min = 1e-6, max = 1e-2, log = true }
radius = { min = 0.5, max = 5.0 }
[sgd]
learning_rate = 0.1
"""
STRENGTHS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)


@pytest.fixture
def evidence(made):
    """Five strengths: at the first two the gap is wide, at the last two the training loss high."""
    study = made(SPACE)
    for place, strength in enumerate(STRENGTHS):
        away = abs(place - 2)
        losses = (0.1 + 0.6 * max(place - 2, 0), 0.5 + 0.6 * away)
        study.add({"kind": "none"}, 0.5)
        study.add({"kind": "l2", "strength": strength}, 0.3 * away, losses=losses)
        status = "pruned" if place == 4 else "completed"
        values = {"kind": "max_norm", "radius": 5.0 - place}
        study.add(values, 0.3 * away, status, losses=losses)
    return study.evidence()


def test_under_and_overfitting_are_parts_of_what_is_lost_to_the_best(made):
    rng, study = np.random.default_rng(0), made(SPACE)
    for trial in range(30):
        train, gap = rng.uniform(0, 1, size=2)
        values = {"kind": "l2", "strength": 1e-6 * (trial + 1)}
        study.add(values, losses=(train, train + gap))
    points = make_points(study.evidence(), "strength", "kind")
    assert [point.x for point in points] == [1e-6 * (trial + 1) for trial in range(30)]
    best = min(points, key=lambda point: point.validation_loss)
    error = study.records[best.trial].result.standard_errors["cross_entropy"]
    for point in points:
        higher = point.train_loss - best.train_loss
        lost = point.validation_loss - best.validation_loss
        expected = "good" if lost <= error else "underfits" if higher > lost / 2 else "overfits"
        assert point.fit == expected
    assert {point.fit for point in points} == {"good", "underfits", "overfits"}


def test_spans_go_from_either_end_as_long_as_all_trials_of_a_value_do(evidence):
    spans = find_spans(make_points(evidence, "strength", "kind"))
    found = {(span.group, span.fit): (span.low, span.high, span.trials) for span in spans}
    assert found == {("l2", "underfits"): (1e-3, 1e-2, 2), ("l2", "overfits"): (1e-6, 1e-5, 2)}
    spans = find_spans(make_points(evidence, "radius", "kind"), stronger_is_less=True)
    found = {span.fit: (span.low, span.high) for span in spans}
    assert found == {"underfits": (1.0, 2.0), "overfits": (4.0, 5.0)}


def test_a_value_at_which_one_trial_does_well_ends_a_span(made):
    study = made(SPACE)
    for strength, validation in ((1e-5, 0.5), (1e-3, 2.0), (1e-2, 2.0), (1e-2, 0.55)):
        losses = (validation - 0.4, validation)
        study.add({"kind": "l2", "strength": strength}, losses=losses)
    assert find_spans(make_points(study.evidence(), "strength", "kind")) == ()


def test_what_is_said_of_strengths(evidence):
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
        study = made(SPACE)
        for drawn in range(5):
            study.add({"kind": "none"}, 0.5 + 0.01 * drawn)
            study.add({"kind": "l2", "strength": 1e-4}, shift + 0.01 * drawn)
        return kind_answer(study.evidence()).sentences

    assert says(0.0)[-1] == (
        "A regularizer helps: l2 is better than none by 0.500 (95 % interval 0.472 to 0.528)."
    )
    assert says(0.501)[-1] == "Nothing shows that a regularizer is better than none."
    assert says(0.9)[-1] == "Nothing shows that a regularizer is better than none."


def test_a_kind_of_which_no_trial_was_completed(made):
    study = made(SPACE).add({"kind": "none"})
    study.add({"kind": "l2", "strength": 1e-4}, status="pruned")
    assert strength_answer(study.evidence(), "strength").sentences == (
        "With kind l2, none of 1 trial was completed.",
    )


def test_dropout_by_width(made):
    study = made("[network]\nunits = [8, 16]\n[regularizer]\ndropout = [0.0, 0.2, 0.4]")
    for drawn in range(5):
        for units in (8, 16):
            for rate in (0.0, 0.2, 0.4):
                away = abs(rate - (units - 8) / 40)  # 0 and 0.2 are best
                shift = away + 0.01 * drawn
                train = 0.5 if rate < (units - 8) / 40 else 0.5 + 2 * away
                values = {"units": units, "dropout": rate}
                study.add(values, shift, losses=(train, 0.9 + 2 * away))
    answer = dropout_answer(study.evidence())
    assert answer.sentences[0] == (
        "Dropout rate 0 has the best score, cross-entropy 1.000 (95 % interval 0.847 to 1.153); "
        "dropout rate 0.2 cannot be told apart from it."
    )
    assert answer.sentences[2:] == (
        "With 8 units, the best of 15 trials has dropout 0: training loss 0.500, validation loss "
        "0.900; trials underfit from 0.2 on (10 of 15).",
        "With 16 units, the best of 15 trials has dropout 0.2: training loss 0.500, validation "
        "loss 0.900; trials overfit up to 0 (5 of 15) and underfit from 0.4 on (5 of 15).",
    )
    assert {point.group for point in answer.points} == {8, 16}
