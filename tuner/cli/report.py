"""`tuner report` and `tuner compare`: pages about one study or several."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from tuner.errors import UserError
from tuner.run.opening import open_study
from tuner.run.setup import Setup
from tuner.study import Study

__all__ = ["write_comparison", "write_report"]

_LONGEST = 230  # the most letters of study names in a file name; two names always have fewer


def write_report(name: str, output: Path | None, root: Path) -> None:
    """Write a study's report, and print its path.

    Args:
        name: The study's name.
        output: Where to write the page alone. None to write the report in the study's folder again,
            with its charts and its table of trials.
        root: The folder that holds all that searches write.

    Raises:
        UserError: There is no such study, its data have changed, or the page cannot be written.
    """
    _check_output(output)
    setup, study = open_study(name, root)
    from tuner.run.baselines import train_baselines
    from tuner.run.reporting import report_study

    _measure_missing_times(setup, study)
    train_baselines(setup, study)
    print(report_study(setup, study, output=output))


def _measure_missing_times(setup: Setup, study: Study) -> None:
    """Measure prediction times that the search had no time for, unless a search is running."""
    from tuner.run.prediction_times import lacks_prediction_times, measure_prediction_times

    if not lacks_prediction_times(study) or study.is_searched():
        return
    from tuner.cli.quiet import import_heavy

    import_heavy()
    measure_prediction_times(setup, study)


def write_comparison(names: Sequence[str], output: Path | None, root: Path) -> None:
    """Write a page that compares studies, and print its path.

    Args:
        names: The names of the studies.
        output: The page to write. None for a file under `root` that is named after the studies.
        root: The folder that holds all that searches write.

    Raises:
        UserError: There are fewer than two studies, they differ in rows or folds, or the page
            cannot be written.
    """
    if len(set(names)) < 2:
        raise UserError("compare: there is nothing to compare; give the names of two studies")
    _check_output(output)
    opened = [open_study(name, root) for name in dict.fromkeys(names)]
    from tuner.run.comparing import compare_studies

    print(compare_studies(opened, output or root / _name_page(list(dict.fromkeys(names)))))


def _name_page(names: Sequence[str]) -> str:
    """Return the file name of a comparison; a plus sign, which no study's name has, joins names.

    >>> _name_page(["digits-mlp_depth-1", "digits-mlp_width-1"])
    'compare-digits-mlp_depth-1+digits-mlp_width-1.html'
    """
    joined = "+".join(names)
    if len(joined) > _LONGEST:
        joined = sha256(joined.encode()).hexdigest()
    return f"compare-{joined}.html"


def _check_output(output: Path | None) -> None:
    """Check that the page can be written, before anything is computed for it."""
    if output is None:
        return
    if output.is_dir():
        raise UserError(f"--output: {output} is a folder; give the name of a file")
    if output.suffix not in {".html", ".htm"}:
        raise UserError(f"--output: {output} will be a page; give it the suffix .html")
    if not output.absolute().parent.is_dir():
        raise UserError(
            f"--output: there is no folder {output.parent}; make it, or give another file"
        )
