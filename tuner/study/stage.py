"""The stages of a run, by the names that the journal has for them."""

from enum import StrEnum

__all__ = ["Stage"]


class Stage(StrEnum):
    """The stages of a run after its study is open, in their order."""

    SEARCHING = "searching"
    PICKING = "picking"
    FINAL_TRAINING = "final training"
    WRITING = "writing the model"
    PREDICTION_TIMES = "prediction times"
    EXPORTING = "exporting"
    BASELINES = "baselines"
    REPORT = "report"
