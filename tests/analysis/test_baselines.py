"""The baselines against scikit-learn called directly, fold by fold."""

import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from tests.helpers.problems import make_problem, make_split
from tuner.analysis import baseline_classifiers as classifiers
from tuner.analysis.baseline_rows import scale
from tuner.analysis.baselines import (
    Baseline,
    judge_baselines,
    load_baselines,
    load_or_train_baselines,
    train_baselines,
)
from tuner.analysis.bias_correction import OutOfBag, evaluate_out_of_bag, make_procedure
from tuner.analysis.guessing import judge_guessing
from tuner.analysis.picking_rules import pick_best
from tuner.analysis.scores import score_rows
from tuner.errors import UserError
from tuner.scoring import OBJECTIVES, Truth


@pytest.fixture(scope="module")
def problem():
    return make_problem(rows=211, folds=3)


@pytest.fixture(scope="module")
def split(problem):
    return make_split(problem.y, classes=["a", "b", "c"], folds=3, test_size=0.0, seed=0)


@pytest.fixture(scope="module")
def baselines(problem):
    return {each.name: each for each in train_baselines(problem, seed=0)}


def directly(problem, model):
    """Out-of-fold probabilities of a scikit-learn classifier, by a plain loop."""
    probabilities = np.empty((len(problem.y), problem.y.max() + 1))
    for fold in problem.folds:
        scaler = StandardScaler().fit(problem.x[fold.train])
        model.fit(scaler.transform(problem.x[fold.train]), problem.y[fold.train])
        probabilities[fold.validation] = model.predict_proba(
            scaler.transform(problem.x[fold.validation])
        )
    return probabilities[problem.rows]


def test_they_come_from_the_simplest_to_the_best_known(problem, baselines):
    assert list(baselines) == ["majority class", "logistic regression", "gradient boosting"]
    for each in baselines.values():
        assert each.probabilities.shape == (211, 3)
        assert each.probabilities.dtype == np.float32
        assert each.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-6)
        assert each.seconds >= 0


def test_balanced_class_weights_are_those_of_scikit_learn(problem):
    rare = replace(problem, y=np.minimum(problem.y, np.arange(211) % 7), class_weight="balanced")
    _, logistic, boosting = train_baselines(rare, seed=0)
    expected = directly(rare, LogisticRegression(max_iter=200, class_weight="balanced"))
    np.testing.assert_allclose(logistic.probabilities, expected, atol=1e-5)
    plain = train_baselines(replace(rare, class_weight=None), seed=0)
    for weighed, without in zip((logistic, boosting), plain[1:], strict=True):
        assert abs(weighed.probabilities - without.probabilities).max() > 0.1
    np.testing.assert_array_equal(
        train_baselines(rare, seed=0)[0].probabilities, plain[0].probabilities
    )


def test_the_majority_class_has_the_shares_of_the_training_rows(problem, baselines):
    fold = problem.folds[1]
    expected = np.bincount(problem.y[fold.train]) / len(fold.train)
    rows = np.searchsorted(problem.rows, fold.validation)
    np.testing.assert_allclose(
        baselines["majority class"].probabilities[rows], np.tile(expected, (len(rows), 1)), 1e-6
    )


def test_logistic_regression_is_scikit_learns(problem, baselines):
    expected = directly(problem, LogisticRegression(max_iter=1000))
    mine = baselines["logistic regression"].probabilities
    np.testing.assert_allclose(mine, expected, atol=2e-3)
    assert baselines["logistic regression"].notes == ()


def part(problem):
    """The same rows, whose classes a line parts without noise."""
    return replace(problem, y=(problem.x @ [1.0, -1.0, 0.5, 2.0] > 0).astype(np.int64))


def measure(problem, probabilities):
    """The cross-entropy of out-of-fold probabilities."""
    of_truth = probabilities[np.arange(len(problem.rows)), problem.y[problem.rows]]
    return -np.log(np.clip(of_truth, 1e-7, 1)).mean()


def test_the_penalty_is_the_one_that_is_best_over_all_folds(problem):
    parted = part(problem)
    models = [
        LogisticRegression(C=penalty, tol=1e-4 / penalty, max_iter=5000)
        for penalty in (1.0, 100.0, 10_000.0)
    ]
    losses = [measure(parted, directly(parted, model)) for model in models]
    _, logistic, _ = train_baselines(parted, seed=0)
    assert min(losses) < losses[0] / 2
    assert measure(parted, logistic.probabilities) == pytest.approx(min(losses), rel=0.1)


def test_a_large_table_has_the_default_penalty_alone(problem, monkeypatch):
    monkeypatch.setattr(classifiers, "_MOST_PENALIZED", 0)
    parted = part(problem)
    expected = measure(parted, directly(parted, LogisticRegression(max_iter=1000)))
    _, logistic, _ = train_baselines(parted, seed=0)
    assert measure(parted, logistic.probabilities) == pytest.approx(expected, rel=0.01)


def test_boosting_has_the_rounds_that_are_best_over_all_folds(problem, baselines):
    y, losses, by_rounds = problem.y[problem.rows], {}, {}
    for rounds in (5, 10, 15, 20, 25):
        model = HistGradientBoostingClassifier(
            learning_rate=0.15,
            max_iter=rounds,
            max_leaf_nodes=15,
            early_stopping=False,
            random_state=0,
        )
        with threadpool_limits(1):  # threads that wait for each other take seconds
            by_rounds[rounds] = directly(problem, model)
        losses[rounds] = log_loss(y, by_rounds[rounds])
    best = min(losses, key=losses.get)
    assert best < 25
    np.testing.assert_allclose(
        baselines["gradient boosting"].probabilities, by_rounds[best], atol=1e-5
    )


def test_a_fold_that_gets_worse_gets_no_further_rounds_under_cross_entropy(problem):
    arrays = scale(problem, problem.folds[0])
    with threadpool_limits(1):  # as where a fold is trained
        early, late = (
            classifiers._fit_gradient_boosting(arrays, 3, classifiers._FEW, ends_early, None, 0)
            for ends_early in (True, False)
        )
    assert len(early) < len(late) == 14
    losses = [log_loss(problem.y[problem.folds[0].validation], look) for look in late]
    assert np.argmin(losses) < len(early) - 4 + 1
    np.testing.assert_allclose(early, late[: len(early)], atol=1e-6)


def test_they_are_the_same_again(problem, baselines):
    for again in train_baselines(problem, seed=0):
        np.testing.assert_array_equal(again.probabilities, baselines[again.name].probabilities)


def test_what_did_not_converge_or_was_ended_is_told(problem, monkeypatch):
    monkeypatch.setattr(classifiers, "_STEPS", 2)
    monkeypatch.setattr(classifiers, "_FEW", replace(classifiers._FEW, rounds=10))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, logistic, boosting = train_baselines(problem, seed=0)
    assert logistic.notes == (
        "Logistic regression did not converge within 2 steps on 3 of 3 folds, and was stopped "
        "there.",
    )
    assert boosting.notes == (
        "Gradient boosting was still improving after 10 rounds, and was stopped there.",
    )


def test_validation_rows_leave_what_other_folds_predict_unchanged(problem, baselines):
    """Rows of one fold changed: the models that are trained on the others stay as they were.

    They change little, since a penalty is chosen by the rows of all folds.
    """
    changed = problem.folds[0].validation
    x = problem.x.copy()
    x[changed[0]] += 2
    untouched = np.searchsorted(problem.rows, changed[1:])
    for again in train_baselines(replace(problem, x=x), seed=0)[:2]:
        np.testing.assert_array_equal(
            again.probabilities[untouched], baselines[again.name].probabilities[untouched]
        )


def test_missing_values_and_images_are_taken_as_the_networks_take_them(problem):
    x = problem.x.copy()
    x[::7, 1] = np.nan
    for each in train_baselines(replace(problem, x=x), seed=0):
        assert np.isfinite(each.probabilities).all()
    images = replace(problem, x=problem.x.reshape(-1, 2, 2), scalings=None)
    flat = replace(problem, scalings=None)
    for one, other in zip(
        train_baselines(images, seed=0), train_baselines(flat, seed=0), strict=True
    ):
        np.testing.assert_array_equal(one.probabilities, other.probabilities)


