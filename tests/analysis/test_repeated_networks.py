"""What several networks of a trial gain, estimated from the trial that is most like it."""

import dataclasses

import numpy as np
import pytest

from tests.helpers.ensembles import make_library
from tuner.analysis.repeated_networks import count_pairs, find_nearest
from tuner.scoring import OBJECTIVES


def overfit(record, training):
    """Return the record of a trial whose training loss is known."""
    curves = {"loss": [[training]] * 3, "val_loss": [[record.result.score]] * 3}
    return dataclasses.replace(
        record, result=dataclasses.replace(record.result, curves=curves, epoch=1)
    )


def test_the_gain_is_what_averaging_independent_networks_takes_off():
    """Logits with normal noise of their own: any two networks differ as those of one trial do."""
    rng = np.random.default_rng(0)
    truth = rng.normal(1.0, 1.0, 20_000)
    networks = 1 / (1 + np.exp(-(truth + rng.normal(0, 0.5, (5, 20_000)))))
    _, disagreement = find_nearest(networks[0], [networks[1]])
    losses = -np.log(networks).mean(axis=1)
    gained = losses.mean() + np.log(networks.mean(axis=0)).mean()
    assert count_pairs(5, 5) * disagreement == pytest.approx(gained, rel=0.1)


def test_the_most_similar_trial_is_the_nearest():
    own = np.array([0.5, 0.6, 0.9])
    assert find_nearest(own, [own[::-1], own + 0.01, own - 0.3])[0] == 1
    assert find_nearest(own, []) == (None, 0.0)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_an_ensemble_of_one_trial_gains_if_its_networks_overfit(make_record, problem, objective):
    records = [make_record(trial, noise=1.5) for trial in range(3)]
    plain, _ = make_library(records, problem, objective)
    careful, _ = make_library([overfit(r, r.result.score) for r in records], problem, objective)
    library, _ = make_library([overfit(r, 0.0) for r in records], problem, objective)
    alone, repeated = (library.score([count, 0, 0], objective).mean() for count in (1, 5))
    gain = alone - repeated if OBJECTIVES[objective].direction == "min" else repeated - alone
    assert gain > 0
    for without in (plain, careful):
        assert without.score([5, 0, 0], objective).mean() == pytest.approx(alone)
    apart = library.average([1, 1, 1])
    values = library.scoring.score_clusters[objective](apart)
    np.testing.assert_allclose(library.score([1, 1, 1], objective), values)
