"""What lanes do on a GPU, by XLA on the CPU and with a memory that is made up.

None of this has run on a GPU: it shows that XLA compiles the program of stacked networks, that the
compiled program has the same results, and what is done about a GPU's memory.
"""

import dataclasses
import re

import numpy as np
import pytest
import tensorflow as tf

from tests.helpers.problems import make_problem
from tests.helpers.training import CustomHyperModel, hook, make_job, make_jobs, make_mlp, train
from tuner.training import Plan
from tuner.training.gpu import Gpu, find_gpu, require_whole_floats
from tuner.training.lanes import LanesTrainer
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.machine import Machine
from tuner.training.lanes.stacked_mlps import make_mlp_trial, program
from tuner.training.lanes.stacked_mlps.program import MLPProgram

GB = Gpu("a made-up GPU", 2**30)
SMALL = "[network]\ndepth = 0\n"  # XLA compiles it soon
ALL_PARTS = """
[network]
units = 8
depth = 2
activation = "tanh"
[sgd]
batch_size = 8
schedule = "cosine"
learning_rate = [0.05, 0.2]
[regularizer]
kind = "elastic_net"
strength = 0.01
balance = 0.5
dropout = 0.3
input_dropout = 0.1
"""


def assert_close(first, second):
    """Assert that two trainings have the same results, but for the last digits."""
    assert set(first) == set(second)
    for trial, result in first.items():
        other = second[trial]
        assert (result.status, result.epoch) == (other.status, other.epoch)
        for name, curve in result.curves.items():
            np.testing.assert_allclose(other.curves[name], curve, rtol=1e-4, atol=1e-6)
        if result.status == "completed":
            np.testing.assert_allclose(other.probabilities, result.probabilities, atol=1e-4)


def record_lanes(monkeypatch):
    """Return a list that gets the number of lanes of each epoch of stacked networks."""
    counts = []
    train_epoch = MLPProgram.train_epoch

    def count(self, weights, lanes):
        counts.append(len(lanes["order"]))
        return train_epoch(self, weights, lanes)

    monkeypatch.setattr(MLPProgram, "train_epoch", count)
    return counts


@pytest.fixture(scope="module")
def trainer():
    """The trainer of several tests, so that XLA compiles a program once for all of them."""
    return LanesTrainer(gpu=GB)


@pytest.fixture(scope="module")
def problem():
    """Rows of several tests; with batches of 8 some folds take a step more than others."""
    return make_problem(rows=61)


def list_operations(program):
    """Return the kinds of TensorFlow's operations in a program, those of its loops included."""
    graph = program._traced.graph.as_graph_def()
    return {node.op for part in (graph, *graph.library.function) for node in list_nodes(part)}


def list_nodes(part):
    return part.node if isinstance(part, tf.compat.v1.GraphDef) else part.node_def


HOST = re.compile("Py|Iterator|Dataset|Read(File|er)")
"""Operations that call Python or read files."""


def test_a_compiled_program_has_the_results_of_the_other(trainer, problem, plan):
    hypermodel = make_mlp(ALL_PARTS)
    jobs = [make_job(trial, learning_rate=rate) for trial, rate in enumerate((0.05, 0.2))]
    notes = []
    assert_close(
        train("lanes", hypermodel, problem, plan, jobs),
        train(trainer, hypermodel, problem, hook(plan, on_note=notes.append), jobs),
    )
    (program,) = trainer.programs.used
    assert (program.compiled, program.refusal, program.traces, notes) == (True, "", 1, [])
    # XLA compiles the whole epoch or nothing, so that nothing in it runs on the host
    assert program._traced.function_def.attr["_XlaMustCompile"].b
    assert not [kind for kind in list_operations(program) if HOST.search(kind)]


def test_no_step_of_other_networks_runs_python_or_reads_files(problem, plan):
    trainer = LanesTrainer(gpu=GB)
    train(trainer, CustomHyperModel(), problem, plan)
    (program,) = trainer.programs.used
    kinds = list_operations(program)
    assert kinds & {"While", "StatelessWhile"}  # the steps are among them
    assert not [kind for kind in kinds if HOST.search(kind)]


