"""Score the trained network on the held-out rows, once, and what averaging folds gains there."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tuner.analysis import measure_averaging
from tuner.run.picking import PickingResult
from tuner.run.setup import Setup
from tuner.scoring import score_held_out_rows
from tuner.study import EventKind, Study, describe_networks

if TYPE_CHECKING:
    from tuner.serving.trained_network import TrainedNetwork

__all__ = ["HeldOutScores", "score_test_rows"]

HeldOutScores = Mapping[str, tuple[float, float]]
"""Mean and standard error of each objective on the held-out rows, by name."""


def score_test_rows(
    setup: Setup, study: Study, picking: PickingResult, trained: "TrainedNetwork"
) -> HeldOutScores:
    """Score a trained network on the held-out rows, and keep the scores in the journal.

    Returns:
        Empty if no rows were held out; without the objectives that these rows do not define.
    """
    rows, test, averaging = setup.split.test, {}, {}
    if len(rows):
        raw = {name: values[rows] for name, values in setup.dataset.raw.items()}
        probabilities = trained.predict_proba(raw)
        test = score_held_out_rows(probabilities, setup.test_truth)
        if alone := trained.predict_alone(raw):
            averaging = measure_averaging(alone, probabilities, setup.test_truth)
    study.journal.append(
        EventKind.TESTED,
        **describe_networks(picking.exportable.members),
        temperature=picking.picks.calibration.temperature,
        test=test,
        **({"averaging": averaging} if averaging else {}),
    )
    return test
