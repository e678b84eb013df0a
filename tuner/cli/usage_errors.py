"""Says in one sentence what is wrong with a command's options and arguments.

Typer draws boxes. Its errors are Click's, of which Typer has its own copy in later versions, so
they are known by what they hold.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import typer

from tuner.errors import suggest_names

__all__ = ["UsageError", "describe_usage_error"]

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""The base of all errors about options and arguments."""

# What is expected, by the words in which Typer or Click says so.
_EXPECTED = (
    (r"valid integer", "give a whole number"),
    (r"valid (?:number|float)", "give a number"),
    (r"greater than or equal to (\S+)", r"give at least \1"),
    (r"less than or equal to (\S+)", r"give at most \1"),
)


def describe_usage_error(error: Any, arguments: Sequence[str]) -> str:
    """Return what is wrong and how to mend it; "" if the help was shown instead.

    Args:
        error: A `UsageError`.
        arguments: The arguments of the command line.
    """
    kind, context = type(error).__name__, error.ctx
    command = f"tuner {context.command.name}" if context and context.parent else "tuner"
    if kind == "NoArgsIsHelpError":
        return ""
    if kind == "NoSuchOption":
        return f"{command}: there is no option {error.option_name}; {_suggest(error, command)}"
    if kind == "MissingParameter":
        return f"{command}: {_name(error.param)} is missing: {_describe(error.param)}"
    if kind == "BadParameter" and error.param is not None:
        return _describe_value(error, arguments)
    return _reword(error.format_message(), command, context)


def _reword(message: str, command: str, context: Any) -> str:
    """Return another message of the parser in our words."""
    if unknown := re.match(r"No such command '(.+?)'", message):
        names = context.command.list_commands(context)
        return f"there is no command {unknown[1]}; {suggest_names(unknown[1], names)}"
    if extra := re.search(r"unexpected extra arguments? ?(?:\(s\) )?\((.+)\)", message):
        return (
            f"{command}: unexpected argument {extra[1]}; write an option's name before its value, "
            f"and a text that has spaces in quotes, or see {command} --help"
        )
    return re.sub(r"^Option '(.+?)'", r"\1", message).removesuffix(".")


def _suggest(error: Any, command: str) -> str:
    """Return the option that is nearest to one that does not exist, or where all are listed."""
    params = error.ctx.command.params
    options = [name for param in params for name in (*param.opts, *param.secondary_opts)]
    near = get_close_matches(error.option_name, options, n=1)
    return f"did you mean {near[0]}?" if near else f"see {command} --help"


def _describe_value(error: Any, arguments: Sequence[str]) -> str:
    """Return what is wrong with the value of an option or argument."""
    problem = error.message
    for words, expected in _EXPECTED:
        if found := re.search(words, error.message):
            problem = found.expand(expected)
            break
    value = _find_value(error.param, arguments)
    wrong = f"{value} is wrong; " if value else ""
    return f"{_name(error.param)}: {wrong}{problem}"


def _find_value(param: Any, arguments: Sequence[str]) -> str | None:
    """Return the value of an option, the last of several, which counts; None of an argument."""
    value = None
    for argument, following in zip(arguments, [*arguments[1:], None], strict=True):
        for name in param.opts:
            if argument == name:
                value = following
            elif argument.startswith(f"{name}="):
                value = argument.removeprefix(f"{name}=")
    return value


def _name(param: Any) -> str:
    """Return an option's name, or an argument's in capitals."""
    return str(max(param.opts, key=len) if param.opts[0].startswith("-") else param.name.upper())


def _describe(param: Any) -> str:
    """Return the help of an option or argument as the end of a sentence."""
    text = str(param.help or "see --help").removesuffix(".")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
