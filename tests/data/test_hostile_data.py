"""What a person gives by mistake or malice is answered in one line, and nothing is written."""

import io
import json
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from xlnn.data.pictures import SCAN
from xlnn.registry.templates import LARGEST

TOML = 'cost = "squared error"\neta = 0.1\nepochs = 1\nlayers = [{units = 2}]\n[data]\n'


def jpeg(scans):
    file = io.BytesIO()
    grey = np.random.default_rng(1).integers(0, 255, (64, 64)).astype(np.uint8)
    Image.fromarray(grey).save(file, "JPEG", progressive=True)
    content = file.getvalue()
    last, end = content.rindex(SCAN), content.rindex(b"\xff\xd9")
    return content[:end] + content[last:end] * scans + content[end:]


def bomb(method):
    """Return an archive of some kB that claims 64 million numbers."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, shape in (("x", (1_000_000, 64)), ("y", (1_000_000,))):
            array = io.BytesIO()
            np.save(array, np.zeros(shape, dtype=bool))
            archive.writestr(f"{name}.npy", array.getvalue())
    return file.getvalue()


DATA = {
    "many numbers": ("my.csv", lambda: b"0," + b"1," * 99 + b"1\n" + b"1," * 2_000_000),
    "one endless line": ("my.csv", lambda: b"1" * 5_000_000 + b",1\n"),
    "many lines": ("my.csv", lambda: b"0,1\n1,0\n" * 600_000),
    "quotes": ("my.csv", lambda: b'"' * 300_001 + b",1\n"),
    "no text": ("my.csv", lambda: bytes(range(256)) * 100),
    "an archive of bzip2": ("my.npz", lambda: bomb(zipfile.ZIP_BZIP2)),
    "an archive of deflate": ("my.npz", lambda: bomb(zipfile.ZIP_DEFLATED)),
    "no archive": ("my.npz", lambda: b"PK\3\4" * 1000),
    "a directory alone": ("my.npz", lambda: b"PK\1\2" * 100_000),
    "no workbook": ("my.xlsx", lambda: b"PK\3\4" * 1000),
    "a workbook that is an archive of arrays": ("my.xlsx", lambda: bomb(zipfile.ZIP_DEFLATED)),
    "a pipe": ("my.csv", None),
    "thousands of scans": ("0_1.jpg", lambda: jpeg(3_000)),
}
STARTS = {
    "deep": b"[" * 1_000_000,
    "nested": b'{"a":' * 100_000,
    "long": b'{"W2": ' + b"9" * 5_000 + b"}",
    "empty lists": b'{"W2": [' + b"[]," * 100_000 + b"[]]}",
    "names": json.dumps(dict.fromkeys(map(str, range(10_000)), 1)).encode(),
    "too large": b" " * 5_000_000,
    "no text": b"\xff\xfe\0",
}
TEMPLATES = {
    "deep": b"a = " + b"[" * 10_000,
    "dots": b"a" + b".a" * (LARGEST // 2 - 10) + b" = 1",
    "too large": b"# " + b"x" * LARGEST,
    "no text": b"\0",
    "long": b"epochs = " + b"9" * 5_000,
    "another file": TOML.encode() + b'file = "/dev/zero"',
    "no file": TOML.encode() + b'file = "a\\u0000b"',
    "huge layers": TOML.replace("{units = 2}", "{units = 16384}, {units = 16384}, {units = 2}")
    .encode() + b'file = "my.csv"',
}  # fmt: skip


def build(folder, *arguments):
    """Build as a person does; nothing but one line may come of it."""
    before = sorted(folder.rglob("*"))
    command = [sys.executable, "-m", "xlnn", "build", *arguments, "--epochs", "1", "-o", "a.xlsx"]
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 1, ran.stderr
    assert ran.stdout == ""
    assert ran.stderr.startswith("Error: ")
    assert ran.stderr.endswith(".\n")
    assert ran.stderr[:-1].isprintable()
    assert len(ran.stderr) < 400
    assert sorted(folder.rglob("*")) == before
    return ran.stderr


@pytest.mark.parametrize("kind", DATA)
@pytest.mark.first(6)
@pytest.mark.slow
def test_hostile_data_give_one_line_and_no_file(tmp_path, kind):
    name, content = DATA[kind]
    (tmp_path / "photos").mkdir()
    path = tmp_path / ("photos" if name.endswith("jpg") else ".") / name
    if content is not None:
        path.write_bytes(content())
    elif hasattr(os, "mkfifo"):
        os.mkfifo(path)
    else:
        pytest.skip("needs a pipe with a name")
    build(tmp_path, "--data", "photos" if name.endswith("jpg") else name)


@pytest.mark.parametrize("kind", STARTS)
@pytest.mark.first(3)
def test_a_hostile_start_gives_one_line_and_no_file(tmp_path, kind):
    (tmp_path / "start.json").write_bytes(STARTS[kind])
    build(tmp_path, "--start", "start.json")


@pytest.mark.parametrize("kind", TEMPLATES)
@pytest.mark.first(4)
def test_a_hostile_template_gives_one_line_and_no_file(tmp_path, kind):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "template.toml").write_bytes(TEMPLATES[kind])
    (tmp_path / "mine" / "my.csv").write_text("0,1,1,1,1\n1,0,0,0,0\n")
    build(tmp_path, "mine")
