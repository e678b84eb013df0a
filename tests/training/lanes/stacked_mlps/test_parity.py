"""Stacked multilayer perceptrons give the curves of `fit`.

Each setting is tried in some combination with others: a training by `fit` takes seconds, in which
Keras traces the network. `test_every_setting_is_tried` holds that none is left out.
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from tests.helpers.problems import (
    make_ordered_problem,
    make_problem,
    make_rare_problem,
    make_repeated_problem,
)
from tests.helpers.training import (
    REGULARIZERS,
    assert_parity,
    assert_same,
    assert_same_losses_on_average,
    make_jobs,
    make_mlp,
    train,
)
from tuner.problem import Problem
from tuner.space import ACTIVATIONS
from tuner.training import Plan
from tuner.training.lanes import data, machine
from tuner.training.lanes.data import LaneData


@dataclass(frozen=True)
class Setting:
    """A combination of settings; batches of 16 rows give the folds of 40 or 41 rows a partial one.

    Attributes:
        rows: Rows of the problem.
        folds: Its number of folds.
    """

    depth: int
    activation: str
    regularizer: str
    sgd: str = ""
    batch_size: int = 16
    rows: int = 61
    folds: int = 3

    @property
    def text(self) -> str:
        """The tables of a space file."""
        layers = f'activation = "{self.activation}"\nunits = 8\n' if self.depth else ""
        return (
            f"[network]\ndepth = {self.depth}\n{layers}"
            f"[regularizer]\n{REGULARIZERS[self.regularizer]}\n"
            f"[sgd]\nbatch_size = {self.batch_size}\n{self.sgd}\n"
        )


SETTINGS = [
    Setting(0, "linear", "elastic_net", 'schedule = "cosine"'),
    Setting(1, "relu", "none"),
    Setting(2, "tanh", "l1", "nesterov = false", batch_size=33, rows=100),  # a last batch of one
    Setting(3, "sigmoid", "l2", "momentum = 0.0", batch_size=7, rows=60, folds=2),  # two lanes
    Setting(4, "elu", "elastic_net", batch_size=64),  # one partial batch
    Setting(5, "selu", "max_norm", 'schedule = "cosine"'),
    Setting(6, "gelu", "l2"),
    Setting(1, "silu", "max_norm", batch_size=46, rows=62, folds=4),  # one fold lacks a step
    Setting(2, "leaky_relu", "l1"),
]


def test_every_setting_is_tried():
    assert {setting.depth for setting in SETTINGS} == set(range(7))
    assert {setting.activation for setting in SETTINGS} == {"linear", *ACTIVATIONS}
    assert {setting.regularizer for setting in SETTINGS} == set(REGULARIZERS)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: f"{s.depth}-{s.activation}")
def test_lanes_give_fits_curves(plan, setting):
    problem = make_problem(rows=setting.rows, folds=setting.folds)
    assert_parity(make_mlp(setting.text), problem, plan)


def test_the_fold_that_lacks_a_step_has_46_rows():
    problem = make_problem(rows=62, folds=4)
    assert sorted({len(fold.train) for fold in problem.folds}) == [46, 47]


@pytest.mark.parametrize("kind", ["l2", "max_norm"])
def test_lanes_of_few_steps_rest_while_others_train_on(plan, kind):
    problem = make_ordered_problem()
    assert [len(fold.train) for fold in problem.folds] == [21, 40, 59, 78]
    assert_parity(make_mlp(Setting(1, "relu", kind, batch_size=8).text), problem, plan)


def test_class_weights_and_repeats_give_fits_curves(plan):
    hypermodel = make_mlp(Setting(1, "relu", "l2").text)
    assert_parity(hypermodel, make_rare_problem(), plan)
    assert_parity(hypermodel, make_repeated_problem(), plan)


@pytest.mark.parametrize("scaled", [True, False])
def test_missing_values_and_unscaled_rows_are_taken_as_fit_takes_them(problem, plan, scaled):
    x = problem.x.copy()
    x[::5, 1] = np.nan
    changed = replace(problem, x=x, scaled=problem.scaled if scaled else None)
    assert_parity(make_mlp("[network]\nunits = 8\n"), changed, plan)


def test_many_validation_rows_are_predicted_in_even_chunks_as_fit_predicts_them(plan, monkeypatch):
    monkeypatch.setattr(data, "_CHUNK", 40)
    problem = make_problem(rows=150, folds=3)
    assert LaneData(problem).validation.shape == (3, 2 * 32)  # 50 rows, not twice 48
    assert_parity(make_mlp("[network]\nunits = 8\n"), problem, plan)


def test_networks_that_fill_a_core_train_alone_with_fits_curves(problem, plan, monkeypatch):
    monkeypatch.setattr(machine, "_FILLS_A_CORE", 1)
    hypermodel = make_mlp("[network]\nunits = 8\n")
    assert_parity(hypermodel, problem, plan)
    jobs = make_jobs(3)
    together = train("lanes", hypermodel, problem, plan, jobs)
    assert_same(together[1], train("lanes", hypermodel, problem, plan, jobs[1:2])[1])


def test_dropout_agrees_with_fit_in_distribution(problem):
    hypermodel = make_mlp(
        "[network]\nunits = 16\n[regularizer]\ndropout = 0.4\ninput_dropout = 0.1\n", epochs=4
    )
    fit, lanes = (
        train(trainer, hypermodel, problem, Plan(epochs=4, patience=9), make_jobs(6)).values()
        for trainer in ("fit", "lanes")
    )
    assert_same_losses_on_average(fit, lanes)


def test_changed_validation_rows_change_nothing_of_what_their_fold_was_fitted_on(problem, plan):
    x = problem.x.copy()
    x[problem.folds[0].validation] = 1000.0
    tampered = Problem(x, problem.y, problem.folds, problem.scaled)
    hypermodel = make_mlp("[network]\nunits = 8\n")
    before, after = (train("lanes", hypermodel, p, plan)[0] for p in (problem, tampered))
    assert before.curves["loss"][0] == after.curves["loss"][0]
    assert before.curves["val_loss"][0] != after.curves["val_loss"][0]
