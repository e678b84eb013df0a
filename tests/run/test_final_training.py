"""Networks that are trained on all training rows at last."""

import dataclasses
import re
from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.training import hook
from tuner.analysis import Member
from tuner.errors import NetworkDiverged
from tuner.run.final_training import train_members
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest
from tuner.run.setup import make_hypermodel, make_hyperparameters
from tuner.study import SearchSettings, TrialRecord
from tuner.training import Job, Plan, TrialResult
from tuner.training.fold_networks import FoldNetworks
from tuner.training.lanes import LanesTrainer

VALUES = {
    "depth": 1, "units": 8, "activation": "relu", "kind": "none", "dropout": 0.0,
    "input_dropout": 0.0, "momentum": 0.9, "nesterov": True, "batch_size": 32,
    "schedule": "constant",
}  # fmt: skip


@pytest.fixture(scope="module")
def setup():
    return prepare("mlp", DataRequest("iris"), SearchSettings(folds=3, epochs=8))


def member_of(trial, learning_rate, networks=1):
    return Member(
        trial,
        networks,
        hyperparameters={**VALUES, "learning_rate": learning_rate},
        derived={},
        parameters=67,
        epoch=8,
    )


def record_of(trial, loss):
    curves = {"loss": [[loss] * 8] * 3}
    return TrialRecord(trial, {}, {}, TrialResult(trial, "completed", epoch=8, curves=curves))


def test_networks_are_averaged(setup):
    members = [member_of(0, 0.1, networks=2), member_of(1, 0.05)]
    records = {trial: record_of(trial, 0.5) for trial in (0, 1)}
    notes = []
    trained = train_members(setup, records, members, notes.append)
    assert trained.predict_alone(setup.dataset.raw) == []  # there are no networks of folds
    together = trained.network
    assert notes == []
    x = np.eye(4, dtype=np.float32)
    alone = [train_members(setup, records, [member_of(t, r)]).network for t, r in [(1, 0.05)]]
    first = train_members(setup, records, [member_of(0, 0.1, networks=2)]).network
    expected = (2 * first(x).numpy() + alone[0](x).numpy()) / 3
    np.testing.assert_allclose(together(x).numpy(), expected, atol=1e-6)


def test_a_network_that_does_not_learn_is_trained_again_from_other_weights(setup):
    """Its folds learned to 0.01; at this learning rate no network does so in 8 epochs."""
    notes = []
    train_members(setup, {3: record_of(3, 0.01)}, [member_of(3, 1e-6)], notes.append)
    assert len(notes) == 3
    assert re.fullmatch(
        r"a network of trial 3 did not learn on all training rows \(loss \d\.\d{3}\), unlike its "
        "folds' networks; it is trained again from other initial weights",
        notes[0],
    )
    assert re.fullmatch(
        r"a network of trial 3 did not learn on all training rows \(loss \d\.\d{3}\), unlike its "
        "folds' networks; it is the best of 3 attempts, and exported",
        notes[2],
    )
    losses = [float(re.search(r"loss (\d\.\d{3})", note)[1]) for note in notes]
    assert losses[2] == min(losses)


def test_what_its_folds_did_not_learn_either_is_not_trained_again(setup):
    notes = []
    train_members(setup, {3: record_of(3, 1.2)}, [member_of(3, 1e-6)], notes.append)
    assert notes == []


def test_the_plan_decides_the_network(setup):
    records, members = {0: record_of(0, 0.5)}, [member_of(0, 0.1)]
    other = dataclasses.replace(setup, settings=dataclasses.replace(setup.settings, seed=9))
    assert isinstance(other.settings.plan, Plan)
    x = np.eye(4, dtype=np.float32)
    one, same, another = (
        train_members(each, records, members).network(x).numpy() for each in (setup, setup, other)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, another)


