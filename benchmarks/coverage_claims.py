"""What a search of a draw says of its models, and what they come to on fresh rows."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from coverage_network import Network
from coverage_tables import Draw, Table

from tuner.analysis import (
    NORMAL,
    Calibration,
    Member,
    PickName,
    Setting,
    average_out_of_fold,
    calibrate_networks,
    clip_interval,
    compare_settings,
    make_value_getter,
    pick_networks,
    read_cluster_values,
)
from tuner.analysis.bias_correction import evaluate_out_of_bag
from tuner.analysis.calibration import scale_probabilities
from tuner.analysis.ensemble_selection import Library, Scoring
from tuner.analysis.training_noise import compute_noise_ratio
from tuner.model.mlp import MLPHyperModel
from tuner.problem import Problem
from tuner.run.all_rows_training import AllRowsTraining
from tuner.scoring import OBJECTIVES, Truth, compute_mean_and_error, compute_unseen_variance
from tuner.study import Study, TrialRecord
from tuner.training.lanes import LanesTrainer

__all__ = ["COMPARED", "Claim", "Searched"]

COMPARED = "depth"
"""The hyperparameter whose two settings are compared."""

_TRAININGS = 5  # of a setting's trial, whose mean says what the setting comes to


@dataclass(frozen=True, slots=True)
class Claim:
    """What a search says of a model, and what is true.

    Attributes:
        kind: `best` and `ensemble`, corrected for the choice; `trial`, the first one, which was
            not chosen; `setting`, the best trial of the first depth; `difference`, the first depth
            less the second, on average over trainings; `one training`, the same of one network
            each.
        objective: The score's name.
        score: The score that the search states.
        error: The standard error that it states; 0 if it states none.
        low: The lower end of the 95 % interval.
        high: Its upper end.
        true: The score on fresh rows of the model that is trained on all drawn rows; calibrated,
            if the search would, but a `trial` never.
        plain: The same without calibration.
        true_error: The standard error of `true`, since not all fresh rows there are were scored.
    """

    kind: str
    objective: str
    score: float
    error: float
    low: float
    high: float
    true: float
    plain: float
    true_error: float


@dataclass(frozen=True)
class Searched:
    """A finished search of a draw."""

    table: Table
    draw: Draw
    problem: Problem
    study: Study
    hypermodel: MLPHyperModel
    trainer: LanesTrainer

    def list_claims(self) -> Iterator[Claim]:
        """Yield what the search says of its models in every objective."""
        picks = pick_networks(self.study, self.problem.truth)
        first = Member.from_record(self.records[0])
        names: tuple[PickName, ...] = ("best", "ensemble")
        kinds = {"trial": (first,), **{name: picks.list_members(name) for name in names}}
        settings = compare_settings(
            list(self.records.values()),
            picks.cluster_values,
            get_setting=make_value_getter(COMPARED),
            split=self.study.record.split,
            objective=self.study.record.objective,
        )
        found = [setting for setting in settings.settings if setting.trial is not None]
        found.sort(key=lambda setting: setting.value)
        compared = [
            (Member.from_record(self.records[setting.trial], _TRAININGS),) for setting in found
        ]
        self._train([member for members in (*kinds.values(), *compared) for member in members])
        for kind, members in kinds.items():
            yield from self._claim_scores(kind, members)
        yield self._claim_setting(found[0])
        if len(found) == 2:
            yield from self._claim_differences(settings.pairs[0], found)

    def _claim_scores(self, kind: str, members: Sequence[Member]) -> Iterator[Claim]:
        """Yield what the search says of a model in every objective."""
        calibration = calibrate_networks(self.study, members, self.problem.truth)
        plain = self._predict(members)
        calibrated = plain  # as exported; `calibration.scale` is for the rows out of fold alone
        if calibration.applied:
            calibrated = scale_probabilities(plain, calibration.temperature)
        for name, objective in OBJECTIVES.items():
            true, error = compute_mean_and_error(
                self.fresh.score_clusters(objective.row_values, calibrated)
            )
            uncalibrated = float(objective.row_values(plain, self.fresh.y).mean())
            if kind == "trial":  # the search states its score as it is
                true = uncalibrated
            stated = self._state(kind, name, members, calibration)
            yield Claim(kind, name, *stated, true, uncalibrated, error)

    def _state(
        self, kind: str, objective: str, members: Sequence[Member], calibration: Calibration
    ) -> tuple[float, float, float, float]:
        """Return the score that the search states, its error, and its interval."""
        maximise = OBJECTIVES[objective].direction == "max"
        if kind == "trial":
            result = self.records[members[0].trial].result
            score, error = result.scores[objective], result.standard_errors[objective]
            interval = score - NORMAL * error, score + NORMAL * error
            return score, error, *clip_interval(*interval, maximise=maximise)
        choose = {
            "best": self.library.make_best_procedure,
            "ensemble": self.library.make_ensemble_procedure,
        }[kind]
        truth, seed = self.problem.truth, self.study.record.settings.seed
        chosen = evaluate_out_of_bag(choose(objective), truth.cluster_count, seed=seed)
        # as `evaluate_exported` does for the one of the two that is exported
        averaged = average_out_of_fold(self.study, members)
        row_values, calibrated = OBJECTIVES[objective].row_values, calibration.scale(averaged)
        before, own = (truth.score_clusters(row_values, each) for each in (averaged, calibrated))
        networks = [(self.records[m.trial], m.networks) for m in members]
        noise = compute_noise_ratio(networks, len(truth.y), of_folds=members[0].folds > 0)
        unseen = compute_unseen_variance(objective, calibrated, truth.y)
        stated = chosen.add(own - before).with_training(noise, own).with_unseen(unseen)
        interval = clip_interval(*stated.interval, maximise=maximise)
        return stated.score, stated.standard_error, *interval

    def _claim_setting(self, setting: Setting) -> Claim:
        """Return what the search says of the best trial of a depth."""
        assert setting.score is not None
        assert setting.interval is not None
        true, error = compute_mean_and_error(self._score_trainings(setting)[0])
        low, high = setting.interval
        claimed = setting.score, (high - low) / 2 / NORMAL, low, high
        return Claim("setting", "cross_entropy", *claimed, true, true, error)

    def _claim_differences(self, pair: Any, found: Sequence[Setting]) -> Iterator[Claim]:
        """Yield what the search says of the difference of two depths."""
        sign = 1.0 if pair.first < pair.second else -1.0
        low, high = sorted(sign * end for end in pair.interval)
        claimed = sign * pair.difference, 0.0, low, high
        values = np.subtract(*map(self._score_trainings, found))
        true, error = compute_mean_and_error(values[0])
        yield Claim("one training", "cross_entropy", *claimed, true, true, error)
        mean, error = compute_mean_and_error(values.mean(axis=0))
        by_chance = values.mean(axis=1).std(ddof=1) / np.sqrt(_TRAININGS)
        error = float(np.hypot(error, by_chance))
        yield Claim("difference", "cross_entropy", *claimed, mean, mean, error)

    def _score_trainings(self, setting: Setting) -> np.ndarray:
        """Return the loss of each training of a setting's trial, `(trainings, fresh clusters)`."""
        row_values = OBJECTIVES["cross_entropy"].row_values
        return np.stack(
            [
                self.fresh.score_clusters(row_values, self._predict_network(setting.trial, number))
                for number in range(_TRAININGS)
            ]
        )

    @cached_property
    def records(self) -> dict[int, TrialRecord]:
        """The study's trials by number."""
        return {record.trial: record for record in self.study.read_trials()}

    @cached_property
    def fresh(self) -> Truth:
        """The true classes of the fresh rows."""
        groups = self.table.groups
        return Truth(
            self.table.y[self.draw.fresh], None if groups is None else groups[self.draw.fresh]
        )

    @cached_property
    def library(self) -> Library:
        """The trials, as the product chooses from them."""
        truth = self.problem.truth
        score = {
            name: partial(truth.score_clusters, objective.row_values)
            for name, objective in OBJECTIVES.items()
        }
        return Library(
            list(self.records.values()),
            read_cluster_values(self.study, truth),
            probabilities=self.study.arrays.read_probabilities,
            scoring=Scoring(truth, score, "cross_entropy", False),
        )

    @cached_property
    def _networks(self) -> dict[tuple[int, int], Network]:
        """Networks trained on all drawn rows, by trial and number."""
        return {}

    @cached_property
    def _fresh_probabilities(self) -> dict[tuple[int, int], np.ndarray]:
        """The probabilities of the fresh rows, by trial and number of the network."""
        return {}

    @cached_property
    def _fresh_rows(self) -> np.ndarray:
        scaler = self.problem.fit_scaler(self.draw.rows)
        assert scaler is not None  # tables are scaled
        return scaler.apply(self.table.x[self.draw.fresh])

    def _train(self, members: Sequence[Member]) -> None:
        """Train the networks of some members on all drawn rows, as the product does.

        Their weights are kept beside the study, for another run with other formulas.
        """
        path = self.study.folder / "networks.npz"
        weights = dict(np.load(path)) if path.exists() else {}
        counts: dict[int, int] = {}
        for member in members:
            missing = _name(member.trial, member.networks - 1, 0) not in weights
            if missing:
                counts[member.trial] = max(member.networks, counts.get(member.trial, 0))
        networks = self._train_members(
            [Member.from_record(self.records[trial], count) for trial, count in counts.items()]
        )
        keys = [(trial, number) for trial, count in counts.items() for number in range(count)]
        for key, network in zip(keys, networks, strict=True):
            weights |= {_name(*key, place): w for place, w in enumerate(network.get_weights())}
        if networks:
            np.savez(path, **weights)
        for name in weights:
            trial, number, place = map(int, name.split("-"))
            if place == 0:
                parts = itertools.count()
                own = itertools.takewhile(
                    weights.__contains__, (_name(trial, number, part) for part in parts)
                )
                self._networks[trial, number] = Network([weights[part] for part in own])

    def _train_members(self, members: Sequence[Member]) -> Sequence[Any]:
        if not members:
            return []
        scaler, plan = self.problem.fit_scaler(self.draw.rows), self.study.record.settings.plan
        assert scaler is not None  # tables are scaled
        training = AllRowsTraining(
            self.problem, plan, self.hypermodel, self.trainer, scaler, lambda note: None
        )
        networks, _ = training.run(members, self.records, self.study.record.split)
        return list(itertools.chain.from_iterable(networks))

    def _predict(self, members: Sequence[Member]) -> np.ndarray:
        """Return the mean probabilities of the fresh rows, shape `(fresh rows, classes)`."""
        return np.mean(
            [
                self._predict_network(member.trial, number)
                for member in members
                for number in range(member.networks)
            ],
            axis=0,
        )

    def _predict_network(self, trial: int, number: int) -> np.ndarray:
        """Return a network's probabilities of the fresh rows, `(fresh rows, classes)`."""
        key = trial, number
        if key not in self._fresh_probabilities:
            self._fresh_probabilities[key] = self._networks[key](self._fresh_rows).numpy()
        return self._fresh_probabilities[key]


def _name(trial: int, network: int, place: int) -> str:
    """Return the name of a network's weights: a kernel or a bias."""
    return f"{trial}-{network}-{place}"
