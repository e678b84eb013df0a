"""The warm start of a search: the best trials of another study, which its oracle proposes first."""

from pathlib import Path

from tuner.errors import UserError
from tuner.search.oracles import SearchOracle, StudyOracle
from tuner.study import SearchSettings, Study, WarmStart, list_study_names, read_warm_start

__all__ = ["find_warm_start", "give_warm_start"]


def find_warm_start(settings: SearchSettings, name: str | None, root: Path) -> WarmStart | None:
    """Return the warm start of a new study; one that exists has its own.

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


def give_warm_start(oracle: SearchOracle, start: WarmStart | None) -> None:
    """Let an oracle propose the configurations of a warm start first.

    Args:
        oracle: The search's oracle, with the hyperparameters that the hypermodel declares.
        start: The warm start. None for none.

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
    oracle.take_warm_start(start.configurations)
