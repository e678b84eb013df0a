"""Trainers: they train trials on all folds, and return curves and out-of-fold probabilities.

Importing this package does not import Keras, which takes seconds: errors in a command line are
reported before that. `TRAINERS` imports a trainer when it is made.
"""

from collections.abc import Callable

from tuner.libraries.keras_settings import require_usual_numbers
from tuner.training.plan import FinalJob, Hooks, Job, Plan
from tuner.training.result import CURVES, TrialResult, average_curve
from tuner.training.trainer import Trainer

__all__ = [
    "CURVES",
    "TRAINERS",
    "FinalJob",
    "Hooks",
    "Job",
    "Plan",
    "Trainer",
    "TrialResult",
    "average_curve",
]


def _make_fit_trainer(cores: int | None = None) -> Trainer:
    from tuner.training.fit import FitTrainer
    from tuner.training.gpu import require_whole_floats

    require_usual_numbers()
    require_whole_floats()
    return FitTrainer()


def _make_lanes_trainer(cores: int | None = None) -> Trainer:
    from tuner.training.gpu import require_whole_floats
    from tuner.training.lanes import LanesTrainer

    require_usual_numbers()
    require_whole_floats()
    return LanesTrainer(cores)


TRAINERS: dict[str, Callable[..., Trainer]] = {
    "fit": _make_fit_trainer,
    "lanes": _make_lanes_trainer,
}
"""Makes each trainer by its name; takes the number of cores that it may use, None for all."""
