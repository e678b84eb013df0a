"""Modules, classes and functions stay small enough to be read at once."""

import ast
from pathlib import Path

import pytest

import tuner

FOLDER = Path(tuner.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))
MODULE_LINES, CLASS_LINES, FUNCTION_LINES = 300, 250, 40
REASON = f"# Over {FUNCTION_LINES} lines: "  # on the line above a longer function


def find_oversized(path: Path) -> list[str]:
    text = path.read_text()
    lines = text.splitlines()
    oversized = [f"module of {len(lines)} lines"] if len(lines) > MODULE_LINES else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            most, has_reason = CLASS_LINES, False
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            most, has_reason = FUNCTION_LINES, has_comment(lines[: first - 1])
        else:
            continue
        size = (node.end_lineno or node.lineno) - node.lineno + 1
        if size > most and not has_reason:
            oversized.append(f"{node.name}, {size} lines")
    return oversized


def has_comment(before: list[str]) -> bool:
    """Return whether the comment right above a function gives the reason for its length."""
    while before and before[-1].strip().startswith("#"):
        if before.pop().strip().startswith(REASON):
            return True
    return False


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_nothing_is_oversized_without_a_reason(path):
    assert find_oversized(path) == []
