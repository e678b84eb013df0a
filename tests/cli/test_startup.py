"""What is asked without a search is answered without what a search imports."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tuner
from tuner.cli import run_command_line
from tuner.cli.spaces import show_space
from tuner.errors import UserError
from tuner.machine.processes import make_environment

HEAVY = ("tensorflow", "keras", "keras_tuner", "mlflow", "pandas", "sklearn")
RUN = """
import sys
from tuner.cli import run_command_line
codes = []
for arguments in {commands!r}:
    sys.argv = ["tuner", *arguments]
    try:
        run_command_line()
    except SystemExit as end:
        codes.append(end.code or 0)
heavy = [name for name in {heavy!r} if name in sys.modules]
print("HEAVY", heavy, "CODES", *codes)
"""


def run(*commands):
    """Run commands one after another in a new process."""
    code = RUN.format(commands=commands, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done


def test_nothing_heavy_is_imported():
    commands = ["--help", "search --help", "spaces", "spaces mlp_depth", "--version"]
    done = run(*(command.split() for command in commands))
    assert done.stdout.splitlines()[-1] == "HEAVY [] CODES 0 0 0 0 0"


def test_a_mistake_is_said_before_anything_heavy_is_imported():
    unknown_space, one_fold = ["--space", "mlp_dept"], ["--space", "mlp", "--folds", "1"]
    done = run(["search", *unknown_space], ["search", *one_fold])
    assert done.stderr.splitlines() == [
        "error: no search space is called mlp_dept; did you mean mlp_depth? Known are "
        "mlp_depth, mlp_width, mlp_depth_vs_width, mlp_regularizer, mlp_dropout, mlp_sgd, "
        "mlp_adamw, mlp, tabular, cnn, or a path that ends in .toml",
        "error: --folds: 1 is too small; give at least 2",
    ]
    assert done.stdout.splitlines()[-1] == "HEAVY [] CODES 2 2"


TABLE = "size,colour,kind\n" + "".join(
    f"{row * 1.5},{['red', 'green'][row % 2]},{['a', 'b', 'b'][row % 3]}\n" for row in range(30)
)
BROKEN = {
    "no such file": (
        ("--data", "nowhere.csv"),
        TABLE,
        "data file nowhere.csv: there is no such file; give a file that exists, or one of digits, "
        "iris, wine, breast_cancer",
    ),
    "no such column": (
        ("--data", "table.csv", "--target", "knid"),
        TABLE,
        "data file table.csv, --target: there is no column knid; did you mean kind? Known are "
        "size, colour, kind",
    ),
    "one class": (
        ("--data", "table.csv"),
        "size,kind\n1,a\n2,a\n",
        "data file table.csv, target kind: every row has the class a; choose another column with "
        "--target, or add rows of other classes",
    ),
    "too many classes": (
        ("--data", "table.csv", "--target", "size"),
        TABLE,
        "data file table.csv, target size: 30 different labels in 30 rows look like a measurement "
        "or an identifier, not like classes; choose another column with --target, or gather more "
        "rows of each class",
    ),
    "a rare class": (
        ("--data", "table.csv", "--rare-classes", "refuse"),
        TABLE + "9,red,c\n",
        "class c has 1 row, and cross-validation takes at least 2 of each class; gather more rows "
        "of it, or leave the class out",
    ),
    "an empty table": (
        ("--data", "table.csv"),
        "size,kind\n",
        "data file table.csv: it has a header and no rows; add some",
    ),
    "a repeated column": (
        ("--data", "table.csv"),
        "size,size,kind\n1,2,a\n",
        "data file table.csv: the header names more than one column size; rename all but one",
    ),
    "blocks for a table": (
        ("--data", "table.csv", "--space", "cnn"),
        TABLE,
        "space cnn has convolutional blocks, which take images, and the rows of data table are "
        "none; give a folder of images, an .npz file with x of shape (rows, height, width) or "
        "(rows, height, width, channels), or a space without blocks",
    ),
    "a mixed column": (
        ("--data", "table.csv"),
        TABLE.replace("1.5,", "one and a half,", 1),
        "data file table.csv, column size: it holds numbers such as 0.0, but 'one and a half' in "
        "line 3; if that means a missing value, give --missing 'one and a half'; otherwise fix the "
        "cell, or give --categorical size or --ignore size",
    ),
}


@pytest.mark.parametrize(("arguments", "table", "message"), BROKEN.values(), ids=BROKEN)
def test_data_that_cannot_be_learned_from_end_with_one_sentence(
    arguments, table, message, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text(table)
    command = ["tuner", "search", "--space", "mlp", "--quiet", *arguments]  # no word of slow reads
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as end:
        run_command_line()
    assert end.value.code == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line == f"error: {message}"


def test_a_time_limit_counts_from_the_beginning_of_the_command(monkeypatch):
    """Imports take a second or more of it."""
    started, imported = [], []

    def search(caller, *_):
        started.append(caller.started)
        raise UserError("enough")

    monkeypatch.setattr("tuner.cli.search.Search", search)
    main = sys.modules["tuner.cli.main"]  # the package has its function under this name
    monkeypatch.setattr(main, "check_address_space", lambda _: imported.append(time.monotonic()))
    for arguments in (["search", "--space", "mlp"], ["resume", "any"]):
        monkeypatch.setattr(sys, "argv", ["tuner", *arguments])
        with pytest.raises(SystemExit):
            run_command_line()
    assert len(started) == 2
    assert all(first <= later for first, later in zip(started, imported, strict=True))


def test_an_option_that_is_not_known_exits_with_2_too():
    done = run(["search", "--spcae", "mlp"])
    assert done.stdout.splitlines()[-1] == "HEAVY [] CODES 2"
    assert done.stderr.startswith("error: tuner search: there is no option --spcae")


def test_a_space_is_shown_with_a_row_a_hyperparameter(tmp_path, capsys):
    space = tmp_path / "both.toml"
    space.write_text(
        'title = "?"\n[network]\nblocks = [0, 2]\nfilters = 8\ndepth = [0, 1]\nunits = 8'
    )
    show_space(str(space))
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    names = [row[0] for row in rows if row]
    assert names.count("activation") == 1
    assert "activation relu when depth is 1, or when blocks is 2" in map(" ".join, rows)


def test_a_space_is_shown_with_what_a_search_begins_with(tmp_path, capsys):
    space = tmp_path / "first.toml"
    space.write_text(
        'title = "?"\n[network]\ndepth = [0, 1]\n[[first]]\nname = "linear"\ndepth = 0'
    )
    show_space(str(space))
    assert capsys.readouterr().out.splitlines()[-1] == "begins with linear: depth 0"


def test_what_is_set_for_other_programs_ends_no_command(tmp_path):
    """A file that is named as a library, warnings as errors, and a terminal of ASCII."""
    for name in ("rich", "typer", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    settings = {"PYTHONWARNINGS": "error", "PYTHONIOENCODING": "ascii", "KERAS_BACKEND": "torch"}
    done = subprocess.run(
        [sys.executable, "-m", "tuner", "spaces"],
        cwd=tmp_path,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "mlp_depth" in done.stdout


def test_a_checkout_in_the_current_folder_is_found_by_the_processes_that_it_starts(monkeypatch):
    monkeypatch.chdir(Path(tuner.__file__).parents[1])
    for name in ("PYTHONPATH", "PYTHONSAFEPATH"):
        monkeypatch.delenv(name, raising=False)
    command = [sys.executable, "-S", "-m", "tuner.errors"]  # -S: without what is installed
    subprocess.run(command, env=make_environment(), check=True)


def test_arguments_are_utf8_where_no_language_is_set_and_python_is_to_heed_that(tmp_path):
    (tmp_path / "größe 東.csv").write_text("größe,Straße\n1,an\n2,an\n3,an\n", encoding="utf-8")
    settings = {"LC_ALL": "C", "PYTHONUTF8": "0", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "tuner", "search", "--space", "mlp_depth"]
    done = subprocess.run(
        [*command, "--data", "größe 東.csv", "--target", "Straße"],
        cwd=tmp_path,
        env={**os.environ, **settings},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert "error: data file größe 東.csv, target Straße: " in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows ends no process by SIGINT")
def test_an_interrupt_while_the_command_is_imported_ends_it_without_a_traceback(tmp_path):
    (tmp_path / "typer.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-m", "tuner", "spaces"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_a_python_without_docstrings_is_told():
    command = [sys.executable, "-OO", "-m", "tuner", "spaces"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "error: Python leaves out docstrings, which the charts need; run it without -OO, or with "
        "PYTHONOPTIMIZE=1\n",
    )
