"""Trials that train on workers: the same results, whatever becomes of the workers."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.crews import GONE, ThreadCrew
from tests.helpers.problems import CLASSES, FEATURES, make_problem
from tests.helpers.spaces import make_space
from tests.helpers.training import (
    CustomHyperModel,
    assert_same,
    hook,
    make_job,
    make_jobs,
    make_mlp,
    train,
)
from tuner.errors import UserError
from tuner.model.tables.hypermodel import TableHyperModel
from tuner.model.tables.layout import FeatureLayout
from tuner.training import TRAINERS
from tuner.training.fold_networks import FoldNetworks
from tuner.training.lanes.interfaces import NeedsOwnFit
from tuner.training.race import Race
from tuner.training.remote.messages import LostWorker
from tuner.training.remote.trainer import RemoteTrainer
from tuner.training.result import compute_scores

DEPTHS = "[network]\ndepth = { min = 0, max = 3 }\nunits = 8\n"
TABM_SPACE = """
[inputs]
scaling = "quantile"
numbers = "piecewise"
bins = 4
[network]
depth = 1
units = 8
heads = 3
[optimizer]
optimizer = "adamw"
learning_rate = 0.01
batch_size = 16
"""
TABM = TableHyperModel(
    make_space(TABM_SPACE), layout=FeatureLayout(FEATURES, FEATURES), classes=CLASSES, epochs=4
)


@pytest.fixture
def jobs():
    return [make_job(trial, depth=trial % 3, units=8, learning_rate=0.1) for trial in range(8)]


@pytest.fixture
def hypermodel():
    return make_mlp(DEPTHS)


@pytest.fixture
def expected(hypermodel, problem, plan, jobs):
    """Return the results of one process."""
    return train("lanes", hypermodel, problem, plan, jobs)


def make_trainer(crew=None):
    states = []
    trainer = RemoteTrainer(TRAINERS["lanes"](), crew or ThreadCrew(), states.append)
    trainer.states = states
    return trainer


def assert_all_same(results, expected):
    assert set(results) == set(expected)
    for trial, result in results.items():
        assert_same(result, expected[trial])


def test_trials_have_the_same_results_on_workers(hypermodel, problem, plan, jobs, expected):
    trainer, epochs, notes = make_trainer(), [], []
    plan = hook(plan, on_epoch=lambda *epoch: epochs.append(epoch), on_note=notes.append)
    results = train(trainer, hypermodel, problem, plan, jobs)
    assert_all_same(results, expected)
    assert all(result.processor for result in results.values())
    assert {trial for trial, _ in epochs} == set(range(8))
    assert sorted(trial for unit in trainer.crew.units for trial in unit) == list(range(8))
    assert notes == []


def test_an_exit_within_a_worker_ends_the_search_with_an_error(problem, plan):
    class Unlicensed(CustomHyperModel):
        def build(self, hp):
            raise SystemExit("no licence")

    with pytest.raises(RuntimeError, match=r"on a worker of the search[\s\S]*no licence"):
        train(make_trainer(), Unlicensed(), problem, plan, make_jobs(1))


def test_what_units_have_in_common_is_sent_once(hypermodel, problem, plan, jobs):
    trainer = make_trainer()
    for part in (jobs[:2], jobs[2:4]):
        train(trainer, hypermodel, problem, plan, part)
    assert trainer.crew.contexts == 1
    train(trainer, hypermodel, problem, replace(plan, seed=5), jobs[4:5])
    assert trainer.crew.contexts == 2


def test_the_trials_of_a_lost_worker_train_again(hypermodel, problem, plan, jobs, expected):
    losses, notes = [], []

    def lose_the_first_three(trials, report):
        if len(losses) < 3 and report.is_urgent:
            losses.append(trials)
            return LostWorker("its process died")
        return None

    trainer = make_trainer(ThreadCrew(lose=lose_the_first_three))
    plan = hook(plan, on_note=notes.append)
    results = list(trainer.train(jobs, hypermodel, problem=problem, plan=plan))
    assert len(results) == len(jobs)  # none twice
    assert_all_same({result.trial: result for result in results}, expected)
    assert len(notes) == 3
    assert "was lost (its process died)" in notes[0]
    assert trainer.states[-1].lost == 3
    # what trained beside others is tried again in halves
    assert len(trainer.crew.units) > len(jobs) // 2


@pytest.mark.parametrize(
    ("lost", "failure", "times"),
    [
        (LostWorker("its process died"), "worker_lost", 10),
        (LostWorker("no memory", True), "out_of_memory", 3),
    ],
)
def test_a_trial_that_loses_too_many_workers_alone_has_failed(
    hypermodel, problem, plan, lost, failure, times
):
    def lose(trials, report):
        return lost if 1 in trials else None

    jobs, hypermodel = make_jobs(3, depth=1, units=8), make_mlp(DEPTHS)
    results = train(make_trainer(ThreadCrew(lose=lose)), hypermodel, problem, plan, jobs)
    assert (results[1].status, results[1].failure) == ("failed", failure)
    assert results[1].reason == f"its worker was lost {times} times, the last time: {lost.reason}"
    assert results[0].status == results[2].status == "completed"


def run_race(trainer, hypermodel, problem, plan, jobs):
    """Train with a race; return the outcomes by trial."""
    race = Race(plan.epochs, plan.objective)
    settled = []
    for result in trainer.train(jobs, hypermodel, problem=problem, plan=hook(plan, race=race)):
        settled += race.settle(result)
    settled += race.close()
    return {each.result.trial: each.result for each in settled}


class RacingTrials:
    """Trials of which the race ends some, and their outcomes in this process."""

    def __init__(self, plan):
        self.problem = make_problem(rows=90)
        self.hypermodel = make_mlp("[network]\ndepth = 1\nunits = 8\n", epochs=16)
        self.plan = replace(plan, epochs=16, patience=16)
        rates = [0.1, 0.001, 0.3, 0.002, 1.0, 0.004, 0.2, 3.0]
        self.jobs = [
            make_job(n, depth=1, units=8, learning_rate=rate, batch_size=16)
            for n, rate in enumerate(rates)
        ]
        self.expected = self.run(TRAINERS["lanes"]())

    def run(self, trainer):
        return run_race(trainer, self.hypermodel, self.problem, self.plan, self.jobs)


@pytest.mark.parametrize("kept", [False, True])
def test_a_race_has_the_same_outcomes_on_workers(problem, plan, kept, monkeypatch):
    racing = RacingTrials(plan)
    expected = racing.expected
    assert {result.status for result in expected.values()} == {"completed", "pruned"}
    crew = ThreadCrew()
    if kept:  # the results at the rungs stay with workers, which are lost
        monkeypatch.setattr("tuner.training.remote.worker._INLINE_BYTES", 0)
        crew = ThreadCrew(keep=lambda result: GONE)
    outcomes = racing.run(make_trainer(crew))
    assert_all_same(outcomes, expected)
    assert {t: r.reason for t, r in outcomes.items()} == {t: r.reason for t, r in expected.items()}
    assert {t: r.scores for t, r in outcomes.items()} == {t: r.scores for t, r in expected.items()}


def test_a_worker_computes_no_scores_at_rungs_that_end_no_trial(problem, plan, monkeypatch):
    scored = []

    def compute(*arguments):
        scored.append(arguments)
        return compute_scores(*arguments)

    monkeypatch.setattr("tuner.training.result.compute_scores", compute)
    plan, trainer = replace(plan, epochs=8, patience=8), make_trainer(ThreadCrew(1))
    assert Race(8, plan.objective).rungs == (6, 7)
    outcomes = run_race(trainer, CustomHyperModel(), problem, plan, make_jobs(1))
    assert outcomes[0].status == "completed"
    assert len(scored) == 1  # at its end


def test_a_rung_that_is_reached_again_after_a_loss_is_judged_once(problem, plan):
    racing, lost = RacingTrials(plan), []

    def lose_after_a_rung(trials, report):
        if len(lost) < 2 and report.results:
            lost.append(trials)
            return LostWorker("its process died")
        return None

    trainer = make_trainer(ThreadCrew(lose=lose_after_a_rung))
    assert_all_same(racing.run(trainer), racing.expected)
    assert len(lost) == 2


def test_when_the_time_is_up_the_rest_is_dropped(hypermodel, problem, plan, jobs):
    trainer = make_trainer(ThreadCrew(1))
    results = train(trainer, hypermodel, problem, hook(plan, time_is_up=lambda: True), jobs)
    assert 1 <= len(results) < len(jobs)
    assert all("ended by the clock" in result.reason for result in results.values())


def test_further_trials_are_asked_for_before_a_worker_has_none(problem, plan):
    jobs, asked, trainer = make_jobs(7, depth=1, units=8), [], make_trainer(ThreadCrew(2))
    parts = iter([jobs[2:4], [], jobs[4:7]])

    def ask_more():
        asked.append([trial for unit in trainer.crew.units for trial in unit])
        return next(parts, [])

    results = train(trainer, make_mlp(DEPTHS), problem, hook(plan, ask_more=ask_more), jobs[:2])
    assert sorted(results) == list(range(7))
    assert asked[0] == [0, 1]  # when both have begun
    assert len(asked) >= 3  # again after each result, which may make room for one


def test_no_trial_begins_that_cannot_end_in_time_but_the_first(problem, plan):
    plan = hook(plan, begin=lambda job: job.trial in {2, 3})
    jobs, trainer = make_jobs(4, depth=1, units=8), make_trainer(ThreadCrew(1))
    results = train(trainer, make_mlp(DEPTHS), problem, plan, jobs)
    assert sorted(results) == [0, 2, 3]


def test_a_users_mistake_on_a_worker_ends_the_search_with_its_message(problem, plan):
    def add_nothing(hp, inputs):
        raise UserError("space: there is no layer")

    with pytest.raises(UserError, match="there is no layer"):
        train(make_trainer(), CustomHyperModel(add_nothing), problem, plan, make_jobs(2))


def test_what_a_hypermodel_declares_while_it_trains_is_brought_back(problem, plan):
    jobs = [make_job(0), make_job(1, rate=0.5)]
    train(make_trainer(), CustomHyperModel(), problem, plan, jobs)
    assert [job.hyperparameters.values for job in jobs] == [{"rate": 0.01}, {"rate": 0.5}]
    assert [hp.name for hp in jobs[0].hyperparameters.space] == ["rate"]


def refuse_lanes(*arguments):
    raise NeedsOwnFit("its step cannot be traced")


@pytest.mark.parametrize(
    ("hypermodel", "values", "by_fit"),
    [
        (make_mlp(DEPTHS), {"depth": 2, "units": 8, "learning_rate": 0.1}, False),
        (TABM, {}, False),
        (CustomHyperModel(), {"rate": 0.1}, True),
    ],
)
def test_networks_of_folds_come_back_from_workers(
    problem, plan, hypermodel, values, by_fit, monkeypatch
):
    if by_fit:  # as networks that only find out while they train that lanes cannot train them
        monkeypatch.setattr("tuner.training.lanes.cohort.make_keras_trial", refuse_lanes)
    kept, job = FoldNetworks(), make_job(0, **values)
    result = train(make_trainer(), hypermodel, problem, hook(plan, fold_networks=kept), [job])[0]
    assert 0 in kept
    best = replace(job, epochs=result.epoch)
    (brought,), (trained,) = (
        TRAINERS["lanes"]().train_on_folds(
            [best],
            hypermodel,
            problem=problem,
            plan=hook(plan, fold_networks=networks),
        )
        for networks in (kept, None)
    )
    assert len(brought) == len(problem.folds)
    for network, again in zip(brought, trained, strict=True):
        for weights, others in zip(network.get_weights(), again.get_weights(), strict=True):
            np.testing.assert_array_equal(weights, others)


def test_networks_of_lost_workers_and_of_bad_trials_are_not_brought(problem, plan, monkeypatch):
    monkeypatch.setattr("tuner.training.remote.worker._INLINE_BYTES", 0)
    brought, kept = [], FoldNetworks(most_trials=1)

    class CountingCrew(ThreadCrew):
        def fetch(self, kept):
            brought.append(kept)
            return super().fetch(kept)

    def run(crew):
        jobs, hypermodel = make_jobs(3, depth=1, units=8), make_mlp(DEPTHS)
        return train(make_trainer(crew), hypermodel, problem, with_networks, jobs)

    with_networks = hook(plan, fold_networks=kept)
    run(ThreadCrew(1, keep=lambda value: GONE))
    assert not any(trial in kept for trial in range(3))
    results = run(CountingCrew(1, keep=lambda value: value))
    best = min(results.values(), key=lambda result: (result.score, result.trial))
    assert [trial for trial in range(3) if trial in kept] == [best.trial]
    assert run(CountingCrew(1, keep=lambda value: value))
    assert len(brought) < 6  # none again that is as good as the best


def test_a_search_that_is_given_up_leaves_no_worker_training(hypermodel, problem, plan, jobs):
    trainer = make_trainer()
    results = trainer.train(jobs, hypermodel, problem=problem, plan=plan)
    next(results)
    results.close()
    assert len(trainer.crew.list_idle()) == trainer.crew.size
    trainer.close()
    assert trainer.crew.closed


def test_final_networks_train_here(hypermodel, problem, plan, jobs):
    trainer = make_trainer()
    assert trainer.at_once == trainer.crew.size
    assert trainer.estimate_fold_times(2) == trainer.inner.estimate_fold_times(2)
    assert trainer.choose_cohort_size(problem) == 64