@pytest.mark.parametrize("objective", ["cross_entropy", "accuracy"])
def test_a_baseline_is_judged_row_by_row(problem, split, baselines, objective):
    y = problem.y[problem.rows]
    values = OBJECTIVES[objective].row_values
    trial = values(baselines["logistic regression"].probabilities, y)
    exported = OutOfBag.from_values(trial)
    majority, logistic, boosting = judge_baselines(
        baselines.values(), exported, Truth(y), split, objective=objective
    )
    assert (majority.verdict, logistic.verdict) == ("loses", "ties")
    assert (logistic.difference, logistic.standard_error) == (0.0, 0.0)
    differences = [
        a - b for a, b in zip(values(baselines[boosting.name].probabilities, y), trial, strict=True)
    ]
    assert boosting.difference == pytest.approx(sum(differences) / len(y))
    # of the same test as the interval, which allows for folds beside rows
    assert boosting.standard_error > np.std(differences, ddof=1) / np.sqrt(len(y))
    low, high = boosting.interval
    assert high - low == pytest.approx(2 * 1.98 * boosting.standard_error, rel=0.01)
    assert boosting.scores == score_rows(baselines[boosting.name].probabilities, Truth(y))
    guess = OutOfBag.from_values(values(baselines["majority class"].probabilities, y))
    pair = baselines[logistic.name], baselines["majority class"]
    better, same = judge_baselines(pair, guess, Truth(y), split, objective=objective)
    assert (better.verdict, same.verdict) == ("wins", "ties")
    assert better.interval[0] < better.difference < better.interval[1]


def test_a_baseline_is_judged_beside_the_choice_not_beside_what_was_lucky(
    problem, split, baselines
):
    """Guesses of which the best looks better than the majority class, which it is not."""
    y, draws = problem.y[problem.rows], np.random.default_rng(0)
    guesses = [draws.dirichlet([1, 1, 1], len(y)) for _ in range(200)]
    losses = -np.stack([OBJECTIVES["accuracy"].row_values(each, y) for each in guesses])
    choice = evaluate_out_of_bag(
        make_procedure(pick_best, losses, np.ones(200), -losses), len(y), seed=0
    )
    best = OutOfBag.from_values(-losses[losses.mean(axis=1).argmin()])
    majority = [baselines["majority class"]]
    (lucky,) = judge_baselines(majority, best, Truth(y), split, objective="accuracy")
    (honest,) = judge_baselines(majority, choice, Truth(y), split, objective="accuracy")
    assert lucky.difference < -0.05
    assert abs(honest.difference) < 0.25 * honest.standard_error
    assert honest.verdict == "ties"
    assert honest.difference == pytest.approx(
        honest.scores["accuracy"].value - choice.score, abs=1e-6
    )


def test_guessing_is_the_majority_class_judged_alone(problem, split, baselines):
    exported = OutOfBag.from_values(np.full(211, 0.5))
    guessing = judge_guessing(problem, exported, split, objective="cross_entropy")
    majority = replace(baselines["majority class"], seconds=0.0)
    (alone,) = judge_baselines(
        [majority], exported, problem.truth, split, objective="cross_entropy"
    )
    assert guessing == alone
    assert guessing.verdict == "loses"
    balanced = replace(problem, class_weight="balanced")
    assert judge_guessing(balanced, exported, split, objective="cross_entropy") is None
    by_class = judge_guessing(balanced, exported, split, objective="balanced_accuracy")
    assert by_class is not None  # all classes count alike in the objective, too
    assert by_class.scores["balanced_accuracy"].value == pytest.approx(1 / 3)


def test_a_study_keeps_them(make_study, problem, monkeypatch):
    study = make_study()
    assert study.arrays.read_baselines() == {}
    trained = load_or_train_baselines(study, problem)
    monkeypatch.setattr("tuner.analysis.baselines.train_baselines", None)  # not asked again
    for kept, one in zip(load_or_train_baselines(study, problem), trained, strict=True):
        assert isinstance(kept, Baseline)
        assert (kept.name, kept.seconds, kept.notes) == (one.name, one.seconds, one.notes)
        np.testing.assert_array_equal(kept.probabilities, one.probabilities)
    other = make_study("other", seed=1)
    shutil.copy(study.folder / "baselines.npz", other.folder)
    assert load_baselines(other) == ()  # they are of another study


