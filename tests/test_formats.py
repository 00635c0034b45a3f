"""Every number shows what it is: no ###, and no 0 that is none, in any column of any sheet."""

import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import NETWORK_TEMPLATES, replace
from programs import skip_without
from shown_numbers import HARDLY, Shown, holds, pixels, shown, written

from xlnn.building.build import build
from xlnn.layout import single_block, table_blocks
from xlnn.quantity import Axis, Quantity
from xlnn.registry.templates import names
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import fitted, room_pixels
from xlnn.writing.style import AXIS, PICTURE, Look, signed

ROWS = 24
KINDS = ("huge", "tiny", "negative", "constant", "classes", "pixels")
TRIALS = [(kind, scale) for kind in KINDS for scale in (None, "standard")]
TEMPLATES = [(name, None) for name in names() if name != "digits-8x8"]


def built(kind, scale, folder):
    """Build a template, or a workbook of unusual data."""
    path, options = folder / "built.xlsx", {}
    if kind in names():
        if kind in NETWORK_TEMPLATES:
            options["epochs"] = 3
        build(kind, path, verify=False, **options)
        return path
    x = np.random.default_rng(1).normal(size=(ROWS, 3))
    columns = {
        "huge": np.c_[x * 3e5, x @ [1e11, -2e11, 0] + 9.5e11],
        "tiny": np.c_[x * 1e-8, x @ [1e-8, -2e-8, 0]],
        "negative": np.c_[-np.abs(x) * 1e4, -np.abs(x[:, 0]) * 1000],
        "constant": np.tile([7.25, -1e6, 0, 123456.789], (ROWS, 1)),
        "classes": np.c_[x * [1e11, 1e-8, -1], x[:, 0] > 0],
        "pixels": np.c_[np.abs(x) * 1e-7, np.arange(ROWS) % 2],
    }[kind]
    data = folder / "my.csv"
    lines = [",".join(map(repr, row)) for row in columns.tolist()]
    data.write_text("\n".join(["a,b,c,last", *lines]))
    options = {"epochs": 3, "eta": 0.001, "test_share": 0.2, "scale": scale, "data": data}
    if kind == "pixels":
        build("digits", path, picture="1x3", label="last", verify=False, **options)
    elif kind == "classes":
        build("xor", path, label="last", verify=False, **options)
    else:
        options |= {"targets": "last", "output_activation": "linear"}
        build("xor", path, verify=False, **options)
    return path


@pytest.mark.parametrize(("kind", "scale"), TRIALS + TEMPLATES)
@pytest.mark.first(1)
@pytest.mark.slow
def test_every_number_has_room_and_shows_0_only_where_it_is_0(kind, scale, tmp_path):
    cells = list(shown(built(kind, scale, tmp_path)))
    assert len(cells) > ROWS
    assert [cell for cell in cells if cell.is_hidden] == []
    assert [cell for cell in cells if cell.is_misleading] == []


def test_the_test_of_formats_sees_what_is_wrong():
    texts = {value: written(value, "0.00") for value in (1e9, 1e-9)}
    wide, nothing = (
        Shown("A1", value, "0.00", text, pixels(text, 10), 50) for value, text in texts.items()
    )
    assert wide.is_hidden
    assert not wide.is_misleading
    assert nothing.is_misleading
    assert not nothing.is_hidden


