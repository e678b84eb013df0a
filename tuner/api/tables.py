"""Tables of a study for pandas."""

from typing import TYPE_CHECKING

from tuner.errors import StudyError
from tuner.study import Study

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["make_curves_table"]


def make_curves_table(study: Study, trial: int | None) -> "pd.DataFrame":
    """Return the learning curves of a study: a row for each epoch of each fold of a trial.

    Args:
        study: The study.
        trial: The number of a trial. None for all trials.

    Raises:
        StudyError: There is no such trial.
    """
    import pandas as pd

    records = study.list_trials()
    numbers = [record.trial for record in records]
    if trial is not None and trial not in numbers:
        known = f"there are 0 to {numbers[-1]}" if numbers else "no trial has ended yet"
        raise StudyError(f"study {study.record.name} has no trial {trial}; {known}")
    parts = [pd.DataFrame(columns=["trial", "fold", "epoch"])]
    for record in records:
        if trial in (None, record.trial):
            curves = record.result.curves
            for fold in range(len(next(iter(curves.values()), ()))):
                table = pd.DataFrame({name: by_fold[fold] for name, by_fold in curves.items()})
                table.insert(0, "trial", record.trial)
                table.insert(1, "fold", fold)
                table.insert(2, "epoch", range(1, len(table) + 1))
                parts.append(table)
    return pd.concat(parts[1:] or parts, ignore_index=True)
