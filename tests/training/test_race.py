"""What a race decides, and that nothing but the trials themselves has a part in it."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.problems import make_problem
from tests.training.test_lanes import jobs, train
from tuner.scoring import OBJECTIVES
from tuner.training import TRAINERS, Plan, TrialResult
from tuner.training.race import Race
from tuner.training.race_rule import choose_rungs, is_clearly_worse

RUNGS = (1, 2, 4)
ROWS = 40


def result(trial, status="completed", score=0.0):
    return TrialResult(trial, status, score=score)


def curves(seed, trials=7):
    """Losses by trial, epoch and row: trials differ in where they begin and how fast they fall."""
    rng = np.random.default_rng(seed)
    start, fall = rng.uniform(0.5, 3.0, (2, trials, 1, 1))
    epochs = np.arange(6).reshape(1, -1, 1)
    losses = start * np.exp(-0.3 * fall * epochs) + rng.normal(scale=0.1, size=(trials, 6, ROWS))
    ends = rng.integers(1, 7, size=trials)  # by itself
    return [best_so_far(each) for each in losses], ends


def best_so_far(losses):
    """Each epoch's losses by row, or those of the best one before it, as trials report them."""
    best, kept = np.inf, []
    for epoch in losses:
        if epoch.mean() < best:
            best = epoch.mean()
            kept.append(epoch)
        else:
            kept.append(kept[-1])
    return np.array(kept)


class Runner:
    """Trains a made trial an epoch at a time."""

    def __init__(self, race, trial, losses, epochs):
        self.race, self.trial, self.losses, self.epochs = race, trial, losses, epochs
        self.epoch = 0

    def step(self):
        """Return what is settled when it ends, or None where it goes on."""
        self.epoch += 1
        if self.epoch in self.race.rungs:
            values = self.losses[self.epoch - 1]
            self.race.reach(self.trial, self.epoch, values, partial(result, self.trial, "pruned"))
        if self.epoch < self.epochs and not self.race.is_beaten(self.trial):
            return None
        return self.race.settle(result(self.trial))


def run(race, runners, order):
    """Step the runners in an order, and at last one after another; return what was settled."""
    settled, going = [], dict(enumerate(runners))
    for number in [*order, *(n for n in range(len(runners)) for _ in range(9))]:
        if number in going and (ended := going[number].step()) is not None:
            settled += ended
            del going[number]
    assert not going
    return settled


def outcome(settled):
    return {r.trial: (r.status, r.reason, sorted(leads)) for r, leads in settled}


def raced(seed, order):
    losses, ends = curves(seed)
    race = Race(RUNGS, OBJECTIVES["cross_entropy"])
    return run(race, [Runner(race, n, losses[n], ends[n]) for n in range(len(losses))], order)


ORDERS = st.lists(st.integers(0, 6), max_size=60)


@settings(max_examples=200)
@given(seed=st.integers(0, 200), order=ORDERS)
def test_the_outcome_does_not_depend_on_who_trains_when(seed, order):
    expected = outcome(raced(seed, []))
    assert len(expected) == 7
    assert outcome(raced(seed, order)) == expected


@settings(max_examples=200)
@given(seed=st.integers(0, 200), order=ORDERS, kept=st.integers(0, 6))
def test_a_race_goes_on_from_what_was_settled_as_if_it_had_not_been_broken_off(seed, order, kept):
    before = raced(seed, order)
    losses, ends = curves(seed)
    race = Race(RUNGS, OBJECTIVES["cross_entropy"])
    for settled, leads in before[:kept]:
        race.recall(settled.trial, leads)
    left = sorted(r.trial for r, _ in before[kept:])
    after = run(race, [Runner(race, n, losses[n], ends[n]) for n in left], [])
    assert outcome(before[:kept]) | outcome(after) == outcome(before)


def test_some_of_those_trials_are_beaten_and_never_the_one_that_leads_at_last():
    statuses = []
    for seed in range(50):
        settled = raced(seed, [])
        statuses += [r.status for r, _ in settled]
        leaders = [r for r, leads in settled if f"losses_{RUNGS[-1]}" in leads]
        assert all(r.status == "completed" for r in leaders)
    assert 0.1 < np.mean([status == "pruned" for status in statuses]) < 0.8


def beaten(behind, caught_up=0.0, spread=1.0, comparisons=1):
    rng = np.random.default_rng(0)
    noise = rng.normal(size=400)
    noise = spread * (noise - noise.mean()) / noise.std(ddof=1)
    return is_clearly_worse(
        noise + behind, np.zeros(400), caught_up=caught_up, comparisons=comparisons
    )


def test_clearly_is_what_chance_does_not_explain():
    error = 1 / np.sqrt(400)
    assert not beaten(1.6 * error)
    assert beaten(1.7 * error)  # 5 %, one-sided: 1.645
    assert not beaten(2.5 * error, comparisons=10)
    assert beaten(2.6 * error, comparisons=10)  # 0.5 %: 2.576


def test_what_catches_up_is_let_off_as_much_again_and_what_falls_behind_is_not_punished():
    assert beaten(0.5, caught_up=0.1)
    assert not beaten(0.5, caught_up=0.5)
    assert not beaten(0.05, caught_up=-1.0)


def test_trials_that_are_alike_to_the_row_do_not_beat_each_other():
    assert not beaten(0.0, spread=0.0)
    assert beaten(0.1, spread=0.0)


@pytest.mark.parametrize(
    ("epochs", "rungs"), [(1, ()), (2, ()), (3, (2,)), (4, (2, 3)), (20, (2, 3, 5, 10))]
)
def test_short_trainings_have_few_rungs(epochs, rungs):
    assert choose_rungs(epochs) == rungs


def test_the_direction_of_the_objective_decides_who_leads():
    race = Race((1, 2), OBJECTIVES["accuracy"])
    for trial, right in enumerate((0.9, 0.2)):
        values = (np.arange(100) < 100 * right).astype(float)
        for rung in (1, 2):
            race.reach(trial, rung, values, partial(result, trial, "pruned"))
    assert not race.is_beaten(0)
    assert race.is_beaten(1)


def test_trials_of_different_groups_do_not_beat_each_other():
    def statuses(*groups):
        race, ended = Race((1, 2), OBJECTIVES["cross_entropy"]), {}
        for trial, (group, loss) in enumerate(zip(groups, (1.0, 2.0, 3.0), strict=True)):
            race.enter(trial, group)
            for rung in (1, 2):
                race.reach(trial, rung, np.full(ROWS, loss), partial(result, trial, "pruned"))
            ended |= {r.trial: r.status for r, _ in race.settle(result(trial))}
        return [ended[trial] for trial in range(3)]

    assert statuses("a", "b", "a") == ["completed", "completed", "pruned"]
    assert statuses("a", "a", "b") == ["completed", "pruned", "completed"]


def test_who_waits_for_trials_that_never_come_is_let_go_at_last():
    race = Race((1, 2), OBJECTIVES["cross_entropy"])
    race.reach(1, 1, np.ones(ROWS), partial(result, 1, "pruned"))
    assert race.settle(result(1)) == []
    assert [(r.trial, r.status) for r, _ in race.close()] == [(1, "completed")]


def test_chance_ends_few_of_the_trials_that_are_all_alike():
    """Twenty equal networks, whose losses in a row are related, as those of networks are."""
    ended = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        race = Race(RUNGS, OBJECTIVES["cross_entropy"])
        hardness = rng.exponential(size=300)
        for trial in range(20):
            losses = best_so_far(hardness + rng.normal(scale=0.3, size=(6, 300)))
            run_alone = Runner(race, trial, losses, 6)
            while (settled := run_alone.step()) is None:
                pass
            ended += [r.status == "pruned" for r, _ in settled]
    assert np.mean(ended) < 0.05


@pytest.mark.parametrize("trainer", TRAINERS)
def test_trainers_end_what_is_beaten_and_its_result_is_of_the_epochs_before(trainer):
    """Trial 1 hardly learns, and is ended at a rung of trial 0."""
    problem = make_problem(rows=240)
    plan = Plan(epochs=16, patience=16)
    text = "[network]\nunits = 8\n[sgd]\nlearning_rate = { min = 1e-9, max = 0.5, log = true }\n"
    many = jobs(3)
    for job, rate in zip(many, (0.1, 1e-6, 0.1), strict=True):
        job.hyperparameters.values = {"learning_rate": rate}
    whole = train(trainer, text, problem, plan, many)
    race = Race(choose_rungs(16), plan.objective)
    results = train(trainer, text, problem, replace(plan, race=race), many)
    settled = {r.trial: r for each in results.values() for r, _ in race.settle(each)}
    assert [settled[n].status for n in range(3)] == ["completed", "pruned", "completed"]
    rung = next(r for r in choose_rungs(16) if f"after {r} epochs" in settled[1].reason)
    assert settled[1].reason == f"clearly worse than trial 0 after {rung} epochs"
    for name, curve in settled[1].curves.items():
        assert curve == [fold[:rung] for fold in whole[1].curves[name]]
    assert settled[0].curves == whole[0].curves
    np.testing.assert_array_equal(settled[2].probabilities, whole[2].probabilities)
