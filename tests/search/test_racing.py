"""Searches that end trials early."""

import time
from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.problems import CLASSES, FEATURES, make_problem
from tests.helpers.spaces import make_space
from tests.search.test_kfold_tuner import QUICK
from tests.search.test_resume import Stop
from tuner.errors import SearchFailed
from tuner.model.mlp import MLPHyperModel
from tuner.search import KFoldTuner
from tuner.search.clock import Clock
from tuner.study import SearchSettings, Study
from tuner.training import TrialResult

# Most learning rates are hopeless.
SPACE = """
[network]
depth = { min = 0, max = 2 }
units = 8
[sgd]
learning_rate = { min = 1e-6, max = 0.3, log = true }
batch_size = 16
"""
SETTINGS = SearchSettings(max_trials=16, folds=3, epochs=16, test_size=0.0, seed=3)


@pytest.fixture(scope="module")
def rows():
    problem = make_problem(rows=120)
    return problem.x, problem.y


def searched(folder, rows, settings, *stops):
    for stop in [*stops, None]:
        network = MLPHyperModel(
            make_space(SPACE), features=FEATURES, classes=CLASSES, epochs=settings.epochs
        )
        listeners = [Stop(*stop)] if stop else []
        tuner = KFoldTuner(network, settings, directory=folder, listeners=listeners)
        try:
            tuner.search(*rows, study="mine")
        except KeyboardInterrupt:
            continue
    study = Study.open("mine", folder)
    return tuner, {r.trial: replace(r.result, seconds=0.0).to_dict() for r in study.read_trials()}


@pytest.fixture(scope="module")
def raced(rows, tmp_path_factory):
    return searched(tmp_path_factory.mktemp("raced"), rows, SETTINGS)


@pytest.fixture(scope="module")
def whole(rows, tmp_path_factory):
    return searched(tmp_path_factory.mktemp("whole"), rows, replace(SETTINGS, racing=False))


def test_beaten_trials_end_with_what_they_had_and_the_others_are_untouched(raced, whole):
    statuses = {trial: result["status"] for trial, result in raced[1].items()}
    pruned = [trial for trial, status in statuses.items() if status == "pruned"]
    assert len(statuses) == 16
    assert 3 <= len(pruned) < 16
    for trial, result in raced[1].items():
        expected = whole[1][trial]
        if trial not in pruned:
            assert result == expected
            continue
        for name, curve in result["curves"].items():
            epochs = len(curve[0])
            assert epochs < len(expected["curves"][name][0])
            assert curve == [fold[:epochs] for fold in expected["curves"][name]]


def test_the_best_trial_is_one_that_trained_to_its_end(raced):
    tuner, trials = raced
    (best,) = tuner.get_best_hyperparameters()
    completed = [record for record in tuner.records if record.completed]
    assert best.values == min(completed, key=lambda r: r.result.score).hyperparameters
    assert len(tuner.get_best_hyperparameters(16)) == len(completed) < len(trials)


@pytest.mark.parametrize(
    "stops",
    [[("trial", 1), ("trial", 4)], [("proposed", 9), ("trial", 7)], [("trial", 14)]],
    ids=str,
)
def test_a_race_that_was_broken_off_ends_as_one_that_was_not(tmp_path, rows, raced, stops):
    _, trials = searched(tmp_path, rows, SETTINGS, *stops)
    assert trials == raced[1]


def test_a_beaten_trial_is_told_to_the_oracle_as_what_it_came_to(raced):
    tuner, trials = raced
    for trial, result in trials.items():
        told = tuner.oracle.trials[f"{trial:02d}"]
        assert told.status == "COMPLETED"
        assert told.score == pytest.approx(result["score"])


