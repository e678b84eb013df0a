"""The regularizers of stacked networks follow the penalties of the model."""

from dataclasses import fields

from tuner.model.regularizers import Penalty
from tuner.training.lanes.stacked_mlps.regularizer import StackedRegularizer


def test_stacked_networks_take_every_field_of_a_penalty():
    names = {field.name for field in fields(Penalty)}
    assert set(StackedRegularizer.list_lane_values(Penalty())) == names
