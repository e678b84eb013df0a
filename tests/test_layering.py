"""Imports go one way, between the parts of the package and between its files.

Imports for types only and imports within functions count, too.
"""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import tuner

# Each part may import those above it in this list, and no other.
ORDER = [
    "_version",
    "phrasing",
    "errors",
    "argument_types",
    "files",
    "libraries",
    "machine",
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
    "terminal",
    "api",
    "cli",
]
# Parts that a part must not import, though they are above it.
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


def find_part(path: Path) -> str:
    first = path.relative_to(FOLDER).parts[0]
    return first.removesuffix(".py")


def name_module(path: Path) -> str:
    *folders, last = path.relative_to(FOLDER.parent).with_suffix("").parts
    return ".".join(folders if last == "__init__" else [*folders, last])


MODULES = {name_module(path) for path in FILES}


@cache
def find_imports(path: Path) -> set[str]:
    """Return the modules of the package that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                found.add(submodule if submodule in MODULES else node.module or "")
    return found & MODULES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_part_imports_only_what_stands_before_it(path):
    part = find_part(path)
    if part in {"__init__", "__main__"}:
        return
    allowed = set(ORDER[: ORDER.index(part) + 1]) - UNKNOWN.get(part, set())
    imported = {module.split(".")[1] for module in find_imports(path) - {"tuner"}}
    assert imported <= allowed


def test_every_part_stands_in_the_order():
    parts = {find_part(path) for path in FILES} - {"__init__", "__main__"}
    assert parts == set(ORDER)


def test_no_file_imports_itself_through_others():
    imports = {name_module(path): find_imports(path) - {name_module(path)} for path in FILES}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail("cycle: " + " → ".join(reversed(error.args[1])))
