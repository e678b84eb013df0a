"""Each script of benchmarks/ runs by itself, as benchmarks/README.md says."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "benchmarks"

# One process for all scripts, since most of their imports are the same. What Python finds as
# `benchmarks` only because it runs in the repository is hidden.
_ASK_ALL = """
import runpy, sys
sys.modules["benchmarks"] = None
for script in sys.argv[1:]:
    sys.argv[:] = [script, "--help"]
    sys.path[0] = script.rpartition("/")[0]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        code = end.code
    except Exception as error:
        code = repr(error)
    else:
        code = "--help did not end it"
    if code:
        sys.exit(f"{script}: {code}")
"""


def test_each_script_shows_its_help():
    scripts = [path for path in sorted(FOLDER.glob("*.py")) if '"__main__"' in path.read_text()]
    done = subprocess.run(
        [sys.executable, "-c", _ASK_ALL, *map(str, scripts)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("usage: ") == len(scripts) > 20


def test_scripts_import_their_parts_as_python_finds_them_beside_a_script():
    wrong = [
        path.name
        for path in FOLDER.rglob("*.py")
        if re.search(r"^\s*(from|import) benchmarks\b", path.read_text(), re.MULTILINE)
    ]
    assert not wrong


def has(module, name):
    imported = import_module(module)
    if hasattr(imported, name):
        return True
    return hasattr(imported, "__path__") and find_spec(f"{module}.{name}") is not None


def test_what_scripts_import_from_the_package_is_there():
    """Most imports are in functions, which `--help` does not run."""
    imports = {
        (node.module, alias.name)
        for path in FOLDER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "tuner"
        for alias in node.names
    }
    assert len(imports) > 50
    assert [names for names in sorted(imports) if not has(*names)] == []
