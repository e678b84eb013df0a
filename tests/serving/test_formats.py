"""The formats that a person asks for, known before any work begins."""

import pytest

from tuner.errors import UserError
from tuner.serving import formats
from tuner.serving.formats import choose_formats, list_written


def test_keras_is_always_among_them_in_their_usual_order():
    assert choose_formats(None) == ("keras", "saved_model", "mlflow")
    assert choose_formats("onnx, saved_model") == ("keras", "saved_model", "onnx")
    assert choose_formats(["litert"]) == ("keras", "litert")
    assert choose_formats(()) == ("keras",)


def test_an_unknown_one_is_refused_with_the_list():
    with pytest.raises(UserError) as error:
        choose_formats("keras,tflite")
    assert str(error.value) == (
        "--formats: there is no format tflite; did you mean litert? "
        "Known are keras, saved_model, mlflow, onnx, litert"
    )


@pytest.mark.parametrize("absent", ["onnx", "onnxruntime"])
def test_onnx_without_its_packages_says_how_to_install_them(monkeypatch, absent):
    monkeypatch.setattr(formats, "find_spec", lambda name: None if name == absent else object())
    assert choose_formats("mlflow") == ("keras", "mlflow")
    with pytest.raises(UserError) as error:
        choose_formats("onnx")
    assert str(error.value) == (
        "--formats: onnx needs the packages onnx and onnxruntime; pip install 'softmax-tuner[onnx]'"
    )


def test_a_model_of_an_earlier_version_has_the_usual_ones():
    assert list_written({}) == ("keras", "saved_model", "mlflow")
    said = {"keras": "written", "onnx": "a layer has no translation", "litert": "written"}
    assert list_written({"formats": said}) == ("keras", "litert")
