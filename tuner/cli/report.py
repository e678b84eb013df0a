"""`tuner report` and `tuner compare`: pages about one study or several."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from tuner.api.reports import refresh_report
from tuner.errors import UserError
from tuner.files.whole_files import open_file
from tuner.run.opening import open_study
from tuner.study import list_study_names
from tuner.terminal.messages import print_result
from tuner.terminal.quiet_imports import import_heavy

__all__ = ["write_comparison", "write_report"]

_GENERATOR, _HEAD = b'<meta name="generator" content="tuner">', 1000  # in so many first bytes
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
    print_result(refresh_report(setup, study, import_heavy, output))


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
        raise UserError(_refuse_one(names, root))
    different = list(dict.fromkeys(names))
    output = output or root / _name_page(different)
    _check_output(output)
    opened = [open_study(name, root) for name in different]
    from tuner.run.comparing import write_comparison_page

    print_result(write_comparison_page(opened, output))


def _refuse_one(names: Sequence[str], root: Path) -> str:
    """Return why one study cannot be compared, and with which others it could be."""
    twice = f"study {names[0]} is named twice" if len(names) > 1 else f"only {names[0]} is named"
    others = [name for name in list_study_names(root) if name != names[0]]
    known = f"give another one of {', '.join(others)}" if others else f"{root} has no other"
    return f"compare: {twice}, and one study is nothing to compare; {known}"


def _name_page(names: Sequence[str]) -> str:
    """Return the file name of a comparison; a plus sign, which no study's name has, joins names.

    >>> _name_page(["digits-mlp_depth-1", "digits-mlp_width-1"])
    'compare-digits-mlp_depth-1+digits-mlp_width-1.html'
    """
    joined = "+".join(names)
    if len(joined) > _LONGEST:
        joined = sha256(joined.encode()).hexdigest()
    return f"compare-{joined}.html"


def _is_own_page(path: Path) -> bool:
    try:
        with open_file(path) as file:
            begin = file.read(_HEAD)
    except OSError as error:
        raise UserError(f"--output: {path} cannot be read ({error.strerror}); fix that") from error
    return not begin or _GENERATOR in begin


def _check_output(output: Path | None) -> None:
    """Check that the page can be written, before anything is computed for it."""
    if output is None:
        return
    if output.is_dir():
        raise UserError(f"--output: {output} is a folder; give the name of a file")
    if output.suffix not in {".html", ".htm"}:
        raise UserError(f"--output: {output} will be a page; give it the suffix .html")
    if output.exists() and not _is_own_page(output):
        raise UserError(
            f"--output: {output} exists and is no page of this package; give another file"
        )
    if not output.absolute().parent.is_dir():
        raise UserError(
            f"--output: there is no folder {output.parent}; make it, or give another file"
        )
