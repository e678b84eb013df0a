"""Where networks under- and overfit, against a plain loop."""

import numpy as np

from tests.helpers.made_studies import KINDS, make_regularized_study
from tuner.analysis.answers.overfitting import find_spans, make_points


def test_under_and_overfitting_are_parts_of_what_is_lost_to_the_best(made):
    rng, study = np.random.default_rng(0), made(KINDS)
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


def test_a_network_that_overfits_at_once_does_not_underfit(made):
    """Its best epoch is early, where its training loss is still high."""
    late, early = [0.7, 0.4, 0.2], [0.33, 0.05, 0.01]
    study = made(KINDS)
    for strength, train, validation, epoch in (
        (1e-2, late, [0.9, 0.7, 0.6], 3),
        (1e-6, early, [0.9, 1.0, 1.4], 1),
    ):
        curves = {"loss": [train] * 4, "val_loss": [validation] * 4}
        study.add({"kind": "l2", "strength": strength}, curves=curves, epoch=epoch)
    weak, strong = make_points(study.evidence(), "strength", "kind")
    assert (weak.fit, strong.fit) == ("overfits", "good")
    assert (weak.train_loss, weak.validation_loss) == (0.33, 0.9)


def test_spans_go_from_either_end_as_long_as_all_trials_of_a_value_do():
    evidence = make_regularized_study().evidence()
    spans = find_spans(make_points(evidence, "strength", "kind"))
    found = {(span.group, span.fit): (span.low, span.high, span.trials) for span in spans}
    assert found == {("l2", "underfits"): (1e-3, 1e-2, 2), ("l2", "overfits"): (1e-6, 1e-5, 2)}
    spans = find_spans(make_points(evidence, "radius", "kind"), stronger_is_less=True)
    found = {span.fit: (span.low, span.high) for span in spans}
    assert found == {"underfits": (1.0, 2.0), "overfits": (4.0, 5.0)}


def test_a_value_at_which_one_trial_does_well_ends_a_span(made):
    study = made(KINDS)
    for strength, validation in ((1e-5, 0.5), (1e-3, 2.0), (1e-2, 2.0), (1e-2, 0.55)):
        losses = (validation - 0.4, validation)
        study.add({"kind": "l2", "strength": strength}, losses=losses)
    assert find_spans(make_points(study.evidence(), "strength", "kind")) == ()
