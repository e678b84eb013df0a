"""The lanes trainer gives what `fit` gives, and a trial never feels its neighbours."""

from dataclasses import replace

import keras_tuner
import numpy as np
import pytest
import tensorflow as tf

from tests.helpers.problems import make_problem
from tests.helpers.spaces import make_space
from tuner.model.mlp import MLPHyperModel
from tuner.problem import Problem
from tuner.space import ACTIVATIONS
from tuner.training import TRAINERS, Job, Plan
from tuner.training.lanes import LanesTrainer, data, machine
from tuner.training.lanes.data import LaneData, align
from tuner.training.lanes.stacked_mlps.backward import sum_over_rows
from tuner.training.lanes.stacked_mlps.dropout import Dropout, draw_bits, make_keys, make_positions
from tuner.training.lanes.stacked_mlps.weights import StackedWeights

KINDS = {
    "none": 'kind = "none"',
    "l1": 'kind = "l1"\nstrength = 0.01',
    "l2": 'kind = "l2"\nstrength = 0.01',
    "elastic_net": 'kind = "elastic_net"\nstrength = 0.01\nbalance = 0.5',
    "max_norm": 'kind = "max_norm"\nradius = 1.0',
}
DROPOUT = "[network]\nunits = 16\n[regularizer]\ndropout = 0.4\ninput_dropout = 0.1\n"


def jobs(count=1, **values):
    made = []
    for trial in range(count):
        hp = keras_tuner.HyperParameters()
        hp.values = dict(values)
        made.append(Job(trial, hp))
    return made


def hypermodel(text, epochs=3):
    return MLPHyperModel(make_space(text), features=4, classes=3, epochs=epochs)


def train(trainer, text, problem, plan, given=None):
    trainer = TRAINERS[trainer]() if isinstance(trainer, str) else trainer
    model = hypermodel(text, plan.epochs)
    results = trainer.train(given or jobs(), model, problem=problem, plan=plan)
    return {result.trial: result for result in results}


