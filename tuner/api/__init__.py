"""What Python and the command line call alike: a search, and what it leaves.

`tune`, `open_study`, `studies` and `SearchedStudy` are for people who write Python. The commands
call what these call, and print.
"""

from tuner.api.listing import studies
from tuner.api.searched_study import SearchedStudy, open_study
from tuner.api.tune import tune

__all__ = ["SearchedStudy", "open_study", "studies", "tune"]
