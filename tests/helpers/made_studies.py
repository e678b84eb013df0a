"""Studies of a few made trials, whose losses by row are known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import stdtrit

from tests.helpers.problems import make_split
from tests.helpers.spaces import make_space
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.baselines import JudgedBaseline
from tuner.analysis.bias_correction import OutOfBag
from tuner.analysis.calibration import Calibration
from tuner.analysis.ensemble import Ensemble
from tuner.analysis.picks import Picks
from tuner.analysis.training_noise import compute_noise_ratio
from tuner.analysis.trial_picks import pick_trials
from tuner.scoring import OBJECTIVES
from tuner.space import Space
from tuner.study import SearchSettings, StudyRecord, TrialRecord
from tuner.training import TrialResult

ROWS = 120
SPLIT = make_split(np.arange(ROWS) % 2, classes=["a", "b"], folds=4, test_size=0.0, seed=0)
DIVERGED = {
    "status": "failed",
    "failure": "diverged",
    "reason": "the loss of fold 0 is not finite in epoch 2; a smaller learning rate may help",
}

SPACE = """
compare = "depth"
[network]
depth = { min = 0, max = 2 }
units = 8
activation = "relu"
[sgd]
learning_rate = { min = 0.001, max = 1.0, log = true }
"""


def make_losses() -> np.ndarray:
    """Make losses by row with mean 1: all networks find the same rows hard."""
    losses = np.random.default_rng(99).exponential(size=ROWS)
    return losses / losses.mean()


class MadeStudy:
    """A study that is made trial by trial."""

    def __init__(self, text: str = SPACE, **settings: Any) -> None:
        settings = {"folds": 4, "epochs": 2, **settings}
        self.study = StudyRecord(
            name="made",
            space_name="test",
            title="Which?",
            space_definition=make_space(text).to_dict(),
            data={"name": "points", "source": "points.csv"},
            settings=SearchSettings(**settings),
            split=SPLIT,
            versions={},
        )
        self.records: list[TrialRecord] = []
        self.cluster_values: dict[int, np.ndarray] = {}

    def add(
        self, values: dict[str, Any], shift: float = 0.0, status: str = "completed", **fields: Any
    ) -> "MadeStudy":
        """Add a trial whose losses by row are `make_losses()`, or `rows`, plus `shift`.

        `losses` are its training and validation loss at the end of two epochs, `curves` its losses
        by epoch, `accuracy` the share of rows that it has right. `derived` goes to the record, all
        other fields to the result.
        """
        trial = len(self.records)
        noise = 0.02 * np.random.default_rng(trial).normal(size=ROWS)
        rows = fields.pop("rows", make_losses()) + shift + noise - noise.mean()
        derived = fields.pop("derived", {})
        score = float(rows.mean())
        train, validation = fields.pop("losses", (score, score))
        curves = {"loss": [[9.0, train]] * 4, "val_loss": [[9.0, validation]] * 4}
        curves, accuracy = fields.pop("curves", curves), fields.pop("accuracy", None)
        result = TrialResult(trial, status, **{"parameters": 100, **fields})
        if status != "failed":
            error = float(rows.std(ddof=1) / np.sqrt(ROWS))
            result = replace(
                result,
                score=score,
                standard_error=error,
                scores={"cross_entropy": score}
                | ({} if accuracy is None else {"accuracy": accuracy}),
                standard_errors={"cross_entropy": error},
                fold_scores=tuple(float(rows[fold.validation].mean()) for fold in SPLIT.folds),
                epoch=fields.get("epoch", 2),
                curves=curves,
            )
        if status == "completed":
            self.cluster_values[trial] = rows
        self.records.append(TrialRecord(trial, values, derived, result))
        return self

    def add_depths(
        self, shifts: Mapping[int, float], times: int, sizes: Sequence[int] = (100, 100, 100)
    ) -> "MadeStudy":
        """Add `times` trials of each depth, each a bit worse than the one before."""
        for time in range(times):
            for depth, shift in shifts.items():
                self.add({"depth": depth}, shift + 0.01 * time, parameters=sizes[depth])
        return self

    def evidence(self, *baselines: JudgedBaseline) -> Evidence:
        """Return the evidence that answers rest on."""
        loss = OBJECTIVES["cross_entropy"]
        picks = pick_trials(self.records, self.cluster_values, objective=loss, seed=0)
        best = picks.best
        values, record = self.cluster_values[best.trial], self.records[best.trial]
        named = Picks(
            best,
            picks.smallest,
            Ensemble((), 0, 0.0, 0.0, 0.0, (0.0, 0.0), {}, {}, better=False),
            self.cluster_values,
            Calibration(1.0, 0.0, 0.0, 0.0),
            picks.out_of_bag.with_training(compute_noise_ratio([(record, 1)], ROWS), values),
        )
        return Evidence(
            self.study,
            tuple(self.records),
            self.cluster_values,
            named,
            baselines,
            "python -m tuner resume made",
            guessing=None,
            searching=sum(record.result.seconds for record in self.records),
            max_seconds=self.study.settings.max_seconds,
            count_configurations=Space.size,
        )


def add_ensemble(evidence: Evidence, ensemble: Ensemble) -> Evidence:
    """Return evidence with an ensemble; if it is exported, its corrected score is what counts."""
    picks = replace(evidence.picks, ensemble=ensemble)
    if ensemble.is_exported:
        low, high = ensemble.corrected_interval
        error = (high - low) / 2 / float(stdtrit(ROWS - 1, 0.975))
        corrected = OutOfBag.from_values(np.full(ROWS, ensemble.corrected_score))
        picks = replace(picks, out_of_bag=replace(corrected, training=error**2))
    return replace(evidence, picks=picks)


KINDS = """
compare = "kind"
[regularizer]
kind = ["none", "l2", "max_norm"]
strength = { min = 1e-6, max = 1e-2, log = true }
radius = { min = 0.5, max = 5.0 }
[sgd]
learning_rate = 0.1
"""


def make_regularized_study() -> MadeStudy:
    """Make a study of five strengths of l2 and five radii of max_norm, each weaker to stronger.

    The first two have a wide gap between training and validation loss, the last two a high
    training loss. The strongest radius is pruned.
    """
    study = MadeStudy(KINDS)
    for place, strength in enumerate((1e-6, 1e-5, 1e-4, 1e-3, 1e-2)):
        away = abs(place - 2)
        losses = (0.1 + 0.6 * max(place - 2, 0), 0.5 + 0.6 * away)
        study.add({"kind": "none"}, 0.5)
        study.add({"kind": "l2", "strength": strength}, 0.3 * away, losses=losses)
        status = "pruned" if place == 4 else "completed"
        values = {"kind": "max_norm", "radius": 5.0 - place}
        study.add(values, 0.3 * away, status, losses=losses)
    return study