def test_ended_trials_keep_their_lanes_until_half_have_ended(trainer, problem, monkeypatch):
    """XLA would compile the program again for each number of lanes."""
    plan = Plan(epochs=4, patience=9, seed=1)
    hypermodel = make_mlp(SMALL)
    jobs = [dataclasses.replace(job, epochs=job.trial + 1) for job in make_jobs(4)]
    expected = train("lanes", hypermodel, problem, plan, jobs)
    counts = record_lanes(monkeypatch)
    assert_close(expected, train(trainer, hypermodel, problem, plan, jobs))
    assert counts == [12, 12, 6, 3]  # without XLA 12, 9, 6, 3


def test_if_a_gpus_memory_runs_out_a_block_is_halved_with_the_same_results(
    trainer, problem, plan, monkeypatch
):
    hypermodel, jobs = make_mlp(SMALL), make_jobs(4)
    expected = train("lanes", hypermodel, problem, plan, jobs)
    counts = record_lanes(monkeypatch)
    train_epoch = MLPProgram.train_epoch

    def train_six_lanes(self, weights, lanes):
        if len(lanes["order"]) > 6 and lanes["first_step"] > 0:  # in the second epoch
            raise tf.errors.ResourceExhaustedError(None, None, "Out of memory while trying to")
        return train_epoch(self, weights, lanes)

    monkeypatch.setattr(MLPProgram, "train_epoch", train_six_lanes)
    assert_close(expected, train(trainer, hypermodel, problem, plan, jobs))
    assert counts == [12, 6, 6, 6, 6, 6, 6]


def test_networks_that_do_not_fit_into_a_gpu_fail_with_one_sentence(problem, plan, monkeypatch):
    def train_nothing(self, weights, lanes):
        raise tf.errors.ResourceExhaustedError(None, None, "Out of memory\n" * 100)

    monkeypatch.setattr(MLPProgram, "train_epoch", train_nothing)
    trainer = LanesTrainer(gpu=Gpu("a small GPU", 10**8))
    (result,) = train(trainer, make_mlp(SMALL), problem, plan).values()
    assert (result.status, result.failure) == ("failed", "out_of_memory")
    assert result.reason == (
        "out of memory: its 3 networks need more than the 0.1 GB of a small GPU; try fewer units"
    )


def test_what_xla_cannot_compile_runs_without_it(problem, plan, monkeypatch, new_programs):
    hypermodel = make_mlp(SMALL)
    expected = train("lanes", hypermodel, problem, plan)
    total = program.sum_answers

    def total_by_texts(*arguments):
        loss, right = total(*arguments)
        return tf.strings.to_number(tf.strings.as_string(loss, 9)), right

    monkeypatch.setattr(program, "sum_answers", total_by_texts)
    trainer, notes = LanesTrainer(gpu=GB), []
    for _ in range(2):
        assert_close(
            expected, train(trainer, hypermodel, problem, hook(plan, on_note=notes.append))
        )
    (note,) = notes
    assert note.startswith("XLA cannot compile a block, which runs without it: InvalidArgument")


def count_trials(memory, rows=60, units=8):
    shape = make_mlp_trial(make_job(), make_mlp(f"[network]\nunits = {units}\n"), Plan()).shape
    return Machine(gpu=Gpu("made up", memory)).count_trials_in_block(
        shape, LaneData(make_problem(rows))
    )


def test_a_block_is_as_large_as_a_gpus_memory_allows():
    small, large = count_trials(2**28), count_trials(2**30)
    assert 3.9 < large / small < 4.1
    assert count_trials(2**30, units=512) < large / 20
    assert count_trials(2**30, rows=6000) < large / 10
    assert count_trials(0) == 1


def test_a_gpu_has_the_name_and_memory_that_tensorflow_tells(monkeypatch):
    cpus = tf.config.list_physical_devices("CPU")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: cpus)
    assert find_gpu() == Gpu(cpus[0].name, 2**28)  # TensorFlow says so of each CPU


def test_a_gpu_does_not_round_factors_to_three_digits(monkeypatch):
    """XLA reads the setting when it compiles a product, on any device."""

    def list_products():
        multiply = tf.function(lambda a, b: a @ b, jit_compile=True)
        text = multiply.experimental_get_compiler_ir(tf.eye(3), tf.eye(3))(stage="hlo")
        return [line for line in text.splitlines() if " dot(" in line]

    settle = tf.config.experimental.enable_tensor_float_32_execution
    try:
        require_whole_floats()  # there is no GPU
        assert "operand_precision" not in list_products()[0]
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["a GPU"])
        require_whole_floats()
        assert "operand_precision={highest,highest}" in list_products()[0]
    finally:
        settle(True)
