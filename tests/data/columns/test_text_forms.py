"""Levels, labels and names that are the same text in two forms, or look so."""

import numpy as np

from tests.helpers.tables import catch_refusal, load_column, read_raw, write_file
from tuner.data import load_dataset

COMPOSED, SPLIT = "Zürich", "Zu\u0308rich"


def load_levels(*cells, repeats=6, **options):
    """Load a column a with some levels, in turn."""
    return load_column([*cells] * repeats, **options)


def load_labels(*labels, repeats=6):
    lines = [f"{row}.5,{label}" for row, label in enumerate([*labels] * repeats)]
    return load_dataset(write_file("\n".join(["a,y", *lines])))


def test_levels_in_two_forms_are_one_level_and_this_is_told():
    dataset = load_levels(COMPOSED, SPLIT, "Bern", "Be\u00adrn")
    (column, _) = dataset.schema.columns
    assert column.levels == ("Bern", COMPOSED)
    assert column.spellings == (("Bern", "Be\u00adrn"), (COMPOSED, SPLIT))
    assert dataset.x[:4, 1:].tolist() == [[0, 1], [0, 1], [1, 0], [1, 0]]
    assert np.array_equal(dataset.schema.encode(dataset.raw), dataset.x)
    assert dataset.warnings == (
        "column a: Zürich and 'Zu\\u0308rich', Bern and 'Be\\xadrn' differ by their form in "
        "Unicode or invisible characters only, and count as one level",
    )


def test_a_study_of_an_earlier_version_keeps_levels_and_labels_in_two_forms_apart():
    path = write_file("\n".join(["a,y", *[f"{COMPOSED},Å", f"{SPLIT},A\u030a"] * 6]))
    assert load_dataset(path, reading=1).schema.columns[0].levels == (SPLIT, COMPOSED)
    assert load_dataset(path, reading=1).classes == ("A\u030a", "Å")


def test_a_level_that_has_no_other_form_stays_as_it_is():
    dataset = load_levels(SPLIT, "Bern\u200b", "Basel")
    assert dataset.schema.columns[0].levels == ("Basel", "Bern\u200b", SPLIT)
    assert dataset.warnings == ()


def test_kept_levels_are_read_in_their_form_from_rows_to_predict():
    dataset = load_levels(COMPOSED, SPLIT, "Bern")
    raw = read_raw(write_file(f"a;b\n{SPLIT};1\n {COMPOSED};2\n", "new.csv"), dataset.schema)
    assert dataset.schema.encode(raw)[:, 1:].tolist() == [[0, 1], [0, 1]]


def test_levels_that_look_alike_are_told_and_stay_apart():
    dataset = load_levels("zurich", "Zürich", "A-1", "A–1", "a-1", "Basel")
    assert len(dataset.schema.columns[0].levels) == 6
    assert dataset.warnings == (
        "column a: A-1, A–1 and a-1, Zürich and zurich are different levels; write levels alike "
        "that mean the same",
    )


def test_letters_of_another_alphabet_are_escaped():
    dataset = load_levels("A1", "\u04101", "Москва", "МОСКВА")
    assert dataset.warnings[0].startswith(
        "column a: A1 and '\\u04101', МОСКВА and Москва are different levels"
    )


def test_labels_in_two_forms_are_one_class():
    dataset = load_labels("gut", "gu\u200bt", "schlecht")
    assert dataset.classes == ("gut", "schlecht")
    assert dataset.y[:3].tolist() == [0, 0, 1]
    assert dataset.warnings == (
        "labels gut and 'gu\\u200bt' differ by their form in Unicode or invisible characters only, "
        "and count as one class",
    )


def test_labels_that_look_alike_are_told():
    assert load_labels("Café", "cafe", "tea").warnings == (
        "Café and cafe are different classes; write labels alike that mean the same",
    )
    assert len(load_labels("7", "7.0").warnings) == 1
    assert load_labels("1152921504606846976", "1152921504606846977").warnings == ()


def test_columns_whose_names_look_alike_are_told():
    text = "Größe,Gro\u0308ße,y\n" + "".join(
        f"{row},{row % 7},{'pq'[row % 2]}\n" for row in range(20)
    )
    assert load_dataset(write_file(text)).warnings == (
        "columns Größe and 'Gro\\u0308ße' have names that look alike; rename one, or leave one out",
    )


def test_a_column_that_only_looks_like_the_one_that_is_named_is_told():
    source = write_file(
        "Gro\u0308ße,y\n" + "".join(f"{row},{'pq'[row % 2]}\n" for row in range(20))
    )
    assert catch_refusal(load_dataset, source, ignore=["Größe"]) == (
        "data file t.csv, --ignore: there is no column Größe, but 'Gro\\u0308ße', which looks "
        "like it; give that name, or rename the column"
    )
    schema = load_dataset(source).schema
    new = write_file("Größe\n1\n", "new.csv")
    assert catch_refusal(read_raw, new, schema) == (
        "data file new.csv: it lacks the column Gro\u0308ße, which the model reads; its columns "
        "are Größe; Größe looks like 'Gro\\u0308ße': rename it"
    )
