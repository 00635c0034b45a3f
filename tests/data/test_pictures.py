"""Pictures in a folder become the expected numbers, or a sentence that names the file."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from files import picture, read_or_refused
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from xlnn.data import dataset, folder, pictures
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load
from xlnn.errors import DataError

INK, PAPER = 0, 255
ONE = [[255, 0], [255, 0], [255, 0]]
NOUGHT = [[0, 0], [255, 51], [0, 0]]


@pytest.fixture
def root(tmp_path):
    """Two pictures of 3 rows and 2 columns, sorted in subfolders."""
    picture(tmp_path / "my" / "1" / "a.png", ONE)
    picture(tmp_path / "my" / "0" / "a.png", NOUGHT)
    return tmp_path / "my"


def test_subfolders_are_labels_and_ink_is_1(root):
    data = load(root, ReadOptions())
    assert data.x.tolist() == [[1, 1, 0, 0.8, 1, 1], [0, 1, 0, 1, 0, 1]]
    assert data.t.tolist() == [[1, 0], [0, 1]]
    assert data.labels == ("0", "1")
    assert data.picture == (3, 2)
    assert data.features == ()
    assert not data.is_regression


def test_light_ink_turns_the_numbers_round(root):
    assert load(root, ReadOptions(light_ink=True)).x[0].tolist() == [0, 0, 1, 0.2, 0, 0]


def test_a_grey_of_the_threshold_is_ink(root):
    assert load(root, ReadOptions(threshold=0.8)).x[0].tolist() == [1, 1, 0, 1, 1, 1]
    assert load(root, ReadOptions(threshold=0.81)).x[0].tolist() == [1, 1, 0, 0, 1, 1]


def test_names_before_the_last_underscore_are_labels(tmp_path):
    for name in ("big_dog_10.png", "big_dog_2.PNG", "cat_1.png"):
        picture(tmp_path / "my" / name, [[len(name), 0]])
    data = load(tmp_path / "my", ReadOptions())
    assert data.labels == ("big_dog", "cat")
    assert data.t.tolist() == [[1, 0], [1, 0], [0, 1]]
    second_by_number = 1 - len("big_dog_10.png") / 255
    assert data.x[1, 0] == pytest.approx(second_by_number, abs=1e-14)


def test_images_are_in_natural_order_by_label_and_name(tmp_path):
    for label in ("10", "9"):
        for name in ("p2.png", "p10.png"):
            picture(tmp_path / "my" / label / name, [[int(label) + len(name)]])
    data = load(tmp_path / "my", ReadOptions())
    assert data.labels == ("9", "10")
    assert np.rint(255 - 255 * data.x).ravel().tolist() == [15, 16, 16, 17]


def test_the_wanted_order_of_the_classes_is_kept(root):
    data = load(root, ReadOptions(labels=("1", "0")))
    assert data.labels == ("1", "0")
    assert data.t.tolist() == [[0, 1], [1, 0]]


def test_a_picture_is_averaged_to_the_wanted_size(tmp_path):
    blocks = np.kron([[0, 1], [1, 1]], np.full((10, 10), 255))
    blocks[:10, :5] = 255  # half of the first block is paper
    for label in "01":
        picture(tmp_path / "my" / f"{label}_1.png", blocks)
    data = load(tmp_path / "my", ReadOptions(picture=(2, 2)))
    assert data.picture == (2, 2)
    assert data.x[0].tolist() == pytest.approx([0.5, 0, 0, 0], abs=0.5 / 255)


def test_without_a_wanted_size_all_become_as_large_as_the_first(root):
    picture(root / "0" / "b.png", np.zeros((9, 8)))
    data = load(root, ReadOptions())
    assert data.picture == (3, 2)
    assert data.x[1].tolist() == [1] * 6


@pytest.mark.parametrize("light_ink", [False, True])
def test_transparent_pixels_are_paper(tmp_path, light_ink):
    colours = np.array([[[0, 0, 0, 0], [255, 255, 255, 0], [128, 128, 128, 255]]], dtype=np.uint8)
    palette = Image.fromarray(np.array([[0, 1, 2]], dtype=np.uint8), "L").convert("P")
    palette.putpalette([0, 0, 0, 255, 255, 255, 128, 128, 128])
    for name in ("0_1.png", "0_2.png", "1_1.png"):
        picture(tmp_path / "my" / name, [[0, 0, 0]])
    Image.fromarray(colours).save(tmp_path / "my" / "0_1.png")
    palette.save(tmp_path / "my" / "0_2.png", transparency=b"\0\0\xff")
    data = load(tmp_path / "my", ReadOptions(light_ink=light_ink))
    grey = 128 / 255 if light_ink else 1 - 128 / 255
    for row in data.x[:2]:
        assert row.tolist() == pytest.approx([0, 0, grey], abs=1e-14)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_gives_the_same_greys(tmp_path, mode):
    greys = np.array([[0, 255], [255, 0]], dtype=np.uint8)
    for label in "01":
        path = picture(tmp_path / "my" / f"{label}_1.png", greys)
        if mode == "I;16":
            Image.fromarray(greys.astype(np.uint16) * 257).save(path)
        else:
            Image.fromarray(greys).convert(mode).save(path)
    assert load(tmp_path / "my", ReadOptions()).x[0].tolist() == [1, 0, 0, 1]


def test_16_bits_a_pixel_keep_their_greys(tmp_path):
    for label in "01":
        path = picture(tmp_path / "my" / f"{label}_1.png", [[0]])
        Image.fromarray(np.array([[51 * 257]], dtype=np.uint16)).save(path)
    assert load(tmp_path / "my", ReadOptions()).x.tolist() == [[0.8], [0.8]]


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("suffix", ["jpg", "JPEG"])
def test_jpeg_is_read(tmp_path, mode, suffix):
    for label in "01":
        picture(tmp_path / "my" / f"{label}_1.{suffix}", np.zeros((8, 8)), mode, quality=95)
    x = load(tmp_path / "my", ReadOptions()).x
    assert x.min() > 0.98


def test_a_photograph_is_turned_as_it_was_held(tmp_path):
    held = Image.Exif()
    held[0x0112] = 6  # turn by a quarter
    for label in "01":
        picture(tmp_path / "my" / f"{label}_1.png", [[0, 255, 255]], exif=held)
    data = load(tmp_path / "my", ReadOptions())
    assert data.picture == (3, 1)
    assert data.x[0].tolist() == [1, 0, 0]


def test_what_systems_leave_is_ignored(root):
    (root / ".DS_Store").write_bytes(b"x")
    (root / "0" / ".hidden").mkdir()
    (root / "0" / "Thumbs.db").write_bytes(b"x")
    (root / "__MACOSX").mkdir()
    assert len(load(root, ReadOptions()).x) == 2


def test_a_link_within_the_folder_is_followed(root):
    (root / "0" / "b.png").symlink_to(root / "0" / "a.png")
    assert len(load(root, ReadOptions()).x) == 3


@pytest.mark.parametrize(
    ("link", "target"),
    [("0/b.png", "outside/a.png"), ("2", "outside"), ("0/b.png", "my2/a.png"), ("0", "missing")],
)
def test_a_link_out_of_the_folder_is_not_followed(root, link, target):
    for outside in ("outside", "my2"):
        picture(root.parent / outside / "a.png", ONE)
    if link == "0":
        link = "0/c.png"
    (root / link).symlink_to(root.parent / target)
    with pytest.raises(DataError, match=rf"my/{link} is a link out of the folder; copy the pic"):
        load(root, ReadOptions())


def test_a_circle_of_links_is_no_picture(root):
    (root / "0" / "b.png").symlink_to(root / "0" / "c.png")
    (root / "0" / "c.png").symlink_to(root / "0" / "b.png")
    with pytest.raises(DataError, match=r"my/0/b\.png is not a picture"):
        load(root, ReadOptions())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")
def test_a_pipe_is_no_picture(root):
    os.mkfifo(root / "0" / "b.png")
    with pytest.raises(DataError, match=r"my/0/b\.png is not a picture"):
        load(root, ReadOptions())


def png(rows, columns, data=b""):
    """Return a PNG that claims so many rows and columns."""

    def chunk(kind, content):
        check = zlib.crc32(kind + content)
        return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", check)

    size = struct.pack(">LLBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n%%EndComments\nshowpage\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("0/b.png", b"", r"my/0/b\.png is not a readable PNG or JPEG\.$"),
        ("0/b.png", b"no picture", r"my/0/b\.png is not a readable PNG or JPEG\.$"),
        ("0/b.png", POSTSCRIPT, r"my/0/b\.png is not a readable PNG or JPEG\.$"),
        ("0/b.png", b"GIF89a\1\0\1\0\0\0\0;", r"my/0/b\.png is not a readable PNG or JPEG"),
        (
            "0/b.png",
            png(2, 2, zlib.compress(b"\0")),
            r"my/0/b\.png is not a readable PNG or JPEG.*: ",
        ),
        ("0/b.png", png(8_001, 8_000), r"b\.png has 64,008,000 pixels; at most 64,000,000 ar"),
        ("0/b.png", png(10_000, 10_000), r"b\.png has 100,000,000 pixels; at most"),
        ("0/b.png", png(100_000, 100_000), r"b\.png has far more than 64,000,000 pixels; save"),
        (
            "0/b.gif",
            b"GIF89a",
            r"my/0/b\.gif is not a picture \(.png, .jpg or .jpeg\); remove it, or",
        ),
        ("0/notes.txt", b"x", r"my/0/notes\.txt is not a picture"),
        ("0/more/b.png", png(1, 1), r"my/0/more is a folder within the folder of a label"),
        ("b_1.png", png(1, 1), r"my holds subfolders, and next to them b_1\.png: move it into"),
        ("a\nb/1.png", png(1, 1), r'folder a\?b: the label "a\?b" holds a character'),
    ],
)
def test_what_is_no_picture_is_named(root, name, content, message):
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_bytes(content)
    with pytest.raises(DataError, match=message) as refusal:
        load(root, ReadOptions())
    assert len(str(refusal.value)) < 250
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.png", r"a\.png does not tell its label: name it LABEL_1.png, or sort"),
        ("_1.png", r"_1\.png: the label is empty"),
        ("0_1.txt", r"my/0_1\.txt is not a picture"),
    ],
)
def test_a_file_that_does_not_say_its_label_is_named(tmp_path, name, message):
    picture(tmp_path / "my" / "z_1.png", ONE)
    (tmp_path / "my" / name).write_bytes(b"")
    with pytest.raises(DataError, match=message):
        load(tmp_path / "my", ReadOptions())


def test_a_folder_without_pictures_is_refused(root):
    (root / "2").mkdir()
    with pytest.raises(DataError, match="my: the subfolder 2 holds no pictures; add some or rem"):
        load(root, ReadOptions())
    with pytest.raises(
        DataError, match="2 holds no pictures: put PNG or JPEG files into subfolders named by"
    ):
        load(root / "2", ReadOptions())


def test_the_folder_that_one_stands_in_has_a_name(root, monkeypatch):
    monkeypatch.chdir(root)
    (root / "2").mkdir()
    with pytest.raises(DataError, match=r"^my: the subfolder 2"):
        load(Path(), ReadOptions())


def test_one_class_is_too_few(tmp_path):
    picture(tmp_path / "my" / "0" / "a.png", ONE)
    with pytest.raises(DataError, match='my: all have the label "0"; at least 2 classes'):
        load(tmp_path / "my", ReadOptions())


@pytest.mark.parametrize(
    ("own", "taken"),
    [
        ((32, 32), (32, 32)),
        ((33, 33), (32, 32)),
        ((300, 400), (24, 32)),
        ((400, 300), (32, 24)),
        ((2, 900), (1, 32)),
        ((1, 1), (1, 1)),
    ],
)
def test_without_a_wanted_size_a_large_picture_is_made_smaller_in_its_proportions(
    tmp_path, own, taken
):
    for label in "01":
        picture(tmp_path / "my" / f"{label}_1.png", np.zeros(own))
    data = load(tmp_path / "my", ReadOptions())
    assert data.picture == taken
    assert data.x.shape == (2, taken[0] * taken[1])
    (told,) = data.told
    if own == taken:
        size = f"{own[0]} × {own[1]} pixels"
    else:
        size = f"{own[0]} × {own[1]} pixels (rows × columns), taken as {taken[0]} × {taken[1]}"
        size += " (--picture)"
    assert told == f"my: 2 pictures of {size}, labels 0 and 1 by file name (1 of each)."


def test_pictures_of_several_sizes_and_proportions_are_told(root):
    picture(root / "0" / "b.png", np.zeros((90, 80)))
    picture(root / "1" / "b.png", np.zeros((3, 40)))
    (told,) = load(root, ReadOptions()).told
    start = "my: 4 pictures of 3 × 2 to 90 × 80 pixels (rows × columns), taken as 3 × 2 (--picture)"
    assert told == f"{start}, some stretched, labels 0 and 1 by subfolder (2 of each)."


def test_a_size_that_was_asked_for_is_told_without_the_option(root):
    (told,) = load(root, ReadOptions(picture=(6, 4))).told
    assert ", taken as 6 × 4" in told
    assert "--picture" not in told


def test_the_size_of_a_photograph_is_that_after_it_was_turned(tmp_path):
    held = Image.Exif()
    held[0x0112] = 8
    for label in "01":
        picture(tmp_path / "my" / f"{label}_1.png", np.zeros((30, 90)), exif=held)
    assert load(tmp_path / "my", ReadOptions()).picture == (32, 11)


@pytest.mark.parametrize("size", [(0, 3), (3, -1), (129, 128)])
def test_a_size_that_no_picture_has_is_refused(root, size):
    with pytest.raises(
        DataError, match="is not possible: it needs at least 1 row and 1 column, and at m"
    ):
        load(root, ReadOptions(picture=size))


@pytest.mark.parametrize("reading", [ReadOptions(table=True), ReadOptions(targets=("price",))])
def test_pictures_are_no_table(root, reading):
    with pytest.raises(DataError, match="my is a folder, which is read as pictures with labels"):
        load(root, reading)


@pytest.mark.parametrize(
    ("module", "limit", "message"),
    [
        (folder, "MOST_PICTURES", "my holds more than 1 pictures: use fewer"),
        (folder, "MOST_DECODED", r"my holds pictures of more than 1 pixels: use fewer, or save"),
        (dataset, "LARGE", r"my holds 12 numbers in 2 rows or images; over 1 make .* --large"),
        (dataset, "MOST_NUMBERS", r"my holds 12 numbers in 2 rows or images; at most 1 are"),
        (pictures, "LARGEST_PICTURE", r"a\.png is too large: at most 1 bytes are read"),
    ],
)
def test_limits_are_kept(root, monkeypatch, module, limit, message):
    monkeypatch.setattr(module, limit, 1)
    with pytest.raises(DataError, match=message):
        load(root, ReadOptions())


def test_pictures_are_counted_before_any_but_the_first_is_opened(root, monkeypatch):
    monkeypatch.setattr(dataset, "LARGE", 1)
    (root / "1" / "a.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"my holds 12 numbers in 2 rows or images; over 1 make"):
        load(root, ReadOptions())


def scans(jpeg, count):
    """Return a progressive JPEG whose last scan is painted again and again."""
    last = jpeg.rindex(pictures.SCAN)
    end = jpeg.rindex(b"\xff\xd9")
    return jpeg[:end] + jpeg[last:end] * count + jpeg[end:]


def test_a_jpeg_of_thousands_of_scans_is_refused_and_one_of_a_few_is_read(root):
    path = picture(root / "0" / "b.jpg", np.zeros((16, 16)), quality=90, progressive=True)
    plain = path.read_bytes()
    assert plain.count(pictures.SCAN) > 1
    path.write_bytes(scans(plain, 20))
    assert len(load(root, ReadOptions()).x) == 3
    path.write_bytes(scans(plain, 3_000))
    with pytest.raises(DataError, match=r"my/0/b\.jpg is stored in 3,0\d\d scans"):
        load(root, ReadOptions())


def test_a_large_jpeg_may_have_fewer_scans(root, monkeypatch):
    picture(root / "0" / "b.jpg", np.zeros((16, 16)), quality=90, progressive=True)
    monkeypatch.setattr(pictures, "MOST_PAINTED", 16 * 16 * 2)
    with pytest.raises(DataError, match=r"my/0/b\.jpg is stored in"):
        load(root, ReadOptions())


def test_a_folder_that_may_not_be_looked_at_is_named(root, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(folder.os, "scandir", refuse)
    with pytest.raises(DataError, match="my cannot be read: Permission denied"):
        load(root, ReadOptions())


@given(st.binary(max_size=60), st.integers(0, 80), st.sampled_from(["png", "jpeg"]))
@settings(max_examples=150)
def test_altered_pictures_give_numbers_or_a_refusal(tmp_path_factory, change, place, kind):
    path = tmp_path_factory.mktemp("bytes")
    for label in "01":
        picture(path / f"{label}_1.{kind}", ONE)
    content = bytearray((path / f"0_1.{kind}").read_bytes())
    content[place : place + len(change)] = change
    (path / f"0_1.{kind}").write_bytes(content)
    data = read_or_refused(path, ReadOptions(picture=(3, 2)))
    assert data is None or ((data.x >= 0) & (data.x <= 1)).all()
