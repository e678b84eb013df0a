"""The outcome of a race depends on its trials alone, not on who trains when."""

import weakref
from dataclasses import replace
from functools import partial

import keras_tuner
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.problems import CLASSES, FEATURES, make_problem
from tests.helpers.spaces import make_space
from tests.helpers.training import hook
from tuner.model.mlp import MLPHyperModel
from tuner.scoring import OBJECTIVES
from tuner.training import TRAINERS, Job, Plan, TrialResult
from tuner.training.race import Race

EPOCHS = 16
RUNGS = (6, 7, 9, 10, 12, 15)
ROWS = 40
TRIALS = 7
ORDERS = st.lists(st.integers(0, TRIALS - 1), max_size=TRIALS * EPOCHS)


def make_result(trial, status="completed"):
    return TrialResult(trial, status, score=0.0)


def make_race(epochs=EPOCHS, objective="cross_entropy"):
    return Race(epochs, OBJECTIVES[objective])


def reach(race, trial, scores, values):
    """Let a trial reach the rung at the end of its scores."""
    race.reach(trial, scores, values, partial(make_result, trial, "pruned"))


def make_curves(seed):
    """Make the losses of trials by epoch and row, and the epochs after which each ends by itself.

    The trials differ in where they begin and end, and how fast they learn.
    """
    rng = np.random.default_rng(seed)
    end, start, fall = rng.uniform(0.5, 3.0, (3, TRIALS, 1, 1))
    epochs = np.arange(EPOCHS).reshape(1, -1, 1)
    noise = rng.normal(scale=0.1, size=(TRIALS, EPOCHS, ROWS))
    losses = end + start * np.exp(-0.3 * fall * epochs) + noise
    ends = rng.integers(1, EPOCHS + 1, size=TRIALS)
    return [keep_best(trial) for trial in losses], ends


def keep_best(losses):
    """Return each epoch's losses, or those of the best earlier epoch, as trials report them."""
    best, kept = np.inf, []
    for epoch in losses:
        if epoch.mean() < best:
            best = epoch.mean()
            kept.append(epoch)
        else:
            kept.append(kept[-1])
    return np.array(kept)


class FakeTrial:
    """Trains a trial with given losses, an epoch at a time."""

    def __init__(self, race, trial, losses, epochs):
        self.race, self.trial, self.losses, self.epochs = race, trial, losses, epochs
        self.epoch = 0

    def step(self):
        """Train an epoch; return the settled trials if this one ends, else None."""
        self.epoch += 1
        if self.epoch in self.race.rungs:
            scores = list(self.losses[: self.epoch].mean(axis=1))
            reach(self.race, self.trial, scores, self.losses[self.epoch - 1])
        if self.epoch < self.epochs and not self.race.is_beaten(self.trial):
            return None
        return self.race.settle(make_result(self.trial))


def run(trials, order):
    """Step trials in an order, then one after another to their ends; return the settled trials."""
    settled, running = [], dict(enumerate(trials))
    for number in [*order, *(n for n in range(len(trials)) for _ in range(EPOCHS))]:
        if number in running and (ended := running[number].step()) is not None:
            settled += ended
            del running[number]
    assert not running
    return settled


def run_race(seed, order):
    race, (losses, ends) = make_race(), make_curves(seed)
    return run([FakeTrial(race, n, losses[n], ends[n]) for n in range(TRIALS)], order)


def summarize(settled):
    return {r.trial: (r.status, r.reason, sorted(leads)) for r, leads in settled}


@settings(max_examples=100)
@given(seed=st.integers(0, 200), order=ORDERS)
def test_the_outcome_does_not_depend_on_the_order_of_training(seed, order):
    expected = summarize(run_race(seed, []))
    assert len(expected) == TRIALS
    assert summarize(run_race(seed, order)) == expected


@settings(max_examples=100)
@given(seed=st.integers(0, 200), order=ORDERS, kept=st.integers(0, TRIALS - 1))
def test_a_race_that_is_resumed_ends_as_one_that_was_not_interrupted(seed, order, kept):
    before = run_race(seed, order)
    losses, ends = make_curves(seed)
    race = make_race()
    for result, leads in before[:kept]:
        race.recall(result.trial, leads)
    missing = sorted(result.trial for result, _ in before[kept:])
    after = run([FakeTrial(race, n, losses[n], ends[n]) for n in missing], [])
    assert summarize(before[:kept]) | summarize(after) == summarize(before)


