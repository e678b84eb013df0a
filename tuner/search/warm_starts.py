"""The warm start of a search: the best trials of another study, which its oracle proposes first."""

from pathlib import Path

from tuner.errors import UserError
from tuner.search.oracles import SearchOracle, StudyOracle
from tuner.study import SearchSettings, WarmStart, list_study_names, open_warm_start

__all__ = ["find_warm_start", "give_warm_start"]


def find_warm_start(
    settings: SearchSettings, name: str | None, root: Path, *, overwrite: bool
) -> WarmStart | None:
    """Return the warm start of a new study; one that is resumed has its own.

    Args:
        settings: Name the study whose trials they are.
        name: The name of the study that begins. None for a free one.
        root: The folder that holds everything that searches write.
        overwrite: Whether a study of this name is replaced.

    Raises:
        StudyError: There is no such earlier study, it has no completed trial, or the new study
            would replace it.
    """
    if name in list_study_names(root) and not overwrite:
        return None
    opened = open_warm_start(settings, name, root)
    return opened and opened[0]


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
