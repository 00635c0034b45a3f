"""Files that the tests of data write."""

import numpy as np
from PIL import Image

from xlnn.data.load import load
from xlnn.errors import XlnnError


def csv(tmp_path, content, encoding="utf-8"):
    path = tmp_path / "my.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def npz(tmp_path, **arrays):
    path = tmp_path / "my.npz"
    np.savez_compressed(path, **arrays)
    return path


def picture(path, grey, mode="L", **options):
    """Save greys 0 (black) to 255 (white), rows by columns, as a picture."""
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.fromarray(np.array(grey, dtype=np.uint8)).convert(mode).save(path, **options)
    return path


def read_or_refused(path, reading):
    """Return the data, or None if one sentence that names the file refuses it."""
    try:
        return load(path, reading)
    except XlnnError as error:
        refusal = str(error)
    assert path.name in refusal
    assert len(refusal) < 300
    assert refusal.isprintable()
    return None
