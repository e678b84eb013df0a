"""The command line's app, to which each command is added."""

from typing import Annotated

import typer

from tuner._version import __version__

__all__ = ["app"]

app = typer.Typer(
    name="tuner",
    help="Find the best Keras softmax classifier for a table or images by cross-validation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from tuner.terminal.messages import print_result

        print_result(f"tuner {__version__}")
        raise typer.Exit


@app.callback()
def root_options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Find the best Keras softmax classifier for a table or images by cross-validation."""