def test_where_the_leader_of_the_race_diverges_the_search_says_how_to_go_on(tmp_path, rows):
    """What led at a rung may diverge later; then nothing is left to pick."""

    class Diverging(KFoldTuner):
        def run(self, problem, study):
            self.trainer.train = self._train
            return super().run(problem, study)

        def _train(self, jobs, hypermodel, *, problem, plan):
            for job in jobs:
                loss = np.full(len(problem.rows), 1.0 + job.trial)
                scores = {"cross_entropy": 1.0 + job.trial}
                told = TrialResult(job.trial, "pruned", scores=scores)
                for rung in plan.race.rungs:
                    plan.race.reach(job.trial, rung, loss, lambda told=told: told)
                yield TrialResult.from_failure(job.trial, "diverged", "the loss is not finite")

    network = MLPHyperModel(make_space(SPACE), features=FEATURES, classes=CLASSES, epochs=16)
    tuner = Diverging(network, replace(QUICK, epochs=16), directory=tmp_path)
    expected = (
        "no trial was completed; trial 0: the loss is not finite; search again with --no-racing"
    )
    with pytest.raises(SearchFailed, match=f"^{expected}$"):
        tuner.search(*rows)


def test_each_value_that_the_space_compares_has_a_trial_that_trained_to_its_end(tmp_path, rows):
    space = replace(make_space(SPACE), compare="depth")
    settings = replace(SETTINGS, max_trials=12)
    network = MLPHyperModel(space, features=FEATURES, classes=CLASSES, epochs=settings.epochs)
    tuner = KFoldTuner(network, settings, directory=tmp_path)
    tuner.search(*rows, study="mine")
    assert {r.hyperparameters["depth"] for r in tuner.records if r.completed} == {0, 1, 2}
    assert any(r.result.status == "pruned" for r in tuner.records)
    group = {r.trial: r.hyperparameters["depth"] for r in tuner.records}
    for record in tuner.records:
        if record.result.status == "pruned":
            leader = int(record.result.reason.removeprefix("clearly worse than trial ").split()[0])
            assert group[leader] == group[record.trial]


@pytest.mark.parametrize("oracle", ["random", "tpe"])
def test_trials_that_the_clock_left_out_are_followed_by_no_others(tmp_path, make_study, oracle):
    """Though the best of those that ended would be trained at last in no time."""

    class LeavesOut(KFoldTuner):
        def run(self, problem, study, **options):
            self.trainer.train = self._train
            return super().run(problem, study, **options)

        def _train(self, jobs, hypermodel, *, problem, plan):
            for number, job in enumerate(jobs):
                if number == 2:
                    time.sleep(5.2)
                if number and plan.time_is_up():
                    return
                loss = 1.0 / (1 + job.trial)
                curves = {"loss": [[loss] * 4] * 3}
                yield TrialResult(
                    job.trial,
                    "completed",
                    epoch=4,
                    score=loss,
                    scores={"cross_entropy": loss},
                    seconds=0.2 if job.trial == 0 else 0.0,
                    fold_scores=(loss,) * 3,
                    curves=curves,
                )

    settings = replace(SETTINGS, oracle=oracle, max_trials=400, max_seconds=6.0)
    network = MLPHyperModel(make_space(SPACE), features=FEATURES, classes=CLASSES, epochs=16)
    tuner = LeavesOut(network, settings, directory=tmp_path)
    study = make_study(oracle=oracle, max_trials=400)
    sentence = tuner.run(make_problem(), study)
    assert sentence == "6 seconds were over after 2 trials"
    proposed = [event["trial"] for event in study.journal.read("proposed")]
    ended = sorted(record.trial for record in tuner.records)
    assert (ended, proposed) == ([0, 1], [0, 1, 2, 3])


def test_the_clock_ends_trials_as_they_are_and_leaves_those_that_have_not_begun(
    tmp_path, rows, monkeypatch
):
    asked = []

    def is_up(self):  # it is asked after each epoch of a trial
        asked.append(None)
        return len(asked) > 30

    monkeypatch.setattr(Clock, "is_up", is_up)
    settings = replace(SETTINGS, epochs=400, patience=400, max_seconds=1e6)
    network = MLPHyperModel(
        make_space(SPACE), features=FEATURES, classes=CLASSES, epochs=settings.epochs
    )
    tuner = KFoldTuner(network, settings, directory=tmp_path)
    tuner.search(*rows, study="mine")
    assert 0 < len(tuner.records) < 16
    cut = [r for r in tuner.records if "ended by the clock" in r.result.reason]
    assert len(cut) > 0
    for record in cut:
        epochs = len(record.result.curves["loss"][0])
        assert record.result.reason == f"ended by the clock, in epoch {epochs}"
        assert record.completed
