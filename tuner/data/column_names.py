"""Column names in the options of the command line, quoted for a shell."""

import csv
import io
import re
import shlex
from collections import Counter
from collections.abc import Sequence

__all__ = ["LONGEST_SHOWN", "advise_missing", "quote_names", "spell_names", "split_names"]

LONGEST_SHOWN = 40
"""Characters of a cell that a message shows; a longer one is cut, and in no advice."""


def split_names(option: str) -> tuple[str, ...]:
    """Return the column names in an option's value, separated by commas.

    A name that contains a comma or a line break, or begins with a quotation mark, is quoted as in a
    CSV file.

    >>> split_names('age, "height, cm"')
    ('age', 'height, cm')
    """
    rows = csv.reader(io.StringIO(option, newline=""), skipinitialspace=True)
    return tuple(name.strip() for names in rows for name in names if name.strip())


def spell_names(names: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return names as they are known, where they differ by blanks around them only.

    A CSV file's names have no blanks around them, whatever those of a data frame have. A name that
    is spelled alike comes first, and of several others none is taken.

    >>> spell_names(["a", "b ", "c"], [" a ", "b"])
    [' a ', 'b', 'c']
    """
    present, wanted = set(names), set(known)
    lacking = {name.strip(): name for name in known if name not in present}
    others = Counter(name.strip() for name in names if name not in wanted)
    return [
        name if name in wanted or others[name.strip()] > 1 else lacking.get(name.strip(), name)
        for name in names
    ]


def advise_missing(*texts: str) -> str:
    """Return the option that says that texts mean a missing value; "" if one is long.

    >>> advise_missing("unknown", "n.v."), advise_missing("x" * 50)
    ("--missing 'unknown,n.v.'", '')
    """
    is_long = any(len(text) > LONGEST_SHOWN for text in texts)
    return "" if is_long or not texts else f"--missing {quote_names(*texts)}"


def quote_names(*names: str) -> str:
    """Return the value of an option for these column names, as it is typed into a shell.

    >>> quote_names("age", "height, cm")
    '\\'age,"height, cm"\\''
    >>> quote_names("unknown", "n.v."), quote_names("age")
    ("'unknown,n.v.'", 'age')
    """
    line = io.StringIO()
    csv.writer(line).writerow(names)
    value = line.getvalue().removesuffix("\r\n")
    quoted = shlex.quote(value)
    # a comma or a last dot that is not quoted would belong to the sentence around it
    return f"'{value}'" if quoted == value and re.search(r",|\.$", value) else quoted
