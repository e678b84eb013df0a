"""What is proposed near the first trials of a space: longer trainings, and small changes."""

from itertools import islice
from random import Random

import pytest

from tests.helpers.oracles import ask_many, drive, make_oracle, tell_score
from tests.helpers.spaces import make_space
from tuner.search.oracles import ORACLES
from tuner.search.oracles.follow_ups import find_follow_up
from tuner.search.oracles.lengths import lengthen, list_shorter
from tuner.search.oracles.model_based import ModelBasedOracle
from tuner.search.oracles.neighbours import draw_neighbours
from tuner.training import TrialResult
from tuner.training.result import ENDED_BY_CLOCK

FIRST = (
    '[[first]]\nname = "narrow"\ndepth = 1\nunits = 4\nlearning_rate = 0.01\nlength = 0.25\n'
    '[[first]]\nname = "wide"\ndepth = 1\nunits = 64\nlearning_rate = 0.5\nlength = 0.25\n'
)
TABLES = (
    "[network]\ndepth = { min = 0, max = 2 }\nunits = [4, 16, 64]\n"
    '[optimizer]\noptimizer = "adamw"\nschedule = "coslog4"\nlength = [0.25, 0.5, 1.0]\n'
    "learning_rate = { min = 0.001, max = 1.0, log = true }\n"
)
SPACE = make_space(TABLES + FIRST)
NARROW, WIDE = (dict(first.values) for first in SPACE.first)
MODEL_BASED = [name for name, oracle in ORACLES.items() if issubclass(oracle, ModelBasedOracle)]


def count_changes(values, other):
    """Return how many values that both have are others; what depends on them comes and goes."""
    return sum(values[name] != other[name] for name in values.keys() & other.keys())


def test_a_longer_training_changes_nothing_else():
    longer = lengthen(NARROW, SPACE)
    assert longer == {**NARROW, "length": 0.5}
    assert lengthen(longer, SPACE) == {**NARROW, "length": 1.0}
    assert lengthen({**NARROW, "length": 1.0}, SPACE) is None
    assert lengthen({"depth": 0}, make_space()) is None


DROPPED = make_space(
    TABLES
    + "[regularizer]\ninput_dropout = [0.0, 0.2, 0.4]\n"
    + FIRST.replace("length", "input_dropout = 0.2\nlength")
)
NARROW_DROPPED = dict(DROPPED.first[0].values)


@pytest.mark.parametrize(
    ("epoch", "change"),
    [
        (1, {"input_dropout": 0.4}),
        (8, {"input_dropout": 0.4}),
        (9, None),
        (17, None),
        (18, {"length": 0.5}),
        (24, {"length": 0.5}),
    ],
)
def test_the_best_epoch_says_what_to_try_next(epoch, change):
    """A trial of length 0.25 has 24 of 96 epochs here."""
    expected = None if change is None else NARROW_DROPPED | change
    assert find_follow_up(NARROW_DROPPED, epoch, 96, DROPPED) == expected


def test_more_is_dropped_only_where_a_space_has_more():
    assert find_follow_up(NARROW_DROPPED | {"input_dropout": 0.4}, 1, 96, DROPPED) is None
    assert find_follow_up(NARROW, 1, 96, SPACE) is None
    ranged = make_space(TABLES + "[regularizer]\ninput_dropout = { min = 0.0, max = 0.6 }\n")
    follow_up = find_follow_up(NARROW_DROPPED, 1, 96, ranged)
    assert follow_up == NARROW_DROPPED | {"input_dropout": pytest.approx(0.4)}


@pytest.mark.parametrize("reason", ["", f"{ENDED_BY_CLOCK}, in epoch 1"])
def test_what_the_clock_ended_is_not_taken_for_best_early(tmp_path, reason):
    oracle = make_oracle("tpe", DROPPED, tmp_path)
    oracle.most_epochs = 96
    ask_many(oracle, 4)
    for trial in range(4):
        scores = {"cross_entropy": 0.1 * (trial + 1)}
        oracle.tell(TrialResult(trial, "completed", reason, epoch=1, scores=scores))
    following = dict(oracle.ask().hyperparameters.values)
    assert (following == {**NARROW_DROPPED, "input_dropout": 0.4}) == (reason == "")