@pytest.mark.slow
def test_without_rules_the_numbers_of_unusual_data_would_not_be_seen(tmp_path, monkeypatch):
    monkeypatch.setattr("xlnn.writing.workbook.fitted", lambda drawing, *_: drawing)
    cells = list(shown(built("huge", None, tmp_path)))
    assert any(cell.is_hidden for cell in cells)
    cells = list(shown(built("tiny", None, tmp_path)))
    assert any(cell.is_misleading for cell in cells)


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["0", "0.0", "0.00", "0.0000", "0.0000000"]),
    st.integers(7, 14),
    st.floats(1, 30),
)
def test_any_number_in_any_column_shows_its_size(number, number_format, size, width):
    quantity = Quantity("q", sheet="s", number_format=number_format)
    drawing = Drawing(widths={2: width}, looks={"q": Look(size=size, number_format=number_format)})
    fit = fitted(drawing, [single_block(quantity, 5, 2)])
    chosen = _chosen(fit, number) or signed(number_format)
    text = written(number, chosen)
    assert pixels(text, size) <= room_pixels(fit.widths[2]) + HARDLY
    if number != 0:
        assert float(text.replace("−", "-")) != 0


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *((0.0032, "0.003"), (-0.0096, "−0.010"), (0.0007, "0.001")),
        *((0.00032, "0.0003"), (-0.00007, "−0.0001"), (0.00003, "3E-05")),
        *((0.01, "0.01"), (0, "0.00")),
    ],
)
def test_a_small_number_in_a_picture_has_more_decimals_before_it_has_an_exponent(number, text):
    look = replace(PICTURE, number_format="0.00")
    quantity = Quantity("q", sheet="s", number_format="0.00")
    drawing = Drawing(widths={2: 6.9}, looks={"q": look})
    fit = fitted(drawing, [single_block(quantity, 5, 2)])
    assert written(number, _chosen(fit, number) or "0.00") == text


@pytest.mark.parametrize(
    ("numbers", "number", "chosen"),
    [
        ((5.1, 5, 4.99), 5, "0.00"),
        ((5.1, 5, 4.99), -4.9, "0.00"),
        ((5.1, 5, 4.99), 4.995, ""),
        ((5.1, 5, 4.99), -4.995, AXIS),
        ((5.1, 5, 4.99), -1 / 3, ""),
        ((5.1, 5, 4.99), 1e12, ""),
        ((5, 4, 3), 5, ""),
        ((5, -4, 3), -4, AXIS),
        ((1e-8, 2e-8, 1), 1, ""),
        ((0.1 + 0.2, 1, 2), 0.1 + 0.2, "0.0"),
    ],
)
def test_typed_numbers_of_a_column_have_the_decimals_of_the_most_exact(numbers, number, chosen):
    axes = (Axis("image", 3),)
    quantity = Quantity("q", sheet="s", axes=axes, shape=(1,), number_format="General")
    (block,) = table_blocks([quantity], 5, 2)
    fit = fitted(Drawing(), [block], {"q": np.array(numbers, float)[:, None]})
    assert _chosen(fit, number) == (signed(chosen) if chosen else "")


@pytest.mark.parametrize(
    ("number", "chosen"),
    [
        (-5, AXIS),
        (-0.25, AXIS),
        (-250, AXIS),
        (-0.125, AXIS),
        (-0.0625, AXIS),
        (-2e-4, AXIS),
        (-123.4567, ""),
        (-1234567, ""),
        (5, ""),
        (0, ""),
        (-1 / 3, ""),
        (-1e100, ""),
    ],
)
def test_a_minus_stands_before_any_negative_number_that_fits(number, chosen):
    quantity = Quantity("z", sheet="s", number_format="General")
    fit = fitted(Drawing(), [single_block(quantity, 5, 2)])
    assert _chosen(fit, number) == chosen


def _chosen(drawing, number):
    """Return the format of the rule that applies to a number in B5; there is one at most."""
    found = [
        rule.dxf.numFmt.formatCode
        for _, rule in drawing.colours
        if holds(rule.formula[0], "B5", number)
    ]
    assert len(found) <= 1
    return found[0] if found else ""


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "scale"), TEMPLATES + TRIALS)
def test_libreoffice_prints_no_cell_as_hashes(kind, scale, tmp_path):
    assert "###" not in printed(built(kind, scale, tmp_path))


@pytest.mark.slow
def test_libreoffice_prints_hashes_where_numbers_have_no_rules(tmp_path, monkeypatch):
    monkeypatch.setattr("xlnn.writing.workbook.fitted", lambda drawing, *_: drawing)
    assert "###" in printed(built("huge", None, tmp_path))


def printed(path):
    """Return the text of a workbook as LibreOffice prints it."""
    skip_without("libreoffice")
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed (poppler-utils)")
    folder = path.parent
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", folder, path]
    subprocess.run(convert, check=True, capture_output=True, timeout=300)
    text = ["pdftotext", "-layout", path.with_suffix(".pdf"), "-"]
    return subprocess.run(text, check=True, capture_output=True, text=True, timeout=60).stdout