def test_the_attempt_with_the_least_loss_is_kept(setup, monkeypatch):
    """Attempts that come to nothing, to a little, and to less; the second is kept."""
    attempts = []

    def scaled(network):
        network.set_weights([weights * 0 for weights in network.get_weights()])
        bias = {0: np.nan, 1: 0.0, 2: -5.0}[len(attempts)]
        kernel, _ = network.layers[-1].get_weights()
        network.layers[-1].set_weights([kernel, np.array([bias, 0, 0], np.float32)])
        attempts.append(network)
        return network

    train = LanesTrainer.train_on_all_rows

    def collapsed(self, *arguments, **settings):
        return [scaled(network) for network in train(self, *arguments, **settings)]

    monkeypatch.setattr(LanesTrainer, "train_on_all_rows", collapsed)
    notes = []
    kept = train_members(setup, {3: record_of(3, 0.01)}, [member_of(3, 0.1)], notes.append)
    assert ["diverged" in notes[0], "loss 1.099" in notes[1], "loss 1.099" in notes[2]] == [
        True
    ] * 3
    assert kept.notes == tuple(notes[-1:])  # of the last attempt, which is what is exported
    np.testing.assert_allclose(kept.network(np.eye(4, dtype=np.float32)).numpy(), 1 / 3, atol=1e-6)


def test_a_network_that_always_diverges_is_not_exported(setup, monkeypatch):
    """On its folds it did not, or it would be no pick."""
    monkeypatch.setattr("tuner.run.all_rows_training._DIVERGED_ATTEMPTS", 4)
    notes = []
    with pytest.raises(NetworkDiverged) as error:
        train_members(setup, {3: record_of(3, 0.9)}, [member_of(3, 1e30)], notes.append)
    assert str(error.value) == (
        "trial 3: its network diverged on all training rows in 4 attempts, but on its folds it "
        "did not; export another trial by its number, with --pick, or search smaller learning rates"
    )
    assert len(notes) == 3


def test_the_networks_of_folds_are_averaged_as_each_scaled_its_rows(setup, monkeypatch):
    """They are those that the search kept; lost ones are trained again to the same bits."""
    monkeypatch.setattr(LanesTrainer, "train_on_all_rows", None)  # nothing is prepared for none
    problem, kept = setup.problem, FoldNetworks()
    members = [replace(member_of(trial, 0.1, networks=2 - trial), folds=3) for trial in (0, 1)]
    jobs = [Job(m.trial, make_hyperparameters(m.hyperparameters), m.epoch) for m in members]
    trainer, hypermodel = LanesTrainer(), make_hypermodel(setup)
    plan = hook(setup.settings.plan, fold_networks=kept)
    results = list(trainer.train(jobs, hypermodel, problem=problem, plan=plan))
    members = [replace(m, epoch=r.epoch) for m, r in zip(members, results, strict=True)]
    raw = {name: values[:9] for name, values in setup.dataset.raw.items()}
    expected = np.zeros((9, 3))
    for weight, member in zip((2, 1), members, strict=True):
        for network, fold in zip(kept.make_networks(member.trial), problem.folds, strict=True):
            rows = problem.fit_scaler(fold.train).apply(problem.array[:9])
            expected += weight / 9 * network(rows).numpy()
    trained = train_members(setup, {}, members, fold_networks=kept)
    found = trained.predict_proba(raw)
    again = train_members(setup, {}, members, fold_networks=None).predict_proba(raw)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_array_equal(found, again)
    of_fold = train_members(setup, {}, members, fold_networks=kept, fold=2).predict_proba(raw)
    assert abs(of_fold - found).max() > 1e-4
    alone = trained.predict_alone(raw)
    np.testing.assert_allclose(np.mean(alone, axis=0), found, atol=1e-6)
    np.testing.assert_allclose(alone[2], of_fold, atol=1e-6)
    cooler = train_members(setup, {}, members, temperature=0.5, fold_networks=kept)
    squares = alone[2].astype(np.float64) ** 2
    expected = squares / squares.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(cooler.predict_alone(raw)[2], expected, atol=1e-5)


def test_networks_on_all_rows_count_as_much_as_those_of_the_folds(setup):
    """They see rows as all rows scale them, and are those that the trial alone would have."""
    member = replace(member_of(0, 0.1, networks=2), epoch=2)
    records = {0: record_of(0, 0.1)}
    raw = {name: values[:9] for name, values in setup.dataset.raw.items()}
    whole, folds, both = (
        train_members(setup, records, [each]).predict_proba(raw)
        for each in (
            member,
            replace(member, folds=3),
            replace(member, folds=3, on_all_rows=2),
        )
    )
    np.testing.assert_allclose(both, (whole + folds) / 2, atol=1e-6)
    assert abs(whole - folds).max() > 1e-4
