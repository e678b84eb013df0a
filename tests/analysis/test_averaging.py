"""What averaging networks of folds gains, on rows that no training saw."""

from dataclasses import replace

import numpy as np
import pytest

from tuner.analysis import measure_averaging, pick_networks
from tuner.analysis.averaging import add_averaging, average_score
from tuner.analysis.bias_correction import OutOfBag
from tuner.analysis.picks import add_known_averaging, evaluate_exported
from tuner.scoring import OBJECTIVES, Truth, cross_entropy
from tuner.study import EventKind, describe_networks

Y = np.array([0, 1, 2, 0, 1, 2, 0, 1])


def draw(seed):
    return np.random.default_rng(seed).dirichlet((1, 1, 1), size=len(Y))


def test_the_mean_is_scored_beside_each_fold_alone():
    alone = [draw(seed) for seed in range(3)]
    together, truth = np.mean(alone, axis=0), Truth(Y)
    changes = measure_averaging(alone, together, truth)
    change, error = changes["cross_entropy"]
    gains = cross_entropy(together, Y) - np.mean([cross_entropy(p, Y) for p in alone], axis=0)
    assert change == pytest.approx(gains.mean())
    assert change < 0  # as for any mean
    assert error == pytest.approx(gains.std(ddof=1) / np.sqrt(len(Y)))
    right = [np.mean(p.argmax(axis=1) == Y) for p in (together, *alone)]
    assert changes["accuracy"][0] == pytest.approx(right[0] - np.mean(right[1:]))
    assert set(changes) <= set(OBJECTIVES)


def test_one_cluster_of_held_out_rows_tells_nothing():
    together, groups = draw(0), np.zeros(len(Y), int)
    assert measure_averaging([draw(1), draw(2)], together, Truth(Y, groups)) == {}


def test_its_error_is_part_of_the_score_s():
    values = OutOfBag.from_values(np.linspace(0.2, 0.6, 40))
    changed = add_averaging(values, "cross_entropy", {"cross_entropy": (-0.1, 0.05)})
    assert changed.score == pytest.approx(values.score - 0.1)
    assert changed.standard_error**2 == pytest.approx(values.standard_error**2 + 0.05**2)
    assert add_averaging(values, "accuracy", {"cross_entropy": (-0.1, 0.05)}) is values


@pytest.mark.parametrize(
    ("objective", "change", "score"), [("cross_entropy", -0.9, 0.0), ("accuracy", 0.9, 1.0)]
)
def test_no_score_is_better_than_the_best_there_is(objective, change, score):
    values = OutOfBag.from_values(np.linspace(0.2, 0.6, 40))
    changed = add_averaging(values, objective, {objective: (change, 0.05)})
    assert changed.score == pytest.approx(score)


def test_a_score_of_all_right_rows_is_not_passed():
    gains = {"accuracy": (0.01, 0.004)}
    assert average_score(0.98, 0.003, "accuracy", gains) == pytest.approx((0.99, 0.005))
    assert average_score(0.995, 0.003, "accuracy", gains) == pytest.approx((1.0, 0.005))
    assert average_score(0.98, 0.003, "roc_auc", gains) == (0.98, 0.003)


def test_picks_have_what_the_export_has_measured(make_study, make_record, problem):
    study = make_study()
    for trial, noise in enumerate((1.5, 0.5, 1.5)):
        study.write_trial(make_record(trial, noise=noise, parameters=10 + trial), {})
    picked = pick_networks(study, problem.truth)
    members = tuple(replace(member, folds=3) for member in picked.ensemble.members)
    picks = replace(picked, ensemble=replace(picked.ensemble, members=members, better=True))
    assert add_known_averaging(study, picks) == picks
    averaging = {"cross_entropy": (-0.01, 0.002), "accuracy": (-0.02, 0.001)}
    study.journal.append(
        EventKind.TESTED,
        **describe_networks(members),
        temperature=picks.calibration.temperature,
        test={"accuracy": [0.9, 0.1]},
        averaging=averaging,
    )
    added = add_known_averaging(study, picks)
    assert added.averaging == averaging
    assert added.out_of_bag.score == pytest.approx(picks.out_of_bag.score - 0.01, abs=1e-6)
    assert add_known_averaging(study, added) is added  # not twice
    assert evaluate_exported(study, problem.truth, added, "cross_entropy") is added.out_of_bag
    assert add_known_averaging(study, picked) is picked  # which exports no networks of folds
