"""Messages in the words of whoever reads them: the command line's options, or Python's arguments.

Every message is written once, with the options and commands of the command line, which cannot be
mistaken for other words. A Python program reads `max_trials` for `--max-trials`, and
`tuner.open_study("a").resume()` for `tuner resume a`. Errors and all that is printed go through
`phrase`; the command line says that it is the reader.

Messages have names, cells and paths as they are; `phrase` shortens very long ones.
"""

import csv
import json
import re
import shlex

__all__ = ["phrase", "shorten_names", "speak_to_command_line"]

_VALUE = r"(?:'(?:[^']|'\"'\"')*'|[^\s;,`)']+?(?=\.?(?:[\s;,`)]|$)))"
_COMMAND = re.compile(
    r"\btuner (?P<command>resume|export|report|sync) (?P<study>[A-Za-z0-9](?:[\w.-]*[\w-])?)"
    rf"(?P<options>(?: --[a-z-]+ {_VALUE})*)"
)
_OPTION = re.compile(rf" --(?P<name>[a-z-]+) (?P<value>{_VALUE})")
_NAMES = re.compile(rf"(?<![\w-])--(?P<name>categorical|ignore|missing) (?P<value>{_VALUE})")
_WITH_VALUE = re.compile(
    r"(?<![\w-])--(?P<name>[a-z][a-z-]*) "
    r"(?P<value>-?\d+(?:\.\d+)?(?![\w%])|(?:lanes|fit|local|ray|balanced|leave-out|pool|refuse|best|smallest|ensemble|pareto|missing)\b)"
)
_WITHOUT = re.compile(r"(?<![\w-])--(?P<no>no-)?(?P<name>[a-z][a-z-]*)")
_FLAGS = {"overwrite"}
_RENAMED = {"from": "from_study"}  # what is no name in Python

# No path is as long, no file's name, which has at most 255 bytes, and no clause of a message.
_LONG_NAME = re.compile(r"\S{1000,}|[^\s/]{260,}|(?<!\w)'[^'\n]{400,}'(?!\w)")
_LONG_CLAUSE = re.compile(r"[^,;:\n]{600,}")  # has a long name of several words

_reader = {"is_command_line": False}


def speak_to_command_line() -> None:
    """Let all messages of this process name options instead of arguments."""
    _reader["is_command_line"] = True


def phrase(text: str) -> str:
    """Return a message in the words of its reader, from those of the command line."""
    text = shorten_names(text)
    return text if _reader["is_command_line"] else phrase_for_python(text)


def shorten_names(text: str) -> str:
    """Return a text in which a name of hundreds of characters is its start, its end and its length.

    >>> shorten_names(f"column {'a' * 70}{'z' * 210}: it holds numbers")
    'column aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…zzzzzzzzzz (280 characters): it holds numbers'
    """
    text = _LONG_NAME.sub(_shorten_name, text)
    return _LONG_CLAUSE.sub(_shorten_clause, text)


def _shorten_clause(found: re.Match[str]) -> str:
    clause = found[0]
    length = round(len(clause), -2)
    return f"{clause[:80]}…{clause[-60:]} (about {length:,} characters)"


def _shorten_name(found: re.Match[str]) -> str:
    name = found[0].rstrip(",;:.)")
    length = len(name.strip("'\"("))
    return f"{name[:30]}…{name[-10:]} ({length:,} characters){found[0][len(name) :]}"


def phrase_for_python(text: str) -> str:
    """Return a message that names Python's arguments, from one that names options.

    >>> phrase_for_python("--max-trials: 0 is too small; give at least 1")
    'max_trials: 0 is too small; give at least 1'
    >>> phrase_for_python("tuner resume iris-1 --max-trials 40 --root 'my runs', or --no-racing")
    'tuner.open_study("iris-1", root="my runs").resume(max_trials=40), or racing=False'
    >>> phrase_for_python("use --folds 2 or more, --ignore 'a,b c', --seed, or --overwrite")
    'use folds=2 or more, ignore=["a", "b c"], seed, or overwrite=True'
    """
    text = _COMMAND.sub(_phrase_command, text)
    text = _NAMES.sub(_phrase_names, text)
    text = _WITH_VALUE.sub(lambda found: _assign(found["name"], found["value"]), text)
    return _WITHOUT.sub(_phrase_option, text)


def _phrase_command(found: re.Match[str]) -> str:
    options = {
        option["name"]: shlex.split(option["value"])[0]
        for option in _OPTION.finditer(found["options"])
    }
    opening = [json.dumps(found["study"], ensure_ascii=False)]
    if "root" in options:
        opening.append(_assign("root", options.pop("root")))
    study = f"tuner.open_study({', '.join(opening)})"
    if found["command"] == "report":
        return f"{study}.report"
    arguments = ", ".join(_assign(name, value) for name, value in options.items())
    return f"{study}.{found['command']}({arguments})"


def _phrase_names(found: re.Match[str]) -> str:
    (names,) = csv.reader(shlex.split(found["value"]))
    return f"{found['name']}={json.dumps(names, ensure_ascii=False)}"


def _phrase_option(found: re.Match[str]) -> str:
    name = _RENAMED.get(found["name"], found["name"].replace("-", "_"))
    if found["no"]:
        return f"{name}=False"
    return f"{name}=True" if name in _FLAGS else name


def _assign(name: str, value: str) -> str:
    """Return an argument as it is written in a call."""
    is_number = re.fullmatch(r"-?\d+(?:\.\d+)?", value)
    written = value if is_number else json.dumps(value, ensure_ascii=False)
    return f"{name.replace('-', '_')}={written}"
