"""make pictures draws Play from epoch to epoch, in each language."""

import importlib
from pathlib import Path

import pytest
from PIL import Image
from programs import skip_without

from xlnn.registry.text import languages

DOCS = Path(__file__).parent.parent / "docs"
MOST_BYTES = 400_000
"""A README loads it at once."""


@pytest.fixture
def pictures(monkeypatch):
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module("pictures")


@pytest.mark.parametrize("lang", languages())
def test_the_moving_picture_has_a_frame_of_each_epoch_and_is_small(lang, pictures):
    path = DOCS / f"play{pictures.suffix(lang)}.gif"  # if this fails: make pictures
    assert path.stat().st_size < MOST_BYTES
    with Image.open(path) as moving:
        assert moving.n_frames == len(pictures.EPOCHS)
        assert pictures.EPOCHS[0] == 1  # before the first update: with the start weights
        moving.seek(moving.n_frames - 1)
        assert moving.info["duration"] == pictures.LAST


@pytest.mark.ci
def test_each_frame_shows_another_epoch(tmp_path, pictures):
    skip_without("libreoffice")
    play, *stills = pictures.draw("ja", tmp_path, (1, 50))
    frames = set()
    with Image.open(play) as moving:
        for number in range(moving.n_frames):
            moving.seek(number)
            frames.add(moving.convert("RGB").tobytes())
    assert len(frames) == 2
    assert sorted(path.name for path in stills) == ["lens.ja.png", "progress.ja.png"]
    assert all(path.stat().st_size for path in stills)
