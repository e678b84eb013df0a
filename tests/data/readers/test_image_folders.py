"""Folders of images: what becomes rows, what is told, and what is refused."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.conftest import read_raw
from tuner.data import Schema, list_image_files, load_dataset, stream_raw
from tuner.errors import DataError

GREY = np.arange(12, dtype=np.uint8).reshape(4, 3) * 20  # height 4, width 3


def save(name, pixels=GREY, **options):
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(path, **options)
    return path


@pytest.fixture
def pets():
    """Three grey images of each of two classes."""
    for number in range(3):
        save(f"pets/cat/{number}.png", GREY + number)
        save(f"pets/dog/{number}.png", 255 - GREY)
    return Path("pets")


def test_a_sub_folder_is_a_class_and_a_file_a_row(pets):
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
    save("pets/dog/3.png", np.full((20, 30), 7, np.uint8))
    data = load_dataset("pets")
    assert data.schema.array_shape == (4, 3)
    np.testing.assert_array_equal(data.raw["x"][-1], np.full((4, 3), 7.0))
    assert data.warnings == (
        "images of 2 sizes are resized to 4×3 (height × width, at most 64 a side; save x and y in "
        "an .npz file to keep more)",
    )


def test_large_images_are_scaled_down():
    for name in ("a/1", "a/2", "b/1", "b/2"):
        save(f"photos/{name}.jpg", np.full((300, 600, 3), (200, 100, 50), np.uint8))
    data = load_dataset("photos")
    assert data.schema.array_shape == (32, 64, 3)
    assert abs(data.raw["x"] - [200, 100, 50]).max() <= 2  # as JPEG has them
    assert data.warnings == (
        "images of 300×600 are resized to 32×64 (height × width, at most 64 a side; save x and y "
        "in an .npz file to keep more)",
    )


def test_where_some_images_are_coloured_all_are(pets):
    save("pets/dog/3.png", np.full((4, 3, 3), (9, 8, 7), np.uint8))
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
        save(f"kinds/{name}.png", image)
    x = load_dataset("kinds").raw["x"]
    np.testing.assert_array_equal(x, np.broadcast_to(np.float32(pixel), x.shape))


def test_a_photo_that_was_taken_sideways_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    sideways = np.zeros((16, 32), np.uint8)
    sideways[:, :16] = 250  # its left half is the upper one
    for name in ("a/1", "a/2", "b/1", "b/2"):
        save(f"photos/{name}.jpg", sideways, exif=exif)
    x = load_dataset("photos").raw["x"]
    assert x.shape[1:] == (32, 16)
    assert x[:, :14].min() > 200
    assert x[:, 18:].max() < 50


def test_what_is_left_out_is_named(pets):
    save("pets/loose.png")
    save("pets/cat/kittens/1.png")
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
        save(f"pets/dog/{number}.png", GREY)
    content = save("pets/dog/cut.png", np.zeros((60, 60), np.uint8)).read_bytes()
    Path("pets/dog/cut.png").write_bytes(content[: len(content) // 2])
    Path("pets/cat/gone.jpg").symlink_to("nowhere.jpg")
    data = load_dataset("pets")
    assert (len(data.y), data.schema.array_shape) == (23, (4, 3))
    np.testing.assert_array_equal(data.x[:3], whole.x[:3])
    assert data.warnings[0] == "broken images are left out: cat/gone.jpg, dog/cut.png"


def test_many_broken_images_are_refused(pets, refusal):
    Path("pets/cat/0.png").write_bytes(b"")
    assert refusal(load_dataset, "pets") == (
        "data folder pets: 1 of 6 images cannot be read: cat/0.png; replace or delete them"
    )


def test_an_image_that_would_fill_the_memory_counts_as_broken(pets, refusal, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 8)
    assert "6 of 6 images cannot be read" in refusal(load_dataset, "pets")


def test_names_that_are_no_utf8_are_written_with_escapes(pets):
    strange = Path(os.fsdecode(b"pets/cat/\xff.png"))
    strange.write_bytes(next(Path("pets/cat").iterdir()).read_bytes())
    assert len(load_dataset("pets").y) == 7
    assert "cat/\\xff.png" in list_image_files("pets")
    strange.write_bytes(b"no image")
    with pytest.raises(DataError, match=r"cat/\\xff\.png"):
        load_dataset("pets")


def test_linked_classes_are_followed(pets):
    Path("part").mkdir()
    for name in ("cat", "dog"):
        Path("part", name).symlink_to(Path("pets", name).absolute())
    assert load_dataset("part").fingerprint == load_dataset("pets").fingerprint


def test_refused_folders(pets, refusal):
    save("flat/1.png")
    assert refusal(load_dataset, "flat") == (
        "data folder flat: no sub-folder holds images (.png, .jpg, .jpeg); put those of "
        "each class into a sub-folder with its name"
    )
    save("one/cat/1.png")
    assert refusal(load_dataset, "one") == (
        "data folder one: only the sub-folder cat holds images; put those of each other "
        "class into a sub-folder with its name"
    )
    save("split/train/cat/1.png")
    assert refusal(load_dataset, "split").endswith(", or give split/train, which has some")
    assert refusal(load_dataset, "pets", target="kind") == (
        "data folder pets: its target is class, not kind; leave out --target"
    )


def test_images_to_predict_need_no_classes_and_are_brought_to_the_models_form(pets, refusal):
    schema = load_dataset("pets").schema
    x = read_raw("pets", schema)["x"]
    np.testing.assert_array_equal(x, load_dataset("pets").raw["x"])
    save("new/b.png", np.full((9, 9, 3), 80, np.uint8))
    save("new/a.png", GREY)
    save("new/more/c.jpg", GREY)
    assert list_image_files("new") == ["a.png", "b.png", "more/c.jpg"]
    x = read_raw("new", schema)["x"]
    assert (x.shape, x.dtype) == ((3, 4, 3), np.float32)
    np.testing.assert_array_equal(x[:2], [GREY, np.full((4, 3), 80)])
    Path("new/broken.png").touch()
    assert refusal(read_raw, "new", schema) == (
        "data folder new: 1 of 4 images cannot be read: broken.png; replace or delete them"
    )


def test_images_to_predict_are_read_some_at_a_time(pets, monkeypatch):
    schema = load_dataset("pets").schema
    whole = read_raw("pets", schema)["x"]
    monkeypatch.setattr(
        "tuner.data.readers.image_folders.choose_chunk_rows", lambda numbers, most: 4
    )
    parts = [part["x"] for part in stream_raw("pets", schema)]
    assert [len(part) for part in parts] == [4, 2]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_a_model_of_arrays_reads_images_where_they_can_have_its_channels(pets, refusal):
    for shape in ((4, 3, 1), (4, 3, 3)):
        assert read_raw("pets", Schema((), "y", ("a", "b"), shape))["x"].shape == (6, *shape)
    assert refusal(read_raw, "pets", Schema((), "y", ("a", "b"), (4, 3, 2))) == (
        "data folder pets: it is a folder of images, but the model reads 2 channels; give "
        "an .npz file"
    )
    assert refusal(read_raw, "pets", Schema((), "y", ("a", "b"), (12,))) == (
        "data folder pets: it is a folder of images, but the model reads arrays of shape "
        "(12,); give an .npz file"
    )
    assert refusal(read_raw, "pets", Schema((), "y", ("a", "b"))) == (
        "data folder pets: it is a folder of images, but the model reads the columns of a "
        "table; give a table"
    )


def test_the_pixels_of_a_channel_are_standardised_alike():
    """Pixels, that is: what is measured may be of many scales."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, size=(40, 5, 6, 3))
    for x, channels in [
        (pixels, 3),
        (pixels / 255, 3),
        (pixels[..., 0], 1),
        (pixels[..., :2], None),  # two channels are no colours
        (pixels.transpose(0, 3, 1, 2), None),
        (pixels - 1, None),
        (pixels * 1.5, None),
        (pixels * [1, 1, 1000], None),
    ]:
        np.savez("t.npz", x=x.astype(np.float32), y=np.arange(40) % 2)
        schema = load_dataset("t.npz").schema
        assert schema.channels == channels
        assert Schema.from_dict(schema.to_dict()) == schema
