"""Lets a search begin with the best trials of another study."""

from pathlib import Path

from tuner.errors import UserError
from tuner.search.oracles import SearchOracle, StudyOracle
from tuner.study import SearchSettings, Study, WarmStart, list_study_names, read_warm_start

__all__ = ["begin_with", "read_start"]


def read_start(settings: SearchSettings, name: str | None, root: Path) -> WarmStart | None:
    """Return the trials that a new study begins with; one that exists has its own.

    Args:
        settings: Name the study whose trials they are.
        name: The name of the study that begins. None for a new one.
        root: The folder of all studies.

    Raises:
        StudyError: There is no such earlier study, or it has no completed trial.
    """
    if settings.from_study is None or name in list_study_names(root):
        return None
    return read_warm_start(Study.open(settings.from_study, root))


def begin_with(oracle: SearchOracle, start: WarmStart | None) -> None:
    """Let an oracle propose the best configurations of another study first.

    Args:
        oracle: The search's oracle, with the hyperparameters that the hypermodel declares.
        start: What the study keeps of the other one. None to begin with nothing.

    Raises:
        UserError: The oracle is one of KerasTuner's own.
        SpaceError: No configuration has a place in the space, or settings are compared, which must
            begin alike.
    """
    if start is None:
        return
    if not isinstance(oracle, StudyOracle):
        raise UserError(
            f"oracle {type(oracle.keras_tuner_oracle).__name__}: it cannot begin with trials of "
            'another study; leave out --from, or give SearchSettings(oracle="tpe")'
        )
    start.check(oracle.space)
    oracle.begin_with(start.configurations)
