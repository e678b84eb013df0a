"""Numbers in a notation, text by text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.data.parsing.number_notations import NUMBER_NOTATIONS
from tuner.data.parsing.parse_by_notation import parse_texts


def parse(text, notation):
    return parse_texts(np.array([text], object), notation)["number"][0]


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", ",", "-", "%", "$", "1,,234", "1,23", "12,345,67", "0,125,000", ",234"),
        *("1,234567", "1234,567", "1,234.5.6", "--1", "1-", "1 2", "5%%", "% 5", "5 EUR", "1e3"),
        *(
            "(5",
            "5)",
            "()",
            "(-5)",
            "-(5)",
            "((5))",
            "0x1",
            "1_000",
            "$5$",
            "1,5",
            "9" * 40,
            "x",
            "1.234,5",
            "1'234",
            "1,234,",
            "1/2",
        ),
    ],
)
def test_other_texts_are_not_numbers(text) -> None:
    assert np.isnan(parse(text, "1,234.5"))


@given(st.decimals(-(10**9), 10**9, places=3), st.sampled_from(NUMBER_NOTATIONS))
def test_every_number_is_parsed_as_python_parses_it(number, notation) -> None:
    written = f"{number:,}".replace(",", "x").replace(".", notation[5]).replace("x", notation[1])
    assert parse(written, notation) == float(number)
    assert parse(written.replace(notation[1], ""), notation) == float(number)
