"""Imports go one way: each part may import those above it in this list, and no other."""

import ast
from pathlib import Path

import pytest

import tuner

ORDER = [
    "_version",
    "errors",
    "files",
    "memory",
    "space",
    "words",
    "data",
    "folds",
    "scoring",
    "problem",
    "model",
    "training",
    "study",
    "search",
    "tracking",
    "analysis",
    "serving",
    "report",
    "run",
    "doctor",
    "cli",
]
# What a part must not know, though it stands above it.
UNKNOWN = {
    "data": {"space"},
    "folds": {"space", "data"},
    "scoring": {"space", "data", "folds"},
    "problem": {"space"},
    "study": {"model"},
    "search": {"data"},
    "tracking": {"search", "model"},
    "analysis": {"training", "search", "tracking", "model"},
    "serving": {"search", "tracking", "analysis", "study", "training"},
    "report": {"search", "tracking", "serving", "training", "model"},
}
FOLDER = Path(tuner.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))


def part_of(path: Path) -> str:
    first = path.relative_to(FOLDER).parts[0]
    return first.removesuffix(".py")


def imported_parts(path: Path) -> set[str]:
    """The parts of the package that a file imports, anywhere in it."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            whole = [f"tuner.{alias.name}" for alias in node.names]
            modules |= set(whole) if node.module == "tuner" else {node.module or ""}
    return {module.split(".")[1] for module in modules if module.startswith("tuner.")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_part_imports_only_what_stands_before_it(path):
    part = part_of(path)
    if part in {"__init__", "__main__"}:
        return
    allowed = set(ORDER[: ORDER.index(part) + 1]) - UNKNOWN.get(part, set())
    assert imported_parts(path) <= allowed


def test_every_part_stands_in_the_order():
    parts = {part_of(path) for path in FILES} - {"__init__", "__main__"}
    assert parts == set(ORDER)
