"""What the formats of Keras and TensorFlow hold."""

import keras
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from tuner.serving.keras_formats import trace_model, write_saved_model


def test_a_saved_model_holds_the_network_once(tmp_path):
    inputs = keras.Input((2,), name="x")
    model = keras.Model({"x": inputs}, keras.layers.Dense(3, activation="softmax")(inputs))
    write_saved_model(model, trace_model(model), tmp_path)
    content = SavedModel.FromString((tmp_path / "saved_model" / "saved_model.pb").read_bytes())
    functions = content.meta_graphs[0].graph_def.library.function
    operations = [node.op for function in functions for node in function.node_def]
    assert operations.count("Softmax") == 1
