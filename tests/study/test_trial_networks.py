"""Which networks a model averages, from its JSON and in the journal."""

import pytest

from tuner.study import TrialNetworks, describe_networks, have_same_networks, read_networks

OF_FOLDS = TrialNetworks(3, 2, folds=5, on_all_rows=1)


@pytest.mark.parametrize(
    ("pick", "networks"),
    [
        ({"trial": 3, "hyperparameters": {}}, (TrialNetworks(3, 1),)),
        (  # of an earlier version
            {"trial": 3, "members": [{"trial": 3, "networks": 2}, {"trial": 7, "networks": 1}]},
            (TrialNetworks(3, 2), TrialNetworks(7, 1)),
        ),
        (
            {"members": [{"trial": 3, "networks": 2, "folds": 5, "on_all_rows": 1}]},
            (OF_FOLDS,),
        ),
    ],
)
def test_the_networks_of_a_pick_are_read_from_its_json(pick, networks):
    assert read_networks(pick) == networks


def test_networks_of_a_trial_are_counted_by_what_predicts():
    assert TrialNetworks(3, 2).count == 2
    assert TrialNetworks(3, 2, folds=5).count == 5
    assert OF_FOLDS.count == 6
    assert (TrialNetworks(3, 1).label, OF_FOLDS.label) == ("3", "3 ×2")


def test_models_are_of_the_same_networks_whatever_a_description_leaves_out():
    described = describe_networks([TrialNetworks(3, 2)])
    assert described == {"networks": {"3": 2}}
    assert have_same_networks({**described, "folds": 0, "on_all_rows": {}}, described)
    assert describe_networks([OF_FOLDS]) == {**described, "folds": 5, "on_all_rows": {"3": 1}}
    assert not have_same_networks(describe_networks([OF_FOLDS]), described)
