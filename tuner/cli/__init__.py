"""The command line."""

from tuner.cli.main import main, run_command_line

__all__ = ["main", "run_command_line"]
