"""What becomes of classes that have too few rows for the folds."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from tuner.errors import DataError, UserError
from tuner.run.opening import create_study, match_setup, open_study
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination
from tuner.study import SearchSettings, StudyRecord

SETTINGS = SearchSettings(max_trials=1, folds=3)


@pytest.fixture
def flowers(tmp_path):
    """Write a table of two classes of 20 rows, one of 3 and one of 1, with a column of patients."""

    def write(labels="r" * 20 + "s" * 20 + "ttt" + "u"):
        lines = [
            f"{row / 7:.3f},{'xyz'[row % 3] if label in 'rs' else label},p{row // 2},{label}"
            for row, label in enumerate(labels)
        ]
        path = tmp_path / "flowers.csv"
        path.write_text("\n".join(["size,colour,patient,kind", *lines]))
        return DataRequest(str(path), ignore=("patient",))

    return write


def test_rare_classes_are_left_out_with_all_that_only_they_have(flowers):
    dataset = prepare("mlp", flowers(), replace(SETTINGS, folds=5)).dataset
    assert dataset.classes == ("r", "s")
    assert np.bincount(dataset.y).tolist() == [20, 20]
    assert dataset.left_out_classes == {"t": 3, "u": 1}
    assert dataset.pooled_classes == {}
    assert dataset.schema.used[1].levels == ("x", "y", "z")
    assert dataset.warnings == (
        "2 classes have too few rows for the folds and are left out, so that the model does not "
        "know them: t (3 rows), u (1 row); gather more rows of them, give fewer --folds, or "
        "make one class of them with --rare-classes pool",
    )


def test_one_rare_class_has_no_other_to_be_one_with(flowers):
    dataset = prepare("mlp", flowers("r" * 20 + "s" * 20 + "u"), SETTINGS).dataset
    assert dataset.warnings == (
        "1 class has too few rows for the folds and is left out, so that the model does not know "
        "it: u (1 row); gather more rows of it",
    )


def test_rare_classes_are_pooled_in_one(flowers):
    request = replace(flowers(), rare_classes="pool")
    dataset = prepare("mlp", request, replace(SETTINGS, folds=3)).dataset
    assert dataset.classes == ("r", "s", "other")
    assert np.bincount(dataset.y).tolist() == [20, 20, 4]
    assert dataset.pooled_classes == {"t": 3, "u": 1}
    assert dataset.warnings == (
        "2 classes have too few rows for the folds and count as the class other: t (3 rows), "
        "u (1 row)",
    )


def test_classes_that_are_rare_even_together_are_left_out(flowers):
    request = replace(flowers(), rare_classes="pool")
    dataset = prepare("mlp", request, replace(SETTINGS, folds=5)).dataset
    assert dataset.classes == ("r", "s")
    assert dataset.left_out_classes == {"t": 3, "u": 1}


def test_the_pooled_class_has_a_name_of_its_own(tmp_path):
    labels = ["other"] * 20 + ["r"] * 20 + ["t"] * 3 + ["u"]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["a,y", *(f"{row}.5,{y}" for row, y in enumerate(labels))]))
    request = DataRequest(str(path), rare_classes="pool")
    assert prepare("mlp", request, SETTINGS).dataset.classes == ("other", "r", "other 2")


def test_refused_they_end_the_search_as_a_class_does_without_which_one_is_left(flowers):
    with pytest.raises(DataError, match=r"^class u has 1 row, and cross-validation takes at"):
        prepare("mlp", replace(flowers(), rare_classes="refuse"), SETTINGS)
    with pytest.raises(DataError, match=r"^--folds: class s has 3 rows, 2 of them left to train"):
        prepare("mlp", flowers("r" * 20 + "sss"), SETTINGS)


def test_a_mistyped_label_is_told_with_the_class_that_it_looks_like(flowers):
    dataset = prepare("mlp", flowers("r" * 20 + "s" * 20 + "R"), SETTINGS).dataset
    assert dataset.warnings[1:] == (
        "r and R are different classes; write labels alike that mean the same",
    )


def test_another_choice_is_refused():
    message = "--rare-classes: there is no choice pol; did you mean pool?"
    with pytest.raises(UserError, match=f"^{message}"):
        DataRequest("iris", rare_classes="pol")  # type: ignore[arg-type]


def test_a_class_of_too_few_groups_is_rare(flowers):
    labels = "rs" * 20 + "tt" + "rs" * 20  # both rows of t are of one patient
    request = replace(flowers(labels), ignore=(), groups="patient")
    dataset = prepare("mlp", request, SETTINGS).dataset
    assert dataset.left_out_classes == {"t": 2}
    assert len(dataset.groups) == len(dataset.y) == 80


def test_a_class_that_comes_late_in_the_order_is_rare(flowers):
    request = replace(flowers("rs" * 20 + "ttt"), ignore=("patient",), order="size")
    setup = prepare("mlp", request, SETTINGS)
    assert setup.dataset.left_out_classes == {"t": 3}
    assert len(setup.dataset.order) == len(setup.dataset.y) == 40


def test_rows_of_an_array_are_left_out_too(tmp_path):
    x, y = np.arange(90, dtype=np.float32).reshape(45, 2), [0, 1] * 22 + [7]
    np.savez(tmp_path / "a.npz", x=x, y=np.array(y))
    dataset = prepare("mlp", DataRequest(str(tmp_path / "a.npz")), SETTINGS).dataset
    assert dataset.classes == ("0", "1")
    assert len(dataset.raw["x"]) == len(dataset.y) == 44


def test_the_weight_of_a_class_that_is_left_out_has_no_effect(flowers):
    settings = replace(SETTINGS, class_weight={"s": 3, "u": 9})
    setup = prepare("mlp", flowers(), settings)
    assert setup.problem.compute_class_weights(setup.problem.rows).tolist()[:2] == [1.0, 3.0]


@pytest.mark.parametrize("action", ["leave-out", "pool"])
def test_a_study_keeps_what_was_done_and_reads_its_data_alike(action, flowers, tmp_path):
    request = replace(flowers(), rare_classes=action)
    setup = prepare("mlp", request, SETTINGS)
    study = create_study(setup, Destination(tmp_path, "rare"))
    name = {"leave-out": "left_out_classes", "pool": "pooled_classes"}[action]
    assert study.record.data[name] == {"t": 3, "u": 1}
    again, _ = open_study("rare", tmp_path)
    assert again.dataset.fingerprint == setup.dataset.fingerprint
    assert again.dataset.classes == setup.dataset.classes
    assert match_setup(setup, study).dataset.fingerprint == setup.dataset.fingerprint


def test_a_study_keeps_which_of_equal_classes_was_drawn_to_be_rare(flowers, tmp_path):
    labels = np.random.default_rng(1).permutation([*"rrrrrrssssssvvvvvv", *"w" * 20])
    setup = prepare("mlp", flowers("".join(labels)), replace(SETTINGS, folds=5))
    assert setup.dataset.left_out_classes == {"s": 6}  # the test part took two of its rows
    create_study(setup, Destination(tmp_path, "drawn"))
    again, _ = open_study("drawn", tmp_path)
    assert again.dataset.fingerprint == setup.dataset.fingerprint


def test_a_study_is_not_resumed_with_another_choice(flowers, tmp_path):
    destination = Destination(tmp_path, "rare")
    left_out, pooled = (
        create_study(
            prepare("mlp", replace(flowers(), rare_classes=action), SETTINGS),
            replace(destination, name=action),
        ).record
        for action in ("leave-out", "pool")
    )
    assert left_out.find_differences(pooled) == [
        "the data are not the same",
        "--rare-classes is leave-out there and pool here",
    ]
    data = {name: value for name, value in left_out.data.items() if name != "rare_classes"}
    earlier = StudyRecord.from_dict({**left_out.to_dict(), "data": data})
    assert earlier.find_differences(left_out) == []
    assert asdict(earlier.settings) == asdict(left_out.settings)
