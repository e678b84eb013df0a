"""Stage 9: train simple classifiers on the same folds, for comparison."""

from tuner.analysis import JudgedBaseline, Picks, judge_baselines
from tuner.analysis import load_baselines as _load
from tuner.analysis import load_or_train_baselines as _load_or_train
from tuner.run.setup import Setup
from tuner.study import Study

__all__ = ["compare_with_baselines", "ensure_baselines", "has_baselines"]


def has_baselines(study: Study) -> bool:
    """Return whether the study's folder has baselines of this version."""
    return bool(_load(study))


def ensure_baselines(setup: Setup, study: Study) -> None:
    """Train the baselines and keep them in the study's folder, unless it has them.

    Raises:
        StudyError: They cannot be written.
    """
    _load_or_train(study, setup.problem)


def compare_with_baselines(setup: Setup, study: Study, picks: Picks) -> tuple[JudgedBaseline, ...]:
    """Compare the baselines in the study's folder with the network that it exports.

    Returns:
        Empty if the study has no baselines of this version.
    """
    objective = study.record.objective.name
    return judge_baselines(_load(study), picks.out_of_bag, setup.truth, objective=objective)
