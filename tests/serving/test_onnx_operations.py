"""The parsers of numbers and dates, in an ONNX graph as in NumPy."""

import numpy as np
import pytest

from tests.helpers.onnx_graphs import run
from tuner.data.parsing.characters import convert_to_codes
from tuner.data.parsing.date_notations import (
    DATE_NOTATIONS,
    DAY_FIRST,
    MONTH_FIRST,
    YEAR_FIRST,
)
from tuner.data.parsing.number_notations import NUMBER_NOTATIONS
from tuner.data.parsing.parse_by_notation import parse_codes, parse_texts
from tuner.serving.onnx_graph import Graph
from tuner.serving.onnx_operations import OnnxOperations

TEXTS = [
    *("1.234,5", "1,234.5", "1 234,5", "1'234.5", "1234", "01.234", "1.23.456", "12,34"),
    *("", "x", "é" * 3, "日本", "-12 %", "(3,5)", "€ 1.000.000", " 7 ", "+5", "--5", ".5", "5."),
    *("1" * 39, "9" * 39, "1" * 41, "3" * 60, "5 €", "$5 $"),
    *("31.12.2024", "31/12/24 5:07 pm", "2024-12-31T23:59:00Z", "12/31/2024", "23:59"),
    *("2024-02-30", "2024-02-29 12:00:00.5", "1969-01-01", "1.2.10", "0001-01-01", "24:00"),
]


@pytest.mark.parametrize("notation", [*NUMBER_NOTATIONS, *DATE_NOTATIONS])
def test_texts_mean_the_same_as_in_the_data(notation):
    graph = Graph()
    ops = OnnxOperations(graph)
    codes = ops.read_codes(graph.add_input("texts", object))
    parsed = parse_codes(codes, [notation], ops, fraction=True)
    for number, feature in enumerate(parsed.values()):
        graph.add_output(f"feature_{number}", feature)
    texts = np.array(TEXTS, object)
    expected = parse_texts(texts, notation)
    assert np.isfinite(next(iter(expected.values()))).any()
    for answer, feature in zip(run(graph, {"texts": texts}), expected.values(), strict=True):
        np.testing.assert_allclose(answer, feature, rtol=1e-12, atol=1e-12)
    for batch in ([], [""]):
        answers = run(graph, {"texts": np.array(batch, object)})
        assert all(np.isnan(answer).all() and len(answer) == len(batch) for answer in answers)


def test_dates_of_several_notations_are_parsed_together():
    notations, texts = (DAY_FIRST, YEAR_FIRST, MONTH_FIRST), np.array(TEXTS, object)
    apart = [parse_texts(texts, notation) for notation in notations]
    codes = convert_to_codes(np.tile(texts, len(notations)))
    in_memory = parse_codes(codes, notations, np, fraction=True)
    graph = Graph()
    ops = OnnxOperations(graph)
    columns = [graph.add_input(f"column_{place}", object) for place in range(len(notations))]
    codes = ops.read_codes(ops.concatenate(columns, axis=0))
    for name, feature in parse_codes(codes, notations, ops, fraction=True).items():
        graph.add_output(f"feature {name}", feature)
    answers = run(graph, {column.name: texts for column in columns})
    for answer, (name, values) in zip(answers, in_memory.items(), strict=True):
        expected = np.concatenate([parsed[name] for parsed in apart])
        np.testing.assert_array_equal(values, expected)
        np.testing.assert_allclose(answer, expected, rtol=1e-12, atol=1e-12)


def test_many_levels_take_no_table_of_their_square():
    graph = Graph()
    ops = OnnxOperations(graph)
    levels = {f"level {place}": place for place in range(1_000)}
    place = ops.look_up(graph.add_input("texts", object), levels, other=len(levels))
    graph.add_output("features", ops.one_hot(place, len(levels), "float32"))
    (features,) = run(graph, {"texts": np.array(["level 7", "unseen"], object)})
    assert features.shape == (2, 1_000)
    assert np.argwhere(features).tolist() == [[0, 7]]
    assert graph.make_model("levels").ByteSize() < 50_000
