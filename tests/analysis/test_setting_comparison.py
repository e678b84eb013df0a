"""Which settings are told apart, and that chance tells few apart."""

from dataclasses import asdict, replace
from itertools import islice, pairwise

import numpy as np
import pytest

from benchmarks.comparisons import LUCK, PRUNED, made, rates, trained
from tests.helpers.problems import make_split
from tests.helpers.spaces import make_space
from tuner.analysis import setting_comparison
from tuner.analysis.setting_comparison import (
    compare_settings,
    find_untried_shares,
    make_value_getter,
)
from tuner.scoring import find_objective
from tuner.space import Space, load_space
from tuner.study import TrialRecord
from tuner.training import TrialResult

ROWS = 120
SPLIT = make_split(np.arange(ROWS) % 2, classes=["a", "b"], folds=4, test_size=0.0, seed=0)


def losses(shift, seed, noise=0.2):
    """Losses by row of a network: all find the same rows hard."""
    hard = np.random.default_rng(99).exponential(size=ROWS)
    return hard + shift + noise * np.random.default_rng(seed).normal(size=ROWS)


class Trials:
    """Trials by number, and their losses by row."""

    def __init__(self):
        self.records, self.cluster_values = [], {}

    def add(self, setting, shift=0.0, status="completed", split=SPLIT, *, values=None, **fields):
        trial = len(self.records)
        values = losses(shift, trial) if values is None else values
        result = TrialResult(trial, status, parameters=10)
        if status != "failed":
            self.cluster_values[trial] = values
            result = replace(
                result,
                score=float(values.mean()),
                standard_error=float(values.std(ddof=1) / np.sqrt(ROWS)),
                fold_scores=tuple(float(values[fold.validation].mean()) for fold in split.folds),
                **fields,
            )
        self.records.append(TrialRecord(trial, {"depth": setting}, {}, result))
        return self

    def change(self, trial, **fields):
        record = self.records[trial]
        self.records[trial] = replace(record, result=replace(record.result, **fields))

    def compare(self, maximise=False, split=SPLIT, untried=None, objective=None):
        return compare_settings(
            self.records,
            self.cluster_values,
            get_setting=make_value_getter("depth"),
            split=split,
            objective=objective or find_objective("max made" if maximise else "min made"),
            untried=untried,
        )


def test_what_differs_clearly_is_told_apart_and_what_hardly_does_is_not():
    trials = Trials()
    for drawn in range(6):
        for depth, shift in ((0, 1.0), (1, 0.01), (2, 0.0)):
            trials.add(depth, shift + 0.02 * drawn)
    compared = trials.compare()
    best = compared.settings[0].value
    assert set(compared.not_told_apart) == {1, 2}
    assert compared.not_told_apart[0] == best
    apart = {pair.second: pair.told_apart for pair in compared.pairs}
    assert apart == {0: True, 3 - best: False}
    assert all(pair.first == best for pair in compared.pairs)
    for pair in compared.pairs:
        low, high = pair.interval
        assert low < pair.difference < high
        assert pair.p <= pair.adjusted_p
        assert pair.difference <= 0  # the first is the better one


@pytest.mark.parametrize(("unsure", "told"), [(0.04, False), (0.4, True)])
def test_of_networks_without_a_mistake_the_surer_is_better_if_the_gain_is_that_of_some_mistakes(
    unsure, told
):
    """One is surer of every row."""
    trials = Trials()
    spread = np.random.default_rng(0).uniform(0.9, 1.1, ROWS)
    for drawn in range(7):
        less = unsure * (1 + 0.001 * drawn) * spread
        trials.add(0, values=less).add(1, values=less * (0.5 if told else 0.1))
    objective = find_objective("cross_entropy")
    assert trials.compare().pairs[0].told_apart  # whatever a mistake costs
    assert trials.compare(objective=objective).pairs[0].told_apart == told


def test_intervals_are_plain_numbers_that_allow_for_mistakes_that_no_row_shows():
    trials = Trials()
    for drawn in range(7):
        sure = 1e-4 * np.random.default_rng(drawn).uniform(0.9, 1.1, ROWS)
        trials.add(0, values=sure).add(1, values=sure)
    usual, near_zero = (
        trials.compare(objective=objective).settings[0].interval
        for objective in (None, find_objective("cross_entropy"))
    )
    assert {type(end) for end in (*usual, *near_zero)} == {float}
    assert usual[1] - usual[0] < 1e-5
    assert near_zero[1] - near_zero[0] > 0.1


