import pytest

from tuner.words import say_share, say_shares


@pytest.mark.parametrize("rows", [10, 2_000, 25_000, 500_000, 10**9])
def test_a_share_with_a_wrong_row_is_never_called_100_percent(rows):
    share = (rows - 1) / rows
    alone, (first, second) = say_share(share), say_shares([share, 0.5])
    assert float(alone.removesuffix(" %")) < 100
    assert float(first.removesuffix(" %")) < 100
    assert len(first) == len(second)  # as many decimals


def test_all_rows_right_are_100_percent():
    assert (say_share(1.0), say_shares([1.0, 0.5])) == ("100 %", ["100 %", "50 %"])
