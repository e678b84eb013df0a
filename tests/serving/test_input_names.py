"""Names that Keras takes for the inputs of an exported model."""

from tests.helpers.exports import RESERVED
from tuner.serving.input_names import make_input_names


def test_input_names_are_what_keras_takes_and_differ_from_each_other(exported):
    assert make_input_names(exported.dataset.schema) == {
        "len (cm)": "len__cm_",
        "ab/c": "ab_c",
        "ab\\c": "ab_c_2",
        "colour": "colour",
        "flag": "flag",
        "2nd": "column_2nd",
        **{name: name for name in RESERVED.split(",")},
        "self": "self_2",
        "self_2": "self_2_2",
        "class": "class_2",
        "None": "None_2",
    }
