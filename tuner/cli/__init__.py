"""The command line; the only part of the package that prints."""

from tuner.cli.main import main, run_command_line

__all__ = ["main", "run_command_line"]