def test_of_settings_with_the_same_score_the_one_with_the_smallest_network_is_best():
    trials = Trials()
    for drawn in range(6):
        for depth in (2, 1, 3):
            trials.add(depth, values=losses(0.01 * drawn, 0))
    for trial, record in enumerate(trials.records):
        trials.change(trial, parameters=10 * record.hyperparameters["depth"])
    assert [setting.value for setting in trials.compare().settings] == [1, 2, 3]


def test_a_setting_that_was_tried_more_often_has_no_advantage():
    trials = Trials()
    for depth, shift in ((0, 0.5), (1, 0.4), (0, 0.6), (1, 0.7), (1, 0.0), (1, 0.0)):
        trials.add(depth, shift)
    compared = trials.compare()
    assert compared.rounds == 2
    assert {each.value: (each.trials, each.trial) for each in compared.settings} == {
        0: (2, 0),
        1: (4, 1),
    }


def test_the_order_in_which_trials_ended_does_not_matter():
    trials = Trials()
    for depth in (0, 1, 0, 1, 1):
        trials.add(depth, 0.1 * depth)
    expected = trials.compare()
    trials.records.reverse()
    assert asdict(trials.compare()) == asdict(expected)


def test_more_is_better_where_the_objective_says_so():
    trials = Trials()
    for _ in range(7):
        trials.add(0, 0.0).add(1, 1.0)
    assert trials.compare().settings[0].value == 0
    compared = trials.compare(maximise=True)
    assert compared.settings[0].value == 1
    assert compared.pairs[0].difference > 0.9
    assert compared.not_told_apart == (1,)


def test_a_setting_without_a_completed_trial_stands_last_and_in_no_pair():
    trials = Trials().add(0).add(1, 0.1).add(2, status="failed").add(3, status="pruned").add(0)
    compared = trials.compare()
    assert [each.value for each in compared.settings[2:]] == [2, 3]
    assert all(each.trial is each.score is each.interval is None for each in compared.settings[2:])
    assert len(compared.pairs) == 1
    assert compared.rounds == 1  # of settings that have a completed trial


def test_one_setting_alone_is_the_best_and_none_at_all_is_nothing():
    compared = Trials().add("l2").add("l2").compare()
    assert (compared.pairs, compared.not_told_apart) == ((), ("l2",))
    compared = Trials().add("l2", status="failed").compare()
    assert (compared.rounds, compared.pairs, compared.not_told_apart) == (0, (), ())
    assert [each.value for each in compared.settings] == ["l2"]
    assert Trials().compare().settings == ()


def test_a_trial_without_a_setting_is_left_out_and_ranges_are_cut_by_the_caller():
    trials = Trials()
    for depth in (0, 1, 4, 5, 9):
        trials.add(depth, depth / 5)
    compared = compare_settings(
        trials.records,
        trials.cluster_values,
        get_setting=lambda record: (
            None if record.trial == 4 else record.hyperparameters["depth"] > 2
        ),
        split=SPLIT,
        objective=find_objective("min made"),
    )
    assert [(each.value, each.trials) for each in compared.settings] == [(False, 2), (True, 2)]


def test_two_folds_that_agree_by_chance_are_no_proof():
    """Two folds with the same difference: their own variance is 0, that over rows is not."""
    split = make_split(np.arange(ROWS) % 2, classes=["a", "b"], folds=2, test_size=0.0, seed=0)
    trials = Trials().add(0, split=split).add(1, split=split)
    trials.change(0, fold_scores=(0.5, 0.6))
    trials.change(1, fold_scores=(0.51, 0.61))
    (pair,) = trials.compare(split=split).pairs
    error = np.sqrt((trials.cluster_values[0] - trials.cluster_values[1]).var(ddof=1) / ROWS)
    assert pair.interval[1] - pair.difference == pytest.approx(
        1.9801 * np.sqrt(3) * error, rel=1e-4
    )
    assert not pair.told_apart


def test_chance_in_training_widens_the_intervals_of_settings_but_not_of_their_differences():
    trials = Trials()
    for drawn in range(6):
        trials.add(0, 0.3 + 0.02 * drawn).add(1, 0.02 * drawn)
    steady = trials.compare()
    noisy = np.random.default_rng(0).normal(1, 0.1, (4, 30)).tolist()
    for record in list(trials.records):
        error = record.result.standard_error
        fields = {"curves": {"loss": noisy, "val_loss": noisy}, "epoch": 15}
        trials.change(record.trial, standard_errors={"cross_entropy": error}, **fields)
    moved = trials.compare()
    assert moved.pairs == steady.pairs
    for narrow, wide in zip(steady.settings, moved.settings, strict=True):
        assert np.ptp(wide.interval) > 1.2 * np.ptp(narrow.interval)
        assert np.mean(wide.interval) == pytest.approx(np.mean(narrow.interval))


