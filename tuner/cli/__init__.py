"""Words to and from a person; the only part that prints."""

from tuner.cli.main import main

__all__ = ["main"]
