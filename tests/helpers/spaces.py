"""Small search spaces."""

from tuner.space import Space, parse_space

SMALL = """
[network]
depth = { min = 0, max = 2 }
units = 8
[sgd]
learning_rate = { min = 0.01, max = 0.3, log = true }
batch_size = 16
"""

PLANNED = """
[network]
depth = 1
units = 8
parametrization = "ntk"
[optimizer]
optimizer = "adamw"
schedule = "coslog4"
length = [0.5, 1.0]
learning_rate = { min = 0.01, max = 0.3, log = true }
"""
"""Its schedules are planned for all epochs, so that a time limit decides on the trials."""


def make_space(text: str = "", title: str = "Which?") -> Space:
    """Parse the tables of a space file, such as `SMALL`."""
    return parse_space(f'title = "{title}"\n{text}', name="test", file="test.toml")
