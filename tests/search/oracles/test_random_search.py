"""Random search."""

from dataclasses import replace

from tests.helpers.oracles import INFINITE, ask_many, drive, make_oracle, tell_score
from tests.helpers.spaces import make_space
from tuner.space import load_space


def test_each_compared_value_gets_an_equal_share(tmp_path):
    proposed = drive(make_oracle("random", load_space("mlp_depth"), tmp_path), 14)
    depths = [values["depth"] for values, _ in proposed]
    assert sorted(depths) == sorted(list(range(7)) * 2)
    assert sorted(depths[:7]) == list(range(7))


def test_a_compared_value_without_untried_configurations_leaves_its_share_to_others(tmp_path):
    space = make_space(
        "[network]\nunits = 8\n[regularizer]\n"
        'kind = ["none", "l2"]\nstrength = { min = 0.1, max = 1.0 }\n'
    )
    oracle = make_oracle("random", replace(space, compare="kind"), tmp_path)
    kinds = [values["kind"] for values, _ in drive(oracle, 6)]
    assert kinds.count("none") == 1


def split_rounds(proposed, settings):
    """Return the learning rates of each round, by trials in the order of their numbers."""
    rates = [values["learning_rate"] for values, _ in proposed]
    return [rates[first : first + settings] for first in range(0, len(rates), settings)]


def test_the_settings_of_a_round_have_the_same_draw(tmp_path):
    proposed = drive(make_oracle("random", load_space("mlp_depth"), tmp_path), 56)
    rounds = split_rounds(proposed, 7)
    assert all(len(set(rates)) == 1 for rates in rounds)
    assert len({rates[0] for rates in rounds}) == 8


def test_the_draws_cover_a_range_evenly(tmp_path):
    space = load_space("mlp_depth")
    rates = [r[0] for r in split_rounds(drive(make_oracle("random", space, tmp_path), 56), 7)]
    domain = space.find_hyperparameter("learning_rate").domain
    assert len({int(5 * domain.find_share(rate)) for rate in rates}) == 5


def test_settings_share_what_they_have_in_common(tmp_path):
    proposed = drive(make_oracle("random", load_space("mlp_regularizer"), tmp_path), 10)
    for first in (0, 5):
        by_kind = {values["kind"]: values for values, _ in proposed[first : first + 5]}
        assert by_kind["l1"]["strength"] == by_kind["l2"]["strength"]
        assert len({values["learning_rate"] for values in by_kind.values()}) == 1
        assert "strength" not in by_kind["none"]


def test_later_rounds_refine_what_each_setting_has_found(tmp_path):
    """`score` favours small learning rates; the best two of eight even draws are refined."""
    space = load_space("mlp_depth")
    proposed = drive(make_oracle("random", space, tmp_path), 16 * 7)
    domain = space.find_hyperparameter("learning_rate").domain
    shares = [[domain.find_share(r) for r in rates] for rates in split_rounds(proposed, 7)]
    best = sorted(rates[0] for rates in shares[:8])[:2]
    for rates in shares[8:12]:
        assert all(min(abs(share - centre) for centre in best) <= 0.126 for share in rates)
    for rates in shares[12:]:
        assert all(share <= best[1] + 0.19 for share in rates)


def test_a_round_that_refines_waits_for_the_trials_it_rests_on(tmp_path):
    space = make_space(INFINITE)
    oracle = make_oracle("random", replace(space, compare="depth"), tmp_path)
    assert [job.trial for job in ask_many(oracle, 100)] == list(range(16))
    for trial in range(15):
        tell_score(oracle, trial, 1.0)
    assert oracle.ask() is None
    assert not oracle.exhausted
    tell_score(oracle, 15, None)
    assert len(ask_many(oracle, 100)) == 8


def test_where_nothing_untried_is_near_the_whole_space_is_drawn_from(tmp_path):
    """Near a configuration without a penalty there is no other one: its choices stay."""
    space = make_space(
        "[network]\ndepth = [0, 1]\nunits = 8\n"
        '[regularizer]\nkind = ["none", "l2"]\nstrength = { min = 1e-4, max = 0.1, log = true }\n'
        "[sgd]\nlearning_rate = [0.001, 0.01, 0.1]\n"
    )
    oracle = make_oracle("random", replace(space, compare="depth"), tmp_path)
    proposed = [tuple(sorted(values.items())) for values, _ in drive(oracle, 60)]
    assert len(set(proposed)) == 60