@pytest.mark.parametrize(
    ("shift", "told", "unclear"), [(0.03, False, ()), (0.055, False, (7,)), (0.08, True, ())]
)
def test_a_difference_that_is_clear_by_itself_is_open_until_it_is_among_many(shift, told, unclear):
    """Its interval has no 0 in it, and yet of eight alike settings some are so far apart."""
    trials = Trials()
    for _ in range(6):
        for depth in range(8):
            trials.add(depth, shift if depth == 7 else 0.0)
    compared = trials.compare()
    pair = compared.find_pair(7)
    assert pair.told_apart == told
    assert pair.excludes_zero == bool(told or unclear)
    assert compared.open == unclear


def test_what_a_single_network_has_by_chance_counts_once():
    """As luck; where there is none, since all configurations were tried, as an error of its own."""
    trials = Trials()
    for _ in range(8):
        trials.add(0).add(1)

    def measure_error(untried):
        (pair,) = trials.compare(untried=dict.fromkeys((0, 1), untried)).pairs
        return (pair.interval[1] - pair.difference) / 1.98

    (single,) = trials.compare().single_errors
    assert measure_error(0.0) == pytest.approx(single, rel=0.01)
    assert measure_error(1.0) < 0.8 * single


def test_one_trial_of_each_setting_tells_nothing_apart_and_more_could():
    """Its luck is unknown, so that nothing says whether another draw would turn out otherwise."""
    compared = Trials().add(0).add(1, 1.0).compare()
    assert compared.not_told_apart == (0, 1)
    assert compared.open == (1,)


def test_trials_that_all_failed_by_chance_are_no_proof():
    """Each setting trains in a quarter of its trials, and one has none of them yet."""
    trials = Trials()
    for drawn in range(8):
        trials.add(0, 0.0 if drawn in (2, 5, 6) else 5.0).add(1, 5.0).add(2, 5.0 if drawn else 0.0)
    compared = trials.compare()
    assert set(compared.not_told_apart) == {0, 1, 2}
    assert 1 in compared.open


def test_a_setting_that_never_trains_is_told_apart_from_one_that_does_in_most_trials():
    trials = Trials()
    for drawn in range(8):
        trials.add(0, 5.0)
        for depth in (1, 2, 3):
            trials.add(depth, 5.0 if drawn == depth else 0.0)
    compared = trials.compare()
    assert set(compared.not_told_apart) == {1, 2, 3}
    assert not compared.open


def test_what_cannot_be_drawn_any_more_adds_no_luck_and_opens_nothing():
    """All four configurations of depth 0 and all of depth 1 were tried."""
    trials = Trials()
    for drawn in range(4):
        trials.add(0, 5.0 + 3.0 * drawn).add(1, 0.1 * drawn)

    widths = [
        pair.interval[1] - pair.interval[0]
        for untried in (None, {0: 0.5, 1: 0.5}, {0: 0.0, 1: 0.0})
        for pair in trials.compare(untried=untried).pairs
    ]
    assert widths[0] > widths[1] > widths[2]
    assert trials.compare().open == (0,)
    assert trials.compare(untried={0: 0.0, 1: 0.0}).open == ()


@pytest.mark.parametrize(("rounds", "unclear"), [(5, (1,)), (6, ())])
def test_a_negligible_difference_is_not_worth_more_trials(monkeypatch, rounds, unclear):
    """Unless there are too few trials to know that it is negligible."""
    trials = Trials()
    for drawn in range(rounds):
        trials.add(0, 0.0 if drawn == 3 else 2.0).add(1, 0.1 * (drawn + 1))
    assert trials.compare().open == (1,)  # luck hides any difference
    (pair,) = trials.compare().pairs
    monkeypatch.setattr(setting_comparison, "_NEGLIGIBLE", max(map(abs, pair.interval)))
    assert trials.compare().open == unclear


@pytest.mark.parametrize("maximise", [False, True])
def test_a_failed_trial_counts_as_the_worst_of_all_and_no_worse(maximise):
    sign = -1 if maximise else 1
    trials = Trials()
    for drawn in range(6):
        trials.add(0, sign * 0.5, status="failed" if drawn < 4 else "completed").add(1, 0.0)
    (pair,) = trials.compare(maximise=maximise).pairs
    (width,) = {round(pair.interval[1] - pair.interval[0], 1)}
    assert width <= 0.2


