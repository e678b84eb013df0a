"""Opens the exported model that a command names."""

import os
import shlex
from pathlib import Path

from tuner.errors import UserError
from tuner.serving.exported_model import ExportedModel

__all__ = ["open_model"]

_ROOTS = (Path("mlruns"), Path())  # where searches write unless --root says otherwise


def open_model(folder: Path) -> ExportedModel:
    """Open an exported model.

    Raises:
        UserError: The folder is not an exported model. If it is a study or a study's name, the
            message has the folder of the study's model.
    """
    if not os.path.lexists(folder / "model.json"):
        studies = [folder, *(root / "studies" / folder for root in _ROOTS)]
        for study in studies:
            if os.path.isfile(study / "study.json"):
                raise UserError(_point_to_model(folder, study))
    return ExportedModel.open(folder)


def _point_to_model(named: Path, study: Path) -> str:
    """Return that a study was named instead of a model, and which model it has."""
    models = sorted(path.parent for path in study.glob("model*/model.json"))
    if not models:
        whole = study.resolve()
        command = ["tuner", "export", whole.name]
        if whole.parents[1] != _ROOTS[0].resolve():
            root = study.parents[1] if len(study.parts) > 2 else whole.parents[1]
            command += ["--root", str(root)]
        return (
            f"{named} is a study without an exported model; export one with {shlex.join(command)}"
        )
    return f"{named} is a study; give the folder of its model: {' or '.join(map(str, models))}"
