"""Which unseen levels are told, in columns with pooled levels and without."""

import numpy as np

from tuner.data import Schema
from tuner.data.columns.column import Column
from tuner.serving.unseen_levels import UnseenLevels


def list_warnings(*cells: str, other: bool) -> list[str]:
    column = Column("city", "categorical", ("berlin", "paris"), other=other)
    unseen = UnseenLevels(Schema((column,), "y", ("a", "b")))
    unseen.count({"city": np.array(cells, dtype=object)})
    return unseen.list_warnings()


def test_where_levels_are_pooled_only_those_that_look_like_a_known_one_are_told():
    cells = ("paris", "Rome", "BERLIN", "BERLIN", "")
    assert list_warnings(*cells, other=True) == [
        "column city: 2 cells of levels that the model has not seen, such as 'BERLIN'; each counts "
        "as other; BERLIN looks like the known level berlin"
    ]
    assert list_warnings("paris", "Rome", "", other=True) == []
    assert list_warnings(*cells, other=False) == [
        "column city: 3 cells of levels that the model has not seen, such as 'Rome'; each counts "
        "as none of the known levels; BERLIN looks like the known level berlin"
    ]
