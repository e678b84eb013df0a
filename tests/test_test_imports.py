"""Tests share helpers and fixtures, and import nothing from each other."""

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
OLD = FOLDER / "old_studies"  # written by earlier versions
FILES = sorted(path for path in FOLDER.rglob("*.py") if OLD not in path.parents)


def find_test_imports(path: Path) -> set[str]:
    modules = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {module for module in modules if module.startswith("tests.")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_tests_import_only_helpers(path):
    others = {m for m in find_test_imports(path) if not m.startswith("tests.helpers.")}
    assert others == set()


def test_every_folder_of_tests_is_a_package():
    folders = {path.parent for path in FILES}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []
