"""No text is cut off: each has room in its column, or runs on over empty ones."""

import openpyxl
import pytest
from cut_texts import cut_texts
from networks import NETWORK_TEMPLATES

from xlnn.building.build import build
from xlnn.shipped.text import languages

SMALL = [name for name in NETWORK_TEMPLATES if name != "digits-8x8"]
MORE = {
    "adam": {"optimizer": "adam", "l2": 0.001},
    "runs": {"optimizer": ("sgd", "momentum", "rmsprop", "adam"), "test_share": 0.25},
    "eta": {"eta": (0.1, 0.2)},
}


@pytest.mark.first(6)
@pytest.mark.parametrize("name", [*MORE, *SMALL])
@pytest.mark.parametrize("lang", languages())
def test_no_text_of_a_network_is_cut_off(name, lang, tmp_path):
    path, options = tmp_path / "w.xlsx", MORE.get(name, {})
    build("digits" if name in MORE else name, path, epochs=2, lang=lang, verify=False, **options)
    assert list(cut_texts(path)) == []


def test_a_text_that_is_cut_off_is_found(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a text that is long", "another", "short"])
    book.active["C1"].alignment = openpyxl.styles.Alignment(wrap_text=True)
    book.active.append(["runs on over what is empty"])
    book.save(tmp_path / "w.xlsx")
    assert [cut.cell for cut in cut_texts(tmp_path / "w.xlsx")] == ["A1"]
