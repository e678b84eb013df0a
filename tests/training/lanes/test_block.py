"""A trial in lanes is the same bit for bit, whatever trains beside it."""

import pytest

from tests.helpers.problems import make_problem
from tests.helpers.training import (
    CustomHyperModel,
    add_dense_layer,
    assert_same,
    make_job,
    make_mlp,
    train,
)
from tuner.training import Plan
from tuner.training.lanes import LanesTrainer

MLPS = (
    "[network]\nunits = 8\n[regularizer]\n"
    'kind = ["none", "l2"]\nstrength = 0.01\ndropout = [0.0, 0.3]\n'
    "[sgd]\nlearning_rate = [0.05, 0.2]\n"
)
KINDS = {
    "stacked MLPs": (
        make_mlp(MLPS),
        [
            make_job(
                trial,
                kind=["none", "l2"][trial % 2],
                dropout=[0.0, 0.3][trial // 2 % 2],
                learning_rate=[0.05, 0.2][trial // 4],
            )
            for trial in range(8)
        ],
    ),
    "Keras models": (
        CustomHyperModel(add_dense_layer),
        [make_job(trial, rate=rate) for trial, rate in enumerate((0.01, 0.1, 0.5))],
    ),
}


@pytest.mark.parametrize(("hypermodel", "jobs"), KINDS.values(), ids=KINDS)
def test_a_trial_is_bit_for_bit_the_same_alone_as_beside_others(plan, hypermodel, jobs):
    problem = make_problem(rows=61)
    together = train("lanes", hypermodel, problem, plan, jobs)
    trainer = LanesTrainer()  # one for all, as after a resume
    for job in reversed(jobs):
        alone = train(trainer, hypermodel, problem, plan, [job])
        assert_same(together[job.trial], alone[job.trial])


def test_a_trial_does_not_depend_on_the_end_of_its_neighbours(problem):
    plan = Plan(epochs=12, patience=2, seed=1)
    hypermodel = make_mlp("[network]\nunits = 8\n[sgd]\nlearning_rate = [0.001, 0.9, 1e30]\n")
    jobs = [make_job(n, learning_rate=rate) for n, rate in enumerate((0.001, 0.9, 1e30))]
    together = train("lanes", hypermodel, problem, plan, jobs)
    assert len({len(r.curves["loss"][0]) for r in together.values() if r.curves}) == 2
    assert_same(together[0], train("lanes", hypermodel, problem, plan, jobs[:1])[0])
    assert (together[2].status, together[2].failure) == ("failed", "diverged")
    assert together[2].reason == (
        "the loss of fold 0 is not finite in epoch 1; a smaller learning rate may help"
    )
