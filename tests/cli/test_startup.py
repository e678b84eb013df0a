"""What is asked without a search is answered without what a search imports."""

import subprocess
import sys

import pytest

HEAVY = ("tensorflow", "keras", "keras_tuner", "mlflow", "pandas", "sklearn")
RUN = """
import sys
sys.argv = ["tuner", *{arguments!r}]
from tuner.cli import main
try:
    main()
except SystemExit as end:
    code = end.code or 0
heavy = [name for name in {heavy!r} if name in sys.modules]
print("HEAVY", heavy, "CODE", code)
"""


def run(*arguments):
    code = RUN.format(arguments=arguments, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("search", "--help"), ("spaces",), ("spaces", "mlp_depth"), ("--version",)],
    ids=" ".join,
)
def test_nothing_heavy_is_imported(arguments):
    assert run(*arguments).stdout.splitlines()[-1] == "HEAVY [] CODE 0"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("search", "--space", "mlp_dept"),
            "error: no search space is called mlp_dept; did you mean mlp_depth? Known are "
            "mlp_depth, mlp_width, mlp_depth_vs_width, mlp_regularizer, mlp_dropout, mlp_sgd, "
            "mlp, or a path that ends in .toml",
        ),
        (
            ("search", "--space", "mlp", "--folds", "1"),
            "error: --folds: 1 is too small; give at least 2",
        ),
    ],
    ids=["unknown space", "one fold"],
)
def test_a_mistake_is_said_before_anything_heavy_is_imported(arguments, message):
    done = run(*arguments)
    assert done.stderr.strip() == message
    assert done.stdout.splitlines()[-1] == "HEAVY [] CODE 2"
