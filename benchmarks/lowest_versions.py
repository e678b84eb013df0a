"""Try the lowest versions of all dependencies that `pyproject.toml` allows.

    python benchmarks/lowest_versions.py

This makes a temporary virtual environment, installs the package with every direct dependency at
its lower bound, those of the extra `onnx` too, and runs a small search with it: search, report,
export and prediction.
It prints the versions and ends with exit code 1 where a command fails.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["lower_bounds"]

ROOT = Path(__file__).parents[1]
_SEARCH = "search --space mlp_depth --data iris --max-trials 3 --folds 2 --epochs 3 --study lowest"
_EXPORT = "export lowest --formats keras,onnx,litert --output portable"
_ROWS = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\n"


def lower_bounds(dependencies: Sequence[str]) -> Iterator[str]:
    """Yield each dependency at its lower bound, as pip's constraints have it.

    >>> list(lower_bounds(["keras>=3.12", "keras-tuner==1.4.8"]))
    ['keras==3.12', 'keras-tuner==1.4.8']
    """
    for dependency in dependencies:
        name, version = re.split(">=|==", dependency)
        yield f"{name}=={version}"


def main() -> None:
    """Install the lowest versions, and search with them."""
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tempfile.TemporaryDirectory(prefix="lowest-") as made:
        folder = Path(made)
        constraints = folder / "constraints.txt"
        dependencies = project["dependencies"] + project["optional-dependencies"]["onnx"]
        constraints.write_text("\n".join(lower_bounds(dependencies)) + "\n")
        (folder / "rows.csv").write_text(_ROWS)
        _run([sys.executable, "-m", "venv", "venv"], folder)
        python = folder / "venv" / "bin" / "python"
        install = ["-m", "pip", "install", "--quiet", "--constraint", constraints]
        _run([python, *install, f"{ROOT}[onnx]"], folder)
        _run([python, "-m", "pip", "freeze"], folder)
        tuner = folder / "venv" / "bin" / "tuner"
        _run([tuner, *_SEARCH.split()], folder)
        _run([tuner, "report", "lowest"], folder)
        _run([tuner, *_EXPORT.split()], folder)
        _run([tuner, "predict", "mlruns/studies/lowest/model", "--data", "rows.csv"], folder)
    print("the lowest versions work")


def _run(command: Sequence[str | Path], folder: Path) -> None:
    done = subprocess.run(list(map(str, command)), cwd=folder, check=False)
    if done.returncode:
        sys.exit(f"failed with exit code {done.returncode}: {' '.join(map(str, command))}")


if __name__ == "__main__":
    main()
