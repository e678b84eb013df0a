"""The rows that an export is checked with."""

import numpy as np

from tuner.serving.sample import find_example, pick_sample


def test_the_sample_has_missing_values_and_unseen_levels(exported):
    dataset = exported.dataset
    sample = pick_sample(dataset.raw, dataset.schema)
    assert len(sample["colour"]) == 42
    assert np.isnan(sample["ab/c"][-2:]).all()
    assert sample["colour"][-2] == ""
    assert sample["colour"][-1] not in {*dataset.raw["colour"]}


def test_the_example_is_a_row_without_missing_values(exported):
    dataset = exported.dataset
    example = find_example(dataset.schema, pick_sample(dataset.raw, dataset.schema))
    assert list(example) == list(dataset.raw)
    assert (example["colour"], example["2nd"]) == ("green", 1.0)
    assert None not in example.values()


def test_an_array_has_no_example(exported_images):
    dataset = exported_images.dataset
    assert find_example(dataset.schema, pick_sample(dataset.raw, dataset.schema)) == {}
