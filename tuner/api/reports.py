"""Writes the report of a study again, whatever was left out of it when its time was up."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tuner.errors import StudyError
from tuner.run.setup import Setup
from tuner.study import Study

__all__ = ["refresh_report"]


def refresh_report(
    setup: Setup, study: Study, import_heavy: Callable[[], None], output: Path | None = None
) -> Path:
    """Write a study's report, and return the path of its page.

    Args:
        setup: The study's space, data and settings.
        study: The study.
        import_heavy: Imports TensorFlow; called only if prediction times are still to be measured.
        output: Where to write the page alone. None to write the report in the study's folder again,
            with its charts and its table of trials.

    Raises:
        UserError: The page cannot be written.
        SearchFailed: No trial was completed.
    """
    from tuner.run.picking import read_picking_basis
    from tuner.run.report_content import read_content
    from tuner.run.reporting import mark_reported, report_study

    with ExitStack() as stack:
        try:
            stack.enter_context(study.lock_search())
            locked = True
        except StudyError:  # it is being searched, or its folder cannot be written
            locked = False
        if locked:
            _prepare_report(setup, study, import_heavy)
        content = read_content(setup, study)
        path = report_study(content, output=output)
        basis = read_picking_basis(study)
        if locked and output is None and basis is not None:
            mark_reported(study, basis, content.export_fault)
    return path


def _prepare_report(setup: Setup, study: Study, import_heavy: Callable[[], None]) -> None:
    """Measure prediction times and train baselines that the search had no time for."""
    from tuner.run.baselines import ensure_baselines
    from tuner.run.prediction_times import lacks_prediction_times, measure_prediction_times

    if lacks_prediction_times(study):
        import_heavy()
        measure_prediction_times(setup, study)
    ensure_baselines(setup, study)
