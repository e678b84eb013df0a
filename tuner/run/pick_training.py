"""Train the pick that is exported, and score it on the rows that no training saw."""

from dataclasses import replace

from tuner.analysis import add_known_averaging, make_exportable, predict_out_of_fold
from tuner.errors import NetworkDiverged
from tuner.run.final_training import train_members
from tuner.run.model_description import TrainedExportable
from tuner.run.picking import PickingResult
from tuner.run.run import Run
from tuner.run.stages import leave_out_all_rows, mark_done
from tuner.run.testing import score_test_rows
from tuner.study import Stage

__all__ = ["describe_training", "leave_out_networks_on_all_rows", "train_pick"]


def describe_training(picking: PickingResult) -> str:
    """Return how the networks to export come about."""
    if picking.exportable.members[0].folds:
        added = any(member.on_all_rows for member in picking.exportable.members)
        more = ", and training others on all training rows" if added else ""
        return f"averaging the networks of the folds{more}"
    several = picking.exportable.name == "ensemble"
    return f"training the {'networks' if several else 'network'} on all training rows"


def train_pick(run: Run, picking: PickingResult) -> TrainedExportable:
    """Train the pick on all training rows, or average its folds, and score it on held-out rows.

    Its own score then has what averaging folds gains.
    """
    setup, study, exportable = run.setup, run.study, picking.exportable
    calibration = picking.picks.calibration
    trained = train_members(
        setup,
        {record.trial: record for record in study.read_trials()},
        exportable.members,
        run.note,
        temperature=calibration.temperature,
        fold_networks=run.fold_networks,
    )
    mark_done(study, Stage.FINAL_TRAINING, picking.basis)
    test = score_test_rows(setup, study, picking, trained)
    trained = replace(trained, alone=None)  # which holds the networks of all folds in memory
    predictions = predict_out_of_fold(
        study, setup.truth, exportable.members, temperature=calibration.temperature
    )
    picks = add_known_averaging(study, picking.picks)
    exportable = make_exportable(picks, picks.exported)
    return TrainedExportable(exportable, trained, calibration, test, predictions)


def leave_out_networks_on_all_rows(
    run: Run, picking: PickingResult, error: NetworkDiverged
) -> bool:
    """Leave networks on all rows out of an ensemble of folds, since one of them diverges.

    The journal says so, so that the study is picked without them from now on.

    Returns:
        Whether there are any that can be left out.
    """
    members = picking.exportable.members
    if not any(member.folds and member.on_all_rows for member in members):
        return False
    run.note(f"{error}; the networks of the folds are exported without those on all rows")
    leave_out_all_rows(run.study, picking.basis)
    return True
