"""Trains the trials of a search in other processes, perhaps on other machines.

`trainer.py` has the one class that the search sees. What trains are workers (`worker.py`), each
with a usual trainer; a crew brings them (`crew.py`), of Ray in `ray_crew.py`.
"""

from tuner.training.remote.engine import ENGINES, LOCAL, Engine

__all__ = ["ENGINES", "LOCAL", "Engine"]