def test_the_share_of_a_space_that_was_not_tried():
    space = make_space(
        'compare = "depth"\n[network]\ndepth = [0, 1]\nunits = [4, 8]\n'
        "[sgd]\nlearning_rate = [0.01, 0.1]\n"
    )
    trials = [
        TrialRecord(number, values, {}, TrialResult(number, "completed"))
        for number, values in enumerate(islice(space.list_configurations(), 5))
    ]
    counted = [trial.hyperparameters["depth"] for trial in trials]
    assert find_untried_shares(space, "depth", trials, Space.size) == {
        0: 1 - counted.count(0) / 2,
        1: 1 - counted.count(1) / 4,
    }
    assert find_untried_shares(load_space("mlp_depth"), "depth", trials, Space.size) == {}
    assert find_untried_shares(None, "depth", trials, Space.size) == {}


def test_networks_that_are_alike_to_the_row_do_not_differ():
    trials = Trials().add(0).add(1)
    trials.cluster_values[1] = trials.cluster_values[0]
    first = trials.records[0].result
    trials.change(1, score=first.score, fold_scores=first.fold_scores)
    (pair,) = trials.compare().pairs
    assert (pair.difference, pair.p, pair.told_apart) == (0.0, 1.0, False)


def test_a_fold_that_does_not_define_the_score_is_left_out():
    trials = Trials()
    for _ in range(7):
        trials.add(0).add(1, 1.0)
    for trial in range(0, 14, 2):
        scores = (float("nan"), *trials.records[trial].result.fold_scores[1:])
        trials.change(trial, fold_scores=scores)
    (pair,) = trials.compare().pairs
    assert pair.told_apart
    assert np.isfinite([pair.difference, *pair.interval, pair.p]).all()


def test_best_come_first():
    trials = Trials()
    for depth, shift in enumerate((0.5, 0.1, 0.9, 0.3)):
        trials.add(depth, shift)
    scores = [each.score for each in trials.compare().settings]
    assert all(better <= worse for better, worse in pairwise(scores))


@pytest.mark.parametrize("shape", [*LUCK, *PRUNED])
def test_chance_tells_few_settings_apart_that_are_all_alike(shape):
    """Also where trials differ much by what was drawn, which folds alone do not see."""
    share, by_folds = rates(made((4, 4, 5), shape, 10.0), 40)
    assert share <= 0.1
    assert by_folds > 0.1


@pytest.mark.parametrize("by_depth", [False, True])
def test_chance_tells_few_classifiers_apart_that_differ_by_their_seed_or_what_is_drawn(by_depth):
    share, _ = rates(trained((3, 3, 4), by_depth=by_depth), 25)
    assert share <= 0.07


@pytest.mark.parametrize(("trained", "open_settings"), [(3, ()), (1, (1,))])
def test_trials_that_fail_leave_nothing_open_if_others_of_their_setting_trained(
    trained, open_settings
):
    """Of depth 1 some learning rates diverge. What it comes to otherwise is known."""
    trials = Trials()
    for drawn in range(8):
        trials.add(0, 0.02 * (drawn % 3) if drawn < 7 else 5.0)
        trials.add(1, 0.03 + 0.02 * (drawn % 3), "completed" if drawn < trained else "failed")
    compared = trials.compare()
    assert 1 in compared.not_told_apart
    assert compared.open == open_settings


def test_where_nothing_is_left_to_try_one_trial_of_each_may_tell():
    trials = Trials().add(0).add(1, 1.0).add(2, 0.01)
    assert set(trials.compare().not_told_apart) == {0, 1, 2}
    tried_out = trials.compare(untried=dict.fromkeys((0, 1, 2), 0.0))
    assert set(tried_out.not_told_apart) == {0, 2}
    assert tried_out.open == ()


def test_a_difference_that_may_be_chance_stays_open_where_nothing_is_left_to_try():
    """Two folds say little of chance in training."""
    split = make_split(np.arange(ROWS) % 2, classes=["a", "b"], folds=2, test_size=0.0, seed=0)
    trials = Trials().add(0, split=split).add(1, 1.0, split=split)
    trials.change(0, fold_scores=(1.1, 0.8))
    trials.change(1, fold_scores=(1.9, 2.0))
    compared = trials.compare(split=split, untried={0: 0.0, 1: 0.0})
    assert compared.not_told_apart == (0, 1)
    assert compared.open == (1,)


@pytest.mark.parametrize("kind", [(3, 1, 5), (7, 1, 2)])
def test_chance_tells_few_networks_apart_where_nothing_is_left_to_try(kind):
    for families in (made(kind, "normal", 0.0), trained(kind, by_depth=False)):
        share, _ = rates(families, 40, exhausted=True)
        assert share <= 0.1