def test_some_trials_are_beaten_but_never_the_final_leader():
    statuses = []
    for seed in range(50):
        settled = run_race(seed, [])
        statuses += [result.status for result, _ in settled]
        leaders = [result for result, leads in settled if f"losses_{RUNGS[-1]}" in leads]
        assert all(result.status == "completed" for result in leaders)
    assert 0.1 < np.mean([status == "pruned" for status in statuses]) < 0.8


def test_the_direction_of_the_objective_decides_who_leads():
    race = make_race(7, "accuracy")
    for trial, share in enumerate((0.9, 0.2)):
        correct = (np.arange(100) < 100 * share).astype(float)
        reach(race, trial, [share] * 6, correct)
    assert not race.is_beaten(0)
    assert race.is_beaten(1)


def test_closing_a_race_settles_trials_that_wait_for_others_that_never_come():
    race = make_race()
    reach(race, 1, [1.0] * 6, np.ones(ROWS))
    assert race.settle(make_result(1)) == []
    assert [(r.trial, r.status) for r, _ in race.close()] == [(1, "completed")]
    assert race.close() == []


def test_a_beaten_trial_keeps_the_seconds_that_it_trained():
    race = make_race()
    for trial in (0, 1):
        reach(race, trial, [1.0 + trial] * 6, np.full(ROWS, 1.0 + trial))
    race.settle(make_result(0))
    ((result, leads),) = race.settle(replace(make_result(1), seconds=2.5))
    assert (result.status, result.seconds, leads) == ("pruned", 2.5, {})
    assert result.reason == "clearly worse than trial 0 after 6 epochs"


def test_a_rung_that_has_judged_a_trial_does_not_keep_its_result():
    """A result holds the probabilities of all rows."""
    race, kept = make_race(), []
    for scores in ([1.0] * 6, [1.0] * 7):
        made = partial(make_result, 0)
        kept.append(weakref.ref(made))
        race.reach(0, scores, np.ones(ROWS), made)
    del made
    assert [reference() for reference in kept] == [None, None]


def test_chance_ends_few_of_equal_trials():
    """Twenty equal networks, whose losses in a row are correlated, as those of networks are."""
    ended = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        race = make_race()
        difficulty = rng.exponential(size=300)
        for trial in range(20):
            losses = keep_best(difficulty + rng.normal(scale=0.3, size=(EPOCHS, 300)))
            alone = FakeTrial(race, trial, losses, EPOCHS)
            while (settled := alone.step()) is None:
                pass
            ended += [result.status == "pruned" for result, _ in settled]
    assert np.mean(ended) < 0.05


def train(trainer, plan):
    """Train three trials, of which the second learns slowly; return the results by number."""
    text = "[network]\nunits = 8\n[sgd]\nlearning_rate = { min = 1e-9, max = 0.5, log = true }\n"
    hypermodel = MLPHyperModel(
        make_space(text), features=FEATURES, classes=CLASSES, epochs=plan.epochs
    )
    jobs = []
    for trial, rate in enumerate((0.1, 0.01, 0.1)):
        hp = keras_tuner.HyperParameters()
        hp.values = {"learning_rate": rate}
        jobs.append(Job(trial, hp))
    results = TRAINERS[trainer]().train(
        jobs, hypermodel, problem=make_problem(rows=120, folds=2), plan=plan
    )
    return {result.trial: result for result in results}


@pytest.mark.parametrize("trainer", TRAINERS)
def test_trainers_end_a_beaten_trial_and_leave_the_others_unchanged(trainer):
    plan = Plan(epochs=8, patience=8)
    whole = train(trainer, plan)
    race = Race(8, plan.objective)
    results = train(trainer, hook(plan, race=race))
    settled = {r.trial: r for result in results.values() for r, _ in race.settle(result)}
    assert [settled[n].status for n in range(3)] == ["completed", "pruned", "completed"]
    rung = next(r for r in race.rungs if f"after {r} epochs" in settled[1].reason)
    assert settled[1].reason == f"clearly worse than trial 0 after {rung} epochs"
    for name, curve in settled[1].curves.items():
        assert curve == [fold[:rung] for fold in whole[1].curves[name]]
    assert settled[0].curves == whole[0].curves
    np.testing.assert_array_equal(settled[2].probabilities, whole[2].probabilities)
