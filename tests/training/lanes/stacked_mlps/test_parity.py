"""Stacked multilayer perceptrons give the curves of `fit`.

Each setting is tried in some combination with others: a training by `fit` takes seconds, in which
Keras traces the network. `test_every_setting_is_tried` holds that none is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

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
from tuner.data import Scaling
from tuner.problem import Problem
from tuner.space import ACTIVATIONS
from tuner.training import Plan
from tuner.training.lanes import data, machine
from tuner.training.lanes.data import LaneData


def make_uneven_problem():
    """Make folds that train on 30 or 31 rows, which 16 does not divide."""
    return make_problem(rows=61, folds=2)


def make_missing_problem():
    """Make rows of which some numbers are missing, and some features scaled by quartiles."""
    problem = make_uneven_problem()
    x = problem.x.copy()
    x[::5, 1], x[3, 2] = np.nan, 1e6
    scalings = np.array([Scaling.STANDARD, Scaling.ROBUST] * 2)[[0, 1, 3, 2]]
    return replace(problem, x=x, scalings=scalings)


@dataclass(frozen=True)
class Setting:
    """A combination of settings.

    Attributes:
        make_problem: Makes the rows and folds.
    """

    depth: int
    activation: str
    regularizer: str
    sgd: str = ""
    batch_size: int = 16
    make_problem: Callable[[], Problem] = make_uneven_problem

    @property
    def text(self) -> str:
        """The tables of a space file."""
        layers = f'activation = "{self.activation}"\nunits = 8\n' if self.depth else ""
        return (
            f"[network]\ndepth = {self.depth}\n{layers}"
            f"[regularizer]\n{REGULARIZERS[self.regularizer]}\n"
            f"[sgd]\nbatch_size = {self.batch_size}\n{self.sgd}\n"
        )


SETTINGS = {
    "missing values, long tails": Setting(
        0, "linear", "elastic_net", 'schedule = "cosine"', make_problem=make_missing_problem
    ),
    "unscaled": Setting(
        1, "relu", "none", make_problem=lambda: replace(make_uneven_problem(), scalings=None)
    ),
    "a last batch of one": Setting(
        2, "tanh", "l1", "nesterov = false", 33, partial(make_problem, rows=67, folds=2)
    ),
    "two lanes": Setting(3, "sigmoid", "l2", "momentum = 0.0", 7, partial(make_problem, folds=2)),
    "one partial batch": Setting(4, "elu", "elastic_net", batch_size=64),
    "folds that grow, max_norm": Setting(
        5, "selu", "max_norm", 'schedule = "cosine"', 8, make_ordered_problem
    ),
    "class weights": Setting(6, "gelu", "l2", make_problem=make_rare_problem),
    "a step that one fold lacks": Setting(
        1, "silu", "max_norm", "", 46, partial(make_problem, rows=62, folds=4)
    ),
    "repeats": Setting(2, "leaky_relu", "l1", make_problem=partial(make_repeated_problem, folds=2)),
    "folds that grow, l2": Setting(1, "mish", "l2", "", 8, make_ordered_problem),
}


def test_every_setting_is_tried():
    settings = SETTINGS.values()
    assert {setting.depth for setting in settings} == set(range(7))
    assert {setting.activation for setting in settings} == {"linear", *ACTIVATIONS}
    assert {setting.regularizer for setting in settings} == set(REGULARIZERS)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_lanes_give_fits_curves(plan, setting):
    assert_parity(make_mlp(setting.text), setting.make_problem(), plan)


def test_the_settings_have_the_folds_that_their_names_say():
    sizes = {
        name: sorted({len(fold.train) for fold in setting.make_problem().folds})
        for name, setting in SETTINGS.items()
    }
    assert sizes["unscaled"] == [30, 31]
    assert sizes["a last batch of one"] == [33, 34]
    assert sizes["a step that one fold lacks"] == [46, 47]
    assert sizes["folds that grow, l2"] == [21, 40, 59, 78]


def test_many_validation_rows_are_predicted_in_even_chunks_as_fit_predicts_them(plan, monkeypatch):
    monkeypatch.setattr(data, "_CHUNK", 40)
    problem = make_problem(rows=150, folds=3)
    assert LaneData(problem).fold_inputs["validation"].shape == (3, 2 * 32)  # 50 rows, not twice 48
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
        "[network]\nunits = 16\n[regularizer]\ndropout = 0.4\ninput_dropout = 0.1\n", epochs=3
    )
    fit, lanes = (
        train(trainer, hypermodel, problem, Plan(epochs=3, patience=9), make_jobs(3)).values()
        for trainer in ("fit", "lanes")
    )
    assert_same_losses_on_average(fit, lanes)


def test_changed_validation_rows_change_nothing_of_what_their_fold_was_fitted_on(problem, plan):
    x = problem.x.copy()
    x[problem.folds[0].validation] = 1000.0
    tampered = Problem(x, problem.y, problem.folds, problem.scalings)
    hypermodel = make_mlp("[network]\nunits = 8\n")
    before, after = (train("lanes", hypermodel, p, plan)[0] for p in (problem, tampered))
    assert before.curves["loss"][0] == after.curves["loss"][0]
    assert before.curves["val_loss"][0] != after.curves["val_loss"][0]