@pytest.mark.parametrize(
    ("place", "value"),
    [("_STEPS", 10), ("_LARGEST_STEP", 0.2), ("_VERSION", 0), ("version", lambda package: "1.0")],
)
def test_those_of_another_version_are_trained_again(make_study, problem, monkeypatch, place, value):
    monkeypatch.setattr(classifiers, "_FEW", replace(classifiers._FEW, rounds=20))
    study = make_study()
    with monkeypatch.context() as earlier:
        earlier.setattr(classifiers, place, value)
        load_or_train_baselines(study, problem)
        assert len(load_baselines(study)) == 3
    assert load_baselines(study) == ()
    again = load_or_train_baselines(study, problem)
    for one, kept, now in zip(
        again, load_baselines(study), train_baselines(problem, seed=0), strict=True
    ):
        np.testing.assert_array_equal(one.probabilities, now.probabilities)
        np.testing.assert_array_equal(kept.probabilities, now.probabilities)


def test_those_without_a_version_are_not_shown(make_study, problem, monkeypatch):
    monkeypatch.setattr(classifiers, "_FEW", replace(classifiers._FEW, rounds=10))
    study = make_study()
    load_or_train_baselines(study, problem)
    arrays = study.arrays.read_baselines()
    del arrays["trained with"]
    study.arrays.write_baselines(arrays)
    assert load_baselines(study) == ()


def test_processes_give_the_same(problem, baselines, monkeypatch):
    monkeypatch.setattr(classifiers, "_MUCH_WORK", 0)
    for again in train_baselines(problem, seed=0):
        np.testing.assert_array_equal(again.probabilities, baselines[again.name].probabilities)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no masks of signals")
def test_an_interrupt_from_the_keyboard_does_not_reach_processes_that_train(problem, monkeypatch):
    """They would print a traceback while they start; the process that waits for them ends them."""

    def is_kept_away(*arguments):
        return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])

    monkeypatch.setattr(classifiers, "_MUCH_WORK", 0)
    assert classifiers._run_on_each_fold(is_kept_away, problem, 1.0, ()) == [True] * 3
    assert not is_kept_away()


@pytest.mark.parametrize(
    ("ended_by", "limit", "reason"),
    [
        (signal.SIGKILL, 600.0, "was ended by SIGKILL"),
        (signal.SIGSTOP, 0.1, "has not come to the end of a fold in 0 seconds"),
    ],
)
def test_a_process_that_is_killed_or_stopped_ends_the_wait(
    problem, monkeypatch, ended_by, limit, reason
):
    def end(arrays, classes):
        os.kill(os.getpid(), ended_by)

    monkeypatch.setattr(classifiers, "_MUCH_WORK", 0)
    monkeypatch.setattr(classifiers, "_LIMIT", limit)
    with pytest.raises(UserError, match=f"a process that trains them {reason}; free memory"):
        classifiers._run_on_each_fold(end, problem, 1.0, ())


KILLED = """
import os, sys, time
from pathlib import Path
from tests.helpers.problems import make_problem
from tuner.analysis import baseline_classifiers

def train(arrays, classes, folder):
    Path(folder, str(os.getpid())).touch()
    time.sleep(600)

baseline_classifiers._MUCH_WORK = 0
baseline_classifiers._run_on_each_fold(train, make_problem(), 1.0, (sys.argv[1],))
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="it looks for processes in /proc")
def test_processes_that_train_end_with_the_one_that_is_killed(tmp_path):
    root = Path(__file__).parents[2]
    killed = subprocess.Popen([sys.executable, "-c", KILLED, tmp_path], cwd=root)
    while not (numbers := [int(path.name) for path in tmp_path.iterdir()]):
        assert killed.poll() is None
        time.sleep(0.1)
    killed.kill()
    killed.wait()
    until = time.monotonic() + 60
    while any(Path(f"/proc/{number}").exists() for number in numbers):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_notes_are_kept_too(make_study, problem, monkeypatch):
    monkeypatch.setattr(classifiers, "_FEW", replace(classifiers._FEW, rounds=10))
    study = make_study()
    trained = load_or_train_baselines(study, problem)
    assert [each.notes for each in load_or_train_baselines(study, problem)] == [
        each.notes for each in trained
    ]
    assert trained[2].notes
