"""Which networks are logistic regressions."""

from collections.abc import Mapping

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.setting_records import Comparison
from tuner.space import Value

__all__ = ["is_linear", "is_linear_at_depth_0", "lacks_layers"]


def lacks_layers(hyperparameters: Mapping[str, Value]) -> bool:
    """Return whether a network has no hidden layer, and no convolutional block."""
    return hyperparameters.get("depth") == 0 and not hyperparameters.get("blocks")


def is_linear(hyperparameters: Mapping[str, Value]) -> bool:
    """Return whether a network is a logistic regression: no hidden layer, and no embeddings."""
    return lacks_layers(hyperparameters) and hyperparameters.get("numbers", "plain") == "plain"


def is_linear_at_depth_0(evidence: Evidence, comparison: Comparison) -> bool:
    """Return whether the trial that stands for depth 0 is a logistic regression."""
    trials = [setting.trial for setting in comparison.settings if setting.value == 0]
    return any(
        is_linear(record.hyperparameters)
        for record in evidence.records
        if record.result.trial in trials
    )
