"""Folders of images: which files become rows, and which are left out or refused."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.images import GREY, save_deep_colours, save_image, save_pets
from tests.helpers.tables import catch_refusal, read_raw
from tuner.data import Schema, list_image_files, load_dataset
from tuner.errors import DataError


@pytest.fixture
def pets():
    return save_pets()


def test_each_sub_folder_is_a_class_and_each_file_a_row(pets):
    data = load_dataset("pets")
    assert data.schema == Schema((), "class", ("cat", "dog"), array_shape=(4, 3), channels=1)
    assert (data.name, data.warnings, data.y.tolist()) == ("pets", (), [0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(data.raw["x"][1], GREY + 1)
    np.testing.assert_array_equal(data.x[5], 255.0 - GREY.ravel())


def test_a_folder_may_be_named_from_within(pets, monkeypatch):
    before = load_dataset("pets/")
    monkeypatch.chdir("pets")
    data = load_dataset(".")
    assert (data.name, data.fingerprint) == ("pets", before.fingerprint)


def test_images_of_mixed_sizes_get_the_median_height_and_width(pets):
    save_image("pets/dog/3.png", np.full((20, 30), 7, np.uint8))
    data = load_dataset("pets")
    assert data.schema.array_shape == (4, 3)
    np.testing.assert_array_equal(data.raw["x"][-1], np.full((4, 3), 7.0))
    assert data.warnings == (
        "images of 2 sizes are resized to 4×3 (height × width, at most 64 a side; save x and y in "
        "an .npz file to keep more)",
    )


def test_large_images_are_scaled_down():
    for name in ("a/1", "a/2", "b/1", "b/2"):
        save_image(f"photos/{name}.jpg", np.full((300, 600, 3), (200, 100, 50), np.uint8))
    data = load_dataset("photos")
    assert data.schema.array_shape == (32, 64, 3)
    assert abs(data.raw["x"] - [200, 100, 50]).max() <= 2  # as JPEG has them
    assert data.warnings == (
        "images of 300×600 are resized to 32×64 (height × width, at most 64 a side; save x and y "
        "in an .npz file to keep more)",
    )


def test_one_coloured_image_makes_all_coloured(pets):
    save_image("pets/dog/3.png", np.full((4, 3, 3), (9, 8, 7), np.uint8))
    data = load_dataset("pets")
    assert data.schema.array_shape == (4, 3, 3)
    np.testing.assert_array_equal(data.raw["x"][0], np.repeat(GREY[..., None], 3, axis=2))
    np.testing.assert_array_equal(data.raw["x"][-1], np.full((4, 3, 3), (9.0, 8.0, 7.0)))
    assert data.warnings == ("6 of 7 images are grey and read as coloured",)


PALETTE = Image.fromarray(np.full((4, 3, 3), (255, 0, 0), np.uint8)).convert("P")
CLEAR = Image.fromarray(np.zeros((4, 3, 4), np.uint8))
KINDS = {
    "a palette": (PALETTE, [255, 0, 0]),
    "transparent black": (CLEAR, [255, 255, 255]),
    "black and white": (Image.fromarray(np.ones((4, 3), bool)), 255),
    "grey with alpha": (Image.fromarray(np.full((4, 3, 2), (9, 255), np.uint8)), 9),
    "16 bits": (Image.fromarray(np.full((4, 3), 257 * 40, np.uint16)), 40),
}


@pytest.mark.parametrize(("image", "pixel"), KINDS.values(), ids=KINDS)
def test_every_kind_of_png_becomes_pixels_of_8_bits(image, pixel):
    for name in ("a/1", "a/2", "b/1", "b/2"):
        save_image(f"kinds/{name}.png", image)
    x = load_dataset("kinds").raw["x"]
    np.testing.assert_array_equal(x, np.broadcast_to(np.float32(pixel), x.shape))


def test_a_photo_taken_sideways_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    sideways = np.zeros((16, 32), np.uint8)
    sideways[:, :16] = 250  # its left half is the upper one
    for name in ("a/1", "a/2", "b/1", "b/2"):
        save_image(f"photos/{name}.jpg", sideways, exif=exif)
    x = load_dataset("photos").raw["x"]
    assert x.shape[1:] == (32, 16)
    assert x[:, :14].min() > 200
    assert x[:, 18:].max() < 50


def test_paths_that_are_left_out_are_listed(pets):
    save_image("pets/loose.png")
    save_image("pets/cat/kittens/1.png")
    for name in ("pets/notes.txt", "pets/cat/Thumbs.db", "pets/dog/.hidden", "pets/.git/index"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    Path("pets/fish").mkdir()
    data = load_dataset("pets")
    assert data.classes == ("cat", "dog")
    assert data.warnings == (
        "images outside a sub-folder are left out: loose.png",
        "files that are neither PNG nor JPEG are left out: notes.txt, cat/Thumbs.db",
        "folders within a class are left out: cat/kittens",
        "sub-folders without images are not classes: fish",
    )


def test_a_few_broken_images_are_left_out_by_name(pets):
    whole = load_dataset("pets")
    for number in range(3, 20):
        save_image(f"pets/dog/{number}.png", GREY)
    content = save_image("pets/dog/cut.png", np.zeros((60, 60), np.uint8)).read_bytes()
    Path("pets/dog/cut.png").write_bytes(content[: len(content) // 2])
    Path("pets/cat/gone.jpg").symlink_to("nowhere.jpg")
    data = load_dataset("pets")
    assert (len(data.y), data.schema.array_shape) == (23, (4, 3))
    np.testing.assert_array_equal(data.x[:3], whole.x[:3])
    assert data.warnings[0] == "broken images are left out: cat/gone.jpg, dog/cut.png"


def test_many_broken_images_are_refused(pets):
    Path("pets/cat/0.png").write_bytes(b"")
    assert catch_refusal(load_dataset, "pets") == (
        "data folder pets: 1 of 6 images cannot be read as PNG or JPEG: cat/0.png; replace "
        "or delete them"
    )


def test_an_image_that_would_fill_the_memory_counts_as_broken(pets, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 8)
    assert "6 of 6 images cannot be read as PNG or JPEG" in catch_refusal(load_dataset, "pets")


def test_names_that_are_not_utf_8_are_escaped(pets):
    strange = Path(os.fsdecode(b"pets/cat/\xff.png"))
    strange.write_bytes(next(Path("pets/cat").iterdir()).read_bytes())
    assert len(load_dataset("pets").y) == 7
    assert "cat/\\xff.png" in list_image_files("pets")
    strange.write_bytes(b"no image")
    with pytest.raises(DataError, match=r"cat/\\xff\.png"):
        load_dataset("pets")


def test_links_are_followed_within_the_folder_alone(pets):
    whole = load_dataset("pets")
    Path("pets/.all").mkdir()
    for name in ("cat", "dog"):
        Path("pets", name).rename(Path("pets/.all", name))
        Path("pets", name).symlink_to(Path(".all", name))
    assert load_dataset("pets").fingerprint == whole.fingerprint
    Path("secret.png").touch()
    link = Path("pets/cat/zz.png")
    link.symlink_to(Path("secret.png").absolute())
    assert catch_refusal(load_dataset, "pets") == (
        f"data folder pets: cat/zz.png is a link to {Path('secret.png').absolute()}, outside the "
        "folder; replace it by a copy"
    )
    link.unlink()
    link.symlink_to(link.name)
    assert "cat/zz.png" in catch_refusal(load_dataset, "pets")
    link.unlink()
    Path("pets/cow").symlink_to(Path("pets").absolute().parent)
    assert "cow is a link to " in catch_refusal(load_dataset, "pets")


def test_an_image_that_is_no_file_is_refused(pets):
    os.mkfifo("pets/cat/0.png.png")
    assert catch_refusal(load_dataset, "pets") == (
        "data folder pets: cat/0.png.png is no file; delete or rename it"
    )


def test_folders_without_classes_are_refused(pets):
    save_image("flat/1.png")
    assert catch_refusal(load_dataset, "flat") == (
        "data folder flat: no sub-folder holds images (.png, .jpg, .jpeg); put those of "
        "each class into a sub-folder with its name"
    )
    save_image("scans/cat/1.tif")
    save_image("scans/dog/1.WEBP")
    assert catch_refusal(load_dataset, "scans") == (
        "data folder scans: its images are .tif, .webp; save them as PNG or JPEG"
    )
    save_image("one/cat/1.png")
    assert catch_refusal(load_dataset, "one") == (
        "data folder one: only the sub-folder cat holds images; put those of each other "
        "class into a sub-folder with its name"
    )
    save_image("split/train/cat/1.png")
    assert catch_refusal(load_dataset, "split").endswith(", or give split/train, which has some")
    assert catch_refusal(load_dataset, "pets", target="kind") == (
        "data folder pets: its target is class, not kind; leave out --target"
    )


def test_images_to_predict_need_no_classes_and_get_the_form_of_the_model(pets):
    schema = load_dataset("pets").schema
    x = read_raw("pets", schema)["x"]
    np.testing.assert_array_equal(x, load_dataset("pets").raw["x"])
    save_image("new/b.png", np.full((9, 9, 3), 80, np.uint8))
    save_image("new/a.png", GREY)
    save_image("new/more/c.jpg", GREY)
    assert list_image_files("new") == ["a.png", "b.png", "more/c.jpg"]
    x = read_raw("new", schema)["x"]
    assert (x.shape, x.dtype) == ((3, 4, 3), np.float32)
    np.testing.assert_array_equal(x[:2], [GREY, np.full((4, 3), 80)])
    Path("new/broken.png").touch()
    assert catch_refusal(read_raw, "new", schema) == (
        "data folder new: 1 of 4 images cannot be read as PNG or JPEG: broken.png; replace or "
        "delete them"
    )


@pytest.mark.parametrize("coloured", [False, True])
def test_images_of_16_bits_keep_values_that_8_bits_do_not_hold(pets, coloured):
    dark = np.arange(12, dtype=np.uint16).reshape(4, 3)
    save_image("pets/dog/3.png", dark)
    if coloured:
        save_image("pets/dog/4.png", np.full((4, 3, 3), (9, 8, 7), np.uint8))
    dataset = load_dataset("pets")
    assert dataset.schema.channels == (3 if coloured else 1)  # fractions are pixels, too
    pixels = dataset.raw["x"][6]
    expected = np.float32(dark) / 257
    np.testing.assert_array_equal(
        pixels, np.repeat(expected[..., None], 3, axis=2) if coloured else expected
    )


def test_coloured_images_of_16_bits_are_told(pets):
    save_deep_colours("pets/dog/3.png")
    assert load_dataset("pets").warnings == (
        "1 of 7 images have 16 bits a channel, of which the upper 8 are read; if they are dark, "
        "save x and y in an .npz file",
        "6 of 7 images are grey and read as coloured",
    )


def test_studies_of_earlier_versions_read_16_bits_as_8(pets):
    before = load_dataset("pets").schema
    save_image("pets/dog/3.png", np.arange(12, dtype=np.uint16).reshape(4, 3) * 300)
    rounded, now = load_dataset("pets", reading=1), load_dataset("pets")
    assert (rounded.schema, now.schema) == (before, replace(before, fractions=True))
    np.testing.assert_array_equal(rounded.raw["x"][6], np.trunc(now.raw["x"][6]))
    for data in (rounded, now):
        np.testing.assert_array_equal(read_raw("pets", data.schema)["x"], data.raw["x"])