def assert_parity(text, problem, plan):
    fit, lanes = (train(trainer, text, problem, plan)[0] for trainer in ("fit", "lanes"))
    assert lanes.status == fit.status == "completed"
    for name, expected in fit.curves.items():
        np.testing.assert_allclose(lanes.curves[name], expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(lanes.probabilities, fit.probabilities, atol=1e-4)
    assert (lanes.epoch, lanes.parameters) == (fit.epoch, fit.parameters)


def assert_same(first, second):
    """Bit for bit."""
    assert first.curves == second.curves
    assert (first.status, first.epoch, first.score) == (second.status, second.epoch, second.score)
    np.testing.assert_array_equal(first.probabilities, second.probabilities)


@pytest.mark.parametrize("line", KINDS.values(), ids=KINDS)
def test_every_regularizer_gives_fits_curves(problem, plan, line):
    assert_parity(f"[network]\nunits = 8\n[regularizer]\n{line}\n", problem, plan)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_gives_fits_curves(problem, plan, activation):
    assert_parity(f'[network]\nunits = 8\nactivation = "{activation}"\n', problem, plan)


@pytest.mark.parametrize("depth", range(7))
def test_every_depth_gives_fits_curves(problem, plan, depth):
    units = "units = 8\n" if depth else ""
    assert_parity(f"[network]\ndepth = {depth}\n{units}", problem, plan)


@pytest.mark.parametrize(
    "line",
    ['schedule = "cosine"', "momentum = 0.0", "nesterov = false", "batch_size = 64"],
)
def test_every_way_of_sgd_gives_fits_curves(problem, plan, line):
    assert_parity(f"[network]\nunits = 8\n[sgd]\n{line}\n", problem, plan)


@pytest.mark.parametrize(
    ("rows", "folds", "batch_size"),
    [(61, 3, 16), (100, 3, 33), (62, 4, 46), (60, 2, 7)],
    ids=["unequal folds", "a last batch of one", "a step that one fold lacks", "two lanes"],
)
def test_no_row_is_lost_to_batches_and_folds_of_unequal_size(plan, rows, folds, batch_size):
    problem = make_problem(rows=rows, folds=folds)
    assert_parity(f"[network]\nunits = 8\n[sgd]\nbatch_size = {batch_size}\n", problem, plan)


def test_a_fold_without_a_row_for_the_last_step_does_not_move_in_it():
    problem = make_problem(rows=62, folds=4)
    sizes = sorted({len(fold.train) for fold in problem.folds})
    assert sizes == [46, 47]  # what the third case above relies on


def test_missing_values_and_unscaled_rows_are_taken_as_fit_takes_them(problem, plan):
    x = problem.x.copy()
    x[::5, 1] = np.nan
    assert_parity("[network]\nunits = 8\n", replace(problem, x=x), plan)
    assert_parity("[network]\nunits = 8\n", replace(problem, scaled=None), plan)


VALUES = (
    "[network]\nunits = 8\n[regularizer]\n"
    'kind = ["none", "l2"]\nstrength = 0.01\ndropout = [0.0, 0.3]\n'
    "[sgd]\nlearning_rate = [0.05, 0.2]\nbatch_size = [16, 32]\n"
)


def test_a_trial_is_bit_for_bit_the_same_alone_as_beside_others(problem, plan):
    many = jobs(8)
    for number, job in enumerate(many):
        job.hyperparameters.values = {
            "kind": ["none", "l2"][number % 2],
            "dropout": [0.0, 0.3][number // 2 % 2],
            "learning_rate": [0.05, 0.2][number // 4],
        }
    together = train("lanes", VALUES, problem, plan, many)
    trainer = LanesTrainer()  # one process for all, as after a resume
    for job in reversed(many):
        alone = train(trainer, VALUES, problem, plan, [job])
        assert_same(together[job.trial], alone[job.trial])


def test_networks_that_fill_a_core_train_alone_with_fits_curves(problem, plan, monkeypatch):
    monkeypatch.setattr(machine, "_FILLS_A_CORE", 1)
    assert_parity("[network]\nunits = 8\n", problem, plan)
    many = jobs(3, learning_rate=0.05)
    together = train("lanes", VALUES, problem, plan, many)
    assert_same(together[1], train("lanes", VALUES, problem, plan, many[1:2])[1])


@pytest.mark.parametrize("units", [3, 10, 16, 128])
def test_a_sum_over_rows_does_not_depend_on_the_lanes_beside_it(units):
    delta = tf.constant(np.random.default_rng(0).normal(size=(7, 32, units)), tf.float32)
    ones = None if units == align(units) else tf.ones((7, 1, 32))
    together = sum_over_rows(delta, ones).numpy()
    np.testing.assert_allclose(together[:, 0], delta.numpy().sum(axis=1), atol=1e-5)
    for start in range(5):
        of_two = None if ones is None else ones[:2]
        beside_fewer = sum_over_rows(delta[start : start + 2], of_two).numpy()
        np.testing.assert_array_equal(beside_fewer, together[start : start + 2])


def test_many_validation_rows_are_predicted_in_even_chunks_as_fit_predicts_them(plan, monkeypatch):
    monkeypatch.setattr(data, "_CHUNK", 40)
    problem = make_problem(rows=150, folds=3)
    assert LaneData(problem).validation.shape == (3, 2 * 32)  # 50 rows, not twice 48
    assert_parity("[network]\nunits = 8\n", problem, plan)


def test_a_trial_does_not_feel_that_its_neighbours_end(problem):
    plan = Plan(epochs=12, patience=2, seed=1)
    text = "[network]\nunits = 8\n[sgd]\nlearning_rate = [0.001, 0.9, 1e30]\n"
    many = jobs(3)
    for job, rate in zip(many, (0.001, 0.9, 1e30), strict=True):
        job.hyperparameters.values = {"learning_rate": rate}
    together = train("lanes", text, problem, plan, many)
    assert len({len(r.curves["loss"][0]) for r in together.values() if r.curves}) == 2
    assert_same(together[0], train("lanes", text, problem, plan, many[:1])[0])
    assert (together[2].status, together[2].failure) == ("failed", "diverged")
    assert together[2].reason == (
        "the loss of fold 0 is not finite in epoch 1; a smaller learning rate may help"
    )


@pytest.mark.parametrize("trainer", TRAINERS)
def test_a_trial_of_fewer_epochs_is_the_beginning_of_a_longer_one(problem, trainer):
    plan = Plan(epochs=6, patience=9)
    text = '[network]\nunits = 8\n[sgd]\nschedule = "cosine"\n'
    whole = train(trainer, text, problem, plan, jobs(1))[0]
    short = train(trainer, text, problem, plan, [replace(jobs(1)[0], epochs=2)])[0]
    assert short.curves == {
        name: [fold[:2] for fold in curve] for name, curve in whole.curves.items()
    }


def test_programs_that_were_not_used_for_long_are_forgotten(problem, plan, monkeypatch):
    monkeypatch.setattr("tuner.training.lanes.programs._MOST_PROGRAMS", 2)
    trainer = LanesTrainer()
    expected = {}
    for depth in (2, 3, 2, 4, 2, 3):
        (result,) = train(trainer, f"[network]\ndepth = {depth}\n", problem, plan).values()
        assert_same(expected.setdefault(depth, result), result)
        assert len(trainer.programs.programs) <= 2
    assert [structure.depth for structure, _ in trainer.programs.programs] == [2, 3]


@pytest.mark.parametrize(("free", "trials"), [(2**34, 64), (2**20, 27), (0, 1)])
def test_fewer_trials_are_asked_for_where_their_results_would_fill_the_memory(
    problem, monkeypatch, free, trials
):
    monkeypatch.setattr(machine, "_free_bytes", lambda: free)
    assert LanesTrainer().choose_cohort_size(problem) == trials


def test_dropout_agrees_with_fit_in_distribution(problem):
    plan = Plan(epochs=4, patience=9)
    means = {}
    for trainer in ("fit", "lanes"):
        results = train(trainer, DROPOUT, problem, plan, jobs(10)).values()
        losses = np.array([np.mean([fold[-1] for fold in r.curves["loss"]]) for r in results])
        means[trainer] = losses.mean(), losses.std(ddof=1) / np.sqrt(len(losses))
    (fit, fit_error), (lanes, lanes_error) = means["fit"], means["lanes"]
    assert abs(fit - lanes) < 4 * np.hypot(fit_error, lanes_error)


def test_a_mask_drops_a_lanes_own_share_and_keeps_the_mean():
    rates = tf.constant([0.1, 0.5, 0.9])
    keys = make_keys(tf.constant([1, 2, 3], tf.uint32), tf.constant(7))
    masks = Dropout.from_rates(rates, rows=tf.constant(64), units=tf.constant(512)).draw_mask(
        keys[:, None, None]
    )
    assert masks.shape == (3, 64, 512)
    np.testing.assert_allclose((masks.numpy() == 0).mean(axis=(1, 2)), rates, atol=0.01)
    np.testing.assert_allclose(masks.numpy().mean(axis=(1, 2)), 1.0, atol=0.05)


def test_random_bits_depend_on_seed_and_counter_and_are_uncorrelated():
    seeds = tf.constant([0, 1, 2, 2**31], tf.uint32)
    positions = make_positions(20_000)
    both = make_keys(seeds, tf.constant([0, 1]))
    draws = [draw_bits(keys[:, None], positions).numpy() for keys in both]
    streams = np.concatenate(draws).astype(np.float64) / 2**32
    correlation = np.corrcoef(streams) - np.eye(8)
    assert abs(correlation).max() < 0.04
    shifted = np.corrcoef(streams[0, 1:], streams[0, :-1])[0, 1]
    assert abs(shifted) < 0.04
    alone = draw_bits(make_keys(seeds[2:3], tf.constant(1))[:, None], positions).numpy()
    np.testing.assert_array_equal(alone[0], draws[1][2])


def test_a_shape_is_traced_once_whatever_the_number_of_lanes(problem, plan):
    trainer = LanesTrainer()
    train(trainer, VALUES, problem, plan, jobs(4, learning_rate=0.05))
    train(trainer, VALUES, problem, plan, jobs(1, learning_rate=0.2))
    (program,) = trainer.programs.programs.values()
    assert program.traces == 1


@pytest.mark.parametrize(
    ("line", "rows", "alone"),
    [
        (KINDS["l2"], 61, False),
        (KINDS["max_norm"], 60, False),
        ("dropout = 0.4", 61, False),
        (KINDS["l2"], 60, True),
    ],
)
def test_networks_of_any_width_and_batch_size_share_a_program(plan, line, rows, alone, monkeypatch):
    if alone:
        monkeypatch.setattr(machine, "_FILLS_A_CORE", 1)
    problem = make_problem(rows)
    text = (
        "[network]\nunits = [8, 16, 24, 200]\n[sgd]\nbatch_size = [8, 32, 50]\n"
        f"[regularizer]\n{line}\n"
    )
    many = jobs(6)
    sizes = [(8, 8), (16, 50), (200, 32), (24, 8), (16, 8), (8, 50)]
    for job, (units, batch) in zip(many, sizes, strict=True):
        job.hyperparameters.values = {"units": units, "batch_size": batch}
    trainer = LanesTrainer()
    together = train(trainer, text, problem, plan, many)
    whole = {structure.whole_vectors for structure, _ in trainer.programs.programs}
    apart = {structure.extra_steps for structure, _ in trainer.programs.programs}
    assert whole == {False, True}  # units of 8, 24 and 200, or of 16
    assert 2 <= len(trainer.programs.programs) <= 2 * len(apart)
    assert {program.traces for program in trainer.programs.programs.values()} == {1}
    for job in many:
        assert_same(together[job.trial], train("lanes", text, problem, plan, [job])[job.trial])
    if "dropout" not in line:  # whose masks are others
        for number, one in train("fit", text, problem, plan, many).items():
            losses = together[number].curves["val_loss"]
            np.testing.assert_allclose(losses, one.curves["val_loss"], rtol=1e-4)


def test_where_memory_runs_out_a_group_is_halved_with_the_same_results(problem, plan, monkeypatch):
    many = jobs(5, learning_rate=0.05)
    expected = train("lanes", VALUES, problem, plan, many)
    tried = []
    load = StackedWeights.load

    def too_little_memory(self, lanes):
        tried.append(len(lanes) // 3)
        if tried[-1] > 2:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")
        load(self, lanes)

    monkeypatch.setattr(StackedWeights, "load", too_little_memory)
    trainer = LanesTrainer()
    trainer.machine.workers = 1  # so that one block has all lanes
    halved = train(trainer, VALUES, problem, plan, many)
    assert tried == [5, 3, 2, 1, 2]
    for trial, result in expected.items():
        assert_same(result, halved[trial])


def test_a_trial_that_does_not_fit_alone_fails_with_the_reason(problem, plan, monkeypatch):
    def no_memory(self, lanes):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating\nmore")

    monkeypatch.setattr(StackedWeights, "load", no_memory)
    (result,) = train("lanes", VALUES, problem, plan).values()
    assert (result.status, result.reason) == (
        "failed",
        "out of memory: ResourceExhaustedError: OOM when allocating more",
    )


def test_nothing_is_written_while_training(problem, plan, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    train("lanes", VALUES, problem, plan, jobs(2))
    assert list(tmp_path.iterdir()) == []


def test_changed_validation_rows_change_nothing_of_what_their_fold_was_fitted_on(problem, plan):
    held_out = problem.folds[0].validation
    x = problem.x.copy()
    x[held_out] = 1000.0
    tampered = Problem(x, problem.y, problem.folds, problem.scaled)
    before, after = (train("lanes", VALUES, p, plan)[0] for p in (problem, tampered))
    assert before.curves["loss"][0] == after.curves["loss"][0]
    assert before.curves["val_loss"][0] != after.curves["val_loss"][0]
