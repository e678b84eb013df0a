"""Which trials share a program, and how long programs are kept."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from tests.helpers.problems import make_ordered_problem, make_problem
from tests.helpers.training import (
    REGULARIZERS,
    CustomHyperModel,
    assert_same,
    make_job,
    make_jobs,
    make_mlp,
    train,
)
from tuner.data import Scaling
from tuner.training.lanes import LanesTrainer, machine
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.keras_models import make_keras_trial
from tuner.training.lanes.machine import Machine
from tuner.training.lanes.programs import KeptPrograms, Programs
from tuner.training.lanes.stacked_mlps import make_mlp_trial

RATES = make_mlp("[network]\nunits = 8\n[sgd]\nlearning_rate = [0.05, 0.2]\n")


def make_stacked_trial(problem, plan):
    return make_mlp_trial(make_job(), RATES, plan)


def make_custom_trial(problem, plan):
    return make_keras_trial(make_job(), CustomHyperModel(), problem, plan)


def list_programs(trainer):
    return list(trainer.programs.used)


def test_programs_that_were_not_used_for_long_are_dropped(problem, plan, monkeypatch, new_programs):
    monkeypatch.setattr("tuner.training.lanes.programs._MOST_PROGRAMS", 2)
    trainer = LanesTrainer()
    expected = {}
    for depth in (2, 3, 2, 4, 2, 3):
        hypermodel = make_mlp(f"[network]\ndepth = {depth}\n")
        (result,) = train(trainer, hypermodel, problem, plan).values()
        assert_same(expected.setdefault(depth, result), result)
        assert len(new_programs.programs) <= 2
    kept = new_programs.programs.values()
    assert [program.structure.depth for program in kept] == [2, 3]


def test_programs_do_not_keep_much_memory_in_networks(problem, plan, monkeypatch, new_programs):
    monkeypatch.setattr("tuner.training.lanes.programs._MOST_BYTES", 1)
    for name in ("relu", "tanh"):
        hypermodel = CustomHyperModel(lambda hp, x, name=name: keras.layers.Dense(4, name)(x))
        train(LanesTrainer(), hypermodel, problem, plan)
        (program,) = new_programs.programs.values()
        assert program.kept_bytes > 4 * (4 * 4 + 4)
    train(LanesTrainer(), RATES, problem, plan)
    (program,) = new_programs.programs.values()
    assert program.kept_bytes == 0


@pytest.mark.parametrize("hypermodel", [RATES, CustomHyperModel()], ids=["stacked", "custom"])
def test_searches_of_a_process_share_programs_whatever_their_rows(
    hypermodel, problem, plan, monkeypatch, new_programs
):
    problems = (problem, make_problem(rows=90, seed=5))
    shared = [train(LanesTrainer(), hypermodel, rows, plan)[0] for rows in problems]
    assert [program.traces for program in new_programs.programs.values()] == [1]
    for rows, result in zip(problems, shared, strict=True):
        monkeypatch.setattr("tuner.training.lanes.programs._KEPT", KeptPrograms())
        assert_same(result, train(LanesTrainer(), hypermodel, rows, plan)[0])


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("scalings", None),
        ("scalings", np.full(4, Scaling.ROBUST)),
        ("row_weights", np.ones(60, np.float32)),
        ("class_weight", "balanced"),
        ("x", np.full((60, 4), np.nan, np.float32)),
        ("x", np.zeros((60, 4), np.uint8)),
    ],
)
@pytest.mark.parametrize("make_trial", [make_stacked_trial, make_custom_trial])
def test_rows_of_another_kind_need_another_program(make_trial, part, changed, plan):
    problem = make_problem(60)
    shape = make_trial(problem, plan).shape
    plain, others, changed = (
        Programs(LaneData(rows), Machine()).make_key(shape)
        for rows in (problem, make_problem(75, seed=1), replace(problem, **{part: changed}))
    )
    assert plain == others
    assert plain != changed


class NamedInputs(CustomHyperModel):
    """A hypermodel of networks that find their inputs by name; the first has a layer of its own."""

    def __init__(self, names):
        super().__init__()
        self.names = names

    def build(self, hp):
        first, second = inputs = [keras.Input((4,), name=name) for name in self.names]
        both = keras.layers.Concatenate()([keras.layers.Dense(4, "relu")(first), second])
        model = keras.Model(inputs, keras.layers.Dense(3, "softmax")(both))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model


def test_networks_with_inputs_of_other_names_need_another_program(plan):
    problem = make_problem(60)
    named = replace(problem, x={"a": problem.x, "b": problem.x}, scalings=None)
    by_place = replace(named, x=(problem.x, problem.x))

    def make_key(names, rows):
        trial = make_keras_trial(make_job(), NamedInputs(names), rows, plan)
        return Programs(LaneData(rows), Machine()).make_key(trial.shape)

    assert make_key("ab", named) == make_key("ab", named)
    assert make_key("ab", named) != make_key("ba", named)
    assert make_key("ab", by_place) == make_key("ba", by_place)


def test_a_structure_is_traced_once_for_any_number_of_lanes(problem, plan):
    trainer = LanesTrainer()
    train(trainer, RATES, problem, plan, make_jobs(4, learning_rate=0.05))
    train(trainer, RATES, problem, plan, make_jobs(1, learning_rate=0.2))
    (program,) = list_programs(trainer)
    assert program.traces == 1


@pytest.mark.parametrize(
    ("line", "rows", "alone"),
    [
        (REGULARIZERS["l2"], 61, False),
        (REGULARIZERS["max_norm"], 60, False),
        ("dropout = 0.4", 61, False),
        (REGULARIZERS["l2"], 60, True),
    ],
)
def test_networks_of_any_width_and_batch_size_share_a_program(plan, line, rows, alone, monkeypatch):
    if alone:
        monkeypatch.setattr(machine, "_FILLS_A_CORE", 1)
    problem = make_problem(rows)
    hypermodel = make_mlp(
        "[network]\nunits = [8, 16, 24, 200]\n[sgd]\nbatch_size = [8, 32, 50]\n"
        f"[regularizer]\n{line}\n"
    )
    sizes = [(8, 8), (16, 50), (200, 32), (24, 8), (16, 8), (8, 50)]
    jobs = [
        make_job(trial, units=units, batch_size=batch) for trial, (units, batch) in enumerate(sizes)
    ]
    trainer = LanesTrainer()
    together = train(trainer, hypermodel, problem, plan, jobs)
    structures = [program.structure for program in list_programs(trainer)]
    assert {structure.whole_vectors for structure in structures} == {False, True}  # 16 is whole
    assert 2 <= len(structures) <= 2 * len({structure.extra_steps for structure in structures})
    assert {program.traces for program in list_programs(trainer)} == {1}
    one_by_one = LanesTrainer()
    for job in jobs:
        result = train(one_by_one, hypermodel, problem, plan, [job])[job.trial]
        assert_same(together[job.trial], result)


def test_a_program_does_not_grow_with_the_steps_that_folds_differ_in(plan):
    hypermodel = make_mlp("[network]\nunits = 8\n[sgd]\nbatch_size = 8\n")
    sizes = []
    for rows in (97, 970):
        trainer = LanesTrainer()
        train(trainer, hypermodel, make_ordered_problem(rows), plan)
        (program,) = list_programs(trainer)
        sizes.append(len(program._traced.graph.as_graph_def().library.function))
    assert sizes[0] == sizes[1]


def test_trials_that_differ_in_the_learning_rate_alone_share_a_program(problem, plan):
    trainer = LanesTrainer()
    jobs = [make_job(trial, rate=rate) for trial, rate in enumerate((0.01, 0.1, 0.5))]
    results = train(trainer, CustomHyperModel(), problem, plan, jobs)
    (program,) = list_programs(trainer)
    assert program.traces == 1
    assert len({result.score for result in results.values()}) == 3


class Scaling(keras.layers.Layer):
    """Leaves its factor out of its configuration, as custom layers may."""

    def __init__(self, factor=1.0):
        super().__init__()
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {}


def test_networks_with_custom_layers_are_never_shared(problem, plan):
    hypermodel = CustomHyperModel(lambda hp, inputs: Scaling(hp.get("rate"))(inputs))
    jobs = [make_job(trial, rate=rate) for trial, rate in enumerate((0.01, 1.0))]
    trainer = LanesTrainer()
    results = train(trainer, hypermodel, problem, plan, jobs)
    assert list_programs(trainer) == []
    fit = train("fit", hypermodel, problem, plan, jobs)
    for trial in (0, 1):
        assert results[trial].score == pytest.approx(fit[trial].score, rel=1e-4)
