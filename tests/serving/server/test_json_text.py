"""JSON is read in steps as Python reads it at once."""

import json
import random

import pytest

from tuner.serving.server import json_text
from tuner.serving.server.json_text import read_json
from tuner.serving.server.rejection import RejectedRequest

TEXT = json.dumps(
    {"dataframe_records": [{"a": 1.5, "b": 'x]\\"', "c": [1, {"d": None}]}] * 3, "é": [[1, 2], []]},
    ensure_ascii=False,
)


def read(reader, text):
    try:
        return repr(reader(text))  # NaN is not equal to itself
    except ValueError:
        return ValueError


@pytest.mark.parametrize(
    "text",
    [
        "", " 1 ", "[1,]", "[,1]", '{"a":1,}', '{"a" 1}', "[1 2]", '"a', '["a\\"]","b"]', "nul",
        "[NaN, -Infinity, 1e400]", "[[1],[2]", "[[1],[2]]]", '[1,[2],\n\t3 , "x]"]', "\ufeff[]",
        '{"a":[],"a":[[2]]}', '[[],"\\ud800"]', '[[],"\n"]', "[[],01]", "[[],1.]", "{1:[[]]}",
        "[[], ,[]]", "[[],1, ,2,[]]", "[1" + ",1" * 100_000 + ",[], 2,3]", '{"a":[[]] "b":[]}',
    ],
)  # fmt: skip
def test_a_text_means_what_python_says(text):
    assert read(read_json, text) == read(json.loads, text)


def test_a_row_with_escapes_is_read_in_one_step(monkeypatch):
    monkeypatch.setattr(json_text, "MAX_STEPS", 1_000)
    rows = json.dumps([{"price": "\u20ac 1", "name": 'a "b"', "n": 1.5}] * 998)
    assert read_json(rows) == json.loads(rows)


def test_damaged_texts_mean_what_python_says():
    chance = random.Random(0)
    for _ in range(3_000):
        text = TEXT
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice('[]{}",:\\1 e') + text[at + chance.randint(0, 1) :]
        assert read(read_json, text) == read(json.loads, text), text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 1_000_000, "nested more than 18 deep"),
        ('{"a":' * 1_000_000, "nested more than 18 deep"),
        ('[[],"' + "a" * 200_000 + '"]', "a text may have 100,000 characters"),
        ("[[]," + "1" * 1_000_000 + "]", "limit"),
    ],
)
def test_what_would_take_long_is_no_json(text, words):
    with pytest.raises(ValueError, match=words):
        read_json(text)


def test_a_text_of_too_many_rows_is_rejected(monkeypatch):
    monkeypatch.setattr(json_text, "MAX_STEPS", 1_000)
    assert len(read_json("[" + "[]," * 997 + "1]")) == 998
    with pytest.raises(RejectedRequest) as error:
        read_json("[" + "[]," * 1_000 + "1]")
    assert (error.value.status, str(error.value)) == (
        413,
        "the body has more than 1,000 rows or values; send fewer",
    )
