"""The settings that are compared, against their definition."""

import numpy as np
import pytest

from tuner.analysis.answers.binning import bin_trials


def test_a_few_values_are_compared_one_by_one(made):
    study = made()
    for depth in (2, 0, 1, 2):
        study.add({"depth": depth, "learning_rate": 0.1})
    binning = bin_trials(study.evidence(), "depth")
    assert binning.order == (0, 1, 2)
    assert [binning.get_setting(record) for record in study.records] == [2, 0, 1, 2]


def test_a_range_is_cut_at_quantiles_into_four_parts_at_most(made):
    rng = np.random.default_rng(0)
    study, rates = made(), 10 ** rng.uniform(-3, 0, size=40)
    for rate in rates:
        study.add({"depth": 1, "learning_rate": float(rate)})
    binning = bin_trials(study.evidence(), "learning_rate")
    edges = [float(f"{edge:.2g}") for edge in np.quantile(rates, [0.25, 0.5, 0.75])]
    for record, rate in zip(study.records, rates, strict=True):
        assert binning.get_setting(record) == binning.order[sum(rate >= edge for edge in edges)]
    assert len(binning.order) == 4
    assert binning.order[0] == f"below {edges[0]:g}"
    assert binning.order[1] == f"{edges[0]:g} to {edges[1]:g}"
    assert binning.order[3] == f"{edges[2]:g} or more"


@pytest.mark.parametrize(("trials", "parts"), [(3, 2), (12, 3), (40, 4)])
def test_few_trials_are_cut_into_fewer_parts(made, trials, parts):
    study = made()
    for trial in range(trials):
        study.add({"depth": 1, "learning_rate": 0.01 * (trial + 1)})
    assert len(bin_trials(study.evidence(), "learning_rate").order) == parts


def test_a_draw_counts_once_however_many_settings_share_it(made):
    """Eight rates that three depths share are cut as eight trials are, not as 24."""
    study = made()
    for draw in range(8):
        for depth in range(3):
            study.add({"depth": depth, "learning_rate": 0.01 * (draw + 1)})
    assert bin_trials(study.evidence(), "learning_rate").order == ("below 0.045", "0.045 or more")


def test_texts_are_never_cut_and_what_does_not_act_has_no_setting(made):
    study = made().add({"kind": "none"}).add({"kind": "l2", "strength": 0.1})
    binning = bin_trials(study.evidence(), "kind")
    assert binning.order == ("l2", "none")
    strength = bin_trials(study.evidence(), "strength")
    assert strength.get_setting(study.records[0]) is None
