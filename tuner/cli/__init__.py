"""The command line; the only part of the package that prints."""

from tuner.cli.main import main

__all__ = ["main"]
