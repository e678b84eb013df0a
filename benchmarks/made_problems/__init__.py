"""Made tables whose answer is known by construction, for every shipped space that compares.

`known_truths.py` asks the questions, and judges the answers; `true_rankings.py` estimates how far
the settings of a problem truly are apart.
"""

from made_problems.adamw import ADAMW
from made_problems.budgets import BUDGETS
from made_problems.depths import DEPTHS
from made_problems.problem import MadeProblem
from made_problems.regularizers import REGULARIZERS
from made_problems.sgd import SGD
from made_problems.widths import WIDTHS

__all__ = ["PROBLEMS", "MadeProblem"]

PROBLEMS: dict[str, MadeProblem] = {
    problem.name: problem for problem in (*DEPTHS, *WIDTHS, *BUDGETS, *REGULARIZERS, *SGD, *ADAMW)
}
