"""Whether trials answer the question of a space."""

import pytest

from tuner.analysis.answers import is_answered
from tuner.analysis.setting_records import Comparison, Setting

REGULARIZERS = (
    'compare = "kind"\n[regularizer]\nkind = ["none", "l1", "l2"]\nstrength = 0.1\n'
    "[sgd]\nlearning_rate = {min = 0.1, max = 0.2}\n"
)


@pytest.fixture
def answers(made):
    """Say whether a comparison that is made answers a space; the first value is the best."""

    def is_it(name, values, *, told=(), still_open=(), rounds=8, space=None):
        study = made(space) if space else made()
        for value in values:
            study.add({name: value})
        settings = tuple(Setting(v, rounds, n, 0.1 * n, (0.0, 1.0)) for n, v in enumerate(values))
        alike = tuple(value for value in values if value not in told)
        evidence = study.evidence()
        evidence.comparisons[name] = Comparison(rounds, settings, (), alike, tuple(still_open))
        return is_answered(evidence)

    return is_it


def test_how_large_a_network_must_be_is_answered_by_the_smallest_that_is_not_worse(answers):
    depths = (4, 3, 1, 0)
    assert answers("depth", depths, told=[0], still_open=[3])
    assert answers("depth", depths, still_open=[3, 1])
    assert not answers("depth", depths, told=[0], still_open=[1])
    assert not answers("depth", depths, still_open=[0])
    assert answers("depth", (0, 4, 1), still_open=[4, 1])


def test_depths_with_as_many_parameters_are_no_sizes(made):
    study = made()
    for depth in (1, 2, 3):
        study.add({"depth": depth, "parameters": 20_000})
    evidence = study.evidence()
    settings = tuple(Setting(v, 8, v - 1, 0.1 * v, (0.0, 1.0)) for v in (1, 2, 3))
    evidence.comparisons["depth"] = Comparison(8, settings, (), (1, 2, 3), (3,))
    assert not is_answered(evidence)


def test_all_settings_are_asked_about_for_eight_rounds(answers):
    assert not answers("depth", (4, 3, 0), told=[0], still_open=[4], rounds=7)
    assert answers("depth", (4, 3, 0), told=[0], rounds=6)


def test_which_setting_is_best_is_answered_when_none_is_open(answers):
    kinds = ("l2", "l1", "none")
    assert not answers("kind", kinds, told=["none"], still_open=["l1"], space=REGULARIZERS)
    assert answers("kind", kinds, told=["none"], space=REGULARIZERS)


def test_nothing_is_answered_without_a_completed_trial_of_any_setting(made):
    evidence = made().add({"depth": 0}).evidence()
    evidence.comparisons["depth"] = Comparison(8, (), (), ())
    assert not is_answered(evidence)