def test_neighbours_differ_in_a_few_values_of_the_space():
    drawn = list(islice(draw_neighbours([NARROW, WIDE], SPACE, Random(0)), 200))
    assert all(min(count_changes(v, NARROW), count_changes(v, WIDE)) <= 3 for v in drawn)
    for name, of_space in (
        ("depth", {0, 1, 2}),
        ("units", {None, 4, 16, 64}),
        ("length", {0.25, 0.5, 1.0}),
    ):
        assert {values.get(name) for values in drawn} == of_space
    assert all(0.001 <= values["learning_rate"] <= 1.0 for values in drawn)
    assert all(("units" in values) == (values["depth"] > 0) for values in drawn)


@pytest.mark.parametrize("name", MODEL_BASED)
def test_after_its_first_trials_a_search_trains_the_best_for_longer(name, tmp_path):
    oracle = make_oracle(name, SPACE, tmp_path)
    proposed = [dict(job.hyperparameters.values) for job in ask_many(oracle, 4)]
    assert proposed[:2] == [NARROW, WIDE]  # of the others nothing is known yet
    for trial, score in enumerate((0.3, 0.9, 0.8, 0.7)):
        tell_score(oracle, trial, score)
    cohort = [dict(job.hyperparameters.values) for job in ask_many(oracle, 4)]
    assert cohort[0] == {**NARROW, "length": 0.5}
    longer = lengthen(proposed[3], SPACE)
    others = cohort[1:] if longer is None else cohort[2:]
    if longer is not None:
        assert cohort[1] == longer
    assert all(
        min(count_changes(values, best) for best in (NARROW, proposed[3])) <= 3 for values in others
    )


def test_a_model_is_asked_once_it_has_many_trials(tmp_path):
    oracle = make_oracle("tpe", SPACE, tmp_path)
    asked = []
    suggest = oracle.suggest
    oracle.suggest = lambda trial: asked.append(trial) or suggest(trial)
    drive(oracle, 20)
    assert asked == []
    drive(oracle, 28)
    assert asked


class Limit:
    """Allows configurations of which a function says so; it narrows others by their length."""

    def __init__(self, allows):
        self.allows = allows

    def narrow(self, values, space):
        return next(filter(self.allows, list_shorter(values, space)), None)

    def select(self, draws):
        return filter(self.allows, draws)


def test_what_is_not_allowed_is_not_trained_for_longer(tmp_path):
    oracle = make_oracle("tpe", SPACE, tmp_path)
    oracle.limit = Limit(lambda values: values["length"] == 0.25)
    assert {values["length"] for values, _ in drive(oracle, 12)} == {0.25}


@pytest.fixture
def after_first(tmp_path):
    """Return a function that limits an oracle whose first trials have ended."""

    def limit(allows):
        oracle = make_oracle("tpe", SPACE, tmp_path)
        ask_many(oracle, 2)
        for trial, score in enumerate((0.3, 0.9)):
            tell_score(oracle, trial, score)
        oracle.limit = Limit(allows)
        return oracle

    return limit


def test_a_neighbour_for_which_there_is_no_time_is_shortened(after_first):
    oracle = after_first(lambda values: values["length"] == 0.25 and values["depth"] > 0)
    values = dict(oracle.ask().hyperparameters.values)
    assert values["length"] == 0.25
    assert min(count_changes(values, NARROW), count_changes(values, WIDE)) <= 3


def test_nothing_is_proposed_where_only_what_is_unlike_the_best_would_end_in_time(after_first):
    """A logistic regression is a neighbour, but one of many."""
    oracle = after_first(lambda values: values["depth"] == 0 and values["length"] == 0.25)
    assert oracle.ask() is None


def test_where_the_best_has_no_time_to_be_trained_for_longer_no_other_is(tmp_path):
    oracle = make_oracle("tpe", SPACE, tmp_path)
    oracle.limit = Limit(lambda values: values != {**NARROW, "length": 0.5})
    ask_many(oracle, 2)
    for trial, score in enumerate((0.3, 0.9)):
        tell_score(oracle, trial, score)
    assert dict(oracle.ask().hyperparameters.values) != {**WIDE, "length": 0.5}


def test_what_was_past_its_best_is_not_trained_for_longer(tmp_path):
    oracle = make_oracle("tpe", SPACE, tmp_path, epochs=80)
    ask_many(oracle, 2)
    tell_score(oracle, 0, 0.3, epoch=9)  # of 20
    tell_score(oracle, 1, 0.9, epoch=19)
    assert dict(oracle.ask().hyperparameters.values) == {**WIDE, "length": 0.5}
