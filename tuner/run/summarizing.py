"""Sum up a study as it is, whether its search has ended or not. Nothing is trained."""

from typing import Any

from tuner.report.time_spent import measure_time_spent
from tuner.run.answering import make_evidence
from tuner.run.earlier_exports import find_export
from tuner.run.outcome import Outcome
from tuner.run.picking import pick_to_export
from tuner.run.report_content import collect_content
from tuner.run.setup import Setup
from tuner.study import Study

__all__ = ["summarize_study"]


def summarize_study(setup: Setup, study: Study) -> dict[str, Any]:
    """Return the object that `--json` would print if the search ended now.

    Args:
        setup: The study's space, data and settings.
        study: The study.

    Raises:
        SearchFailed: No trial was completed.
    """
    picking = pick_to_export(setup, study)
    content = collect_content(setup, study, make_evidence(setup, study, picking.picks))
    export, report = find_export(study, picking), study.report_path
    spent = measure_time_spent(study.journal.read(), content.records)
    outcome = Outcome(
        content=content,
        model=None if export is None else export.model,
        fault=None,
        report=report if report.exists() else None,
        seconds=spent.searching + spent.final_training + spent.export + spent.report,
    )
    return outcome.to_dict()
