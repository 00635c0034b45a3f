"""The first workbook is back-propagation of a 2-2-1 network, on one sheet that fits a screen."""

import numpy as np
import openpyxl
import pytest
from experiments import agrees_in, built, changed

from xlnn.loading.spec import described
from xlnn.loading.values import values
from xlnn.writing.formats import DIGIT_PIXELS, PADDING, PIXELS_A_POINT, USUAL_HEIGHT, USUAL_WIDTH

SCREEN = 1_300, 720
"""Pixels of a sheet that are seen at once."""

H = 1e-6
"""For central differences: they are right to about its square."""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return built(tmp_path_factory.mktemp("first"), "first")


def cost(w, b, x, t):
    """Return the total cost, stated without the experiment's equations."""

    def unit(z):
        return 1 / (1 + np.exp(-z))

    a = unit(np.stack([w[0] * x[:, 0] + w[1] * x[:, 1], w[2] * x[:, 0] + w[3] * x[:, 1]]).T + b[:2])
    return np.sum((t - unit(a @ w[4:] + b[2])) ** 2) / 2


def test_the_gradients_are_the_slopes_of_the_cost(path):
    got = values(path, "formualizer")
    x, t = got["x"], got["t"]
    for epoch in (0, 4, 10):
        both = np.concatenate([got["w"][epoch], got["b"][epoch]])
        slopes = []
        for at in range(9):
            up, down = both.copy(), both.copy()
            up[at], down[at] = up[at] + H, down[at] - H
            slopes.append((cost(up[:6], up[6:], x, t) - cost(down[:6], down[6:], x, t)) / (2 * H))
        stated = np.concatenate([got["dC_dw"][epoch], got["dC_db"][epoch]])
        np.testing.assert_allclose(stated, slopes, atol=1e-8)
        assert got["C_T"][epoch] == pytest.approx(cost(both[:6], both[6:], x, t))


def test_each_step_goes_against_the_gradient_and_ten_learn_the_rows(path):
    got = values(path, "formualizer")
    np.testing.assert_allclose(np.diff(got["w"], axis=0), -got["eta"] * got["dC_dw"][:-1])
    assert (np.diff(got["C_T"]) < 0).all()
    right = ((got["a3"] > 0.5) == (got["t"] > 0.5)).sum(axis=1)
    np.testing.assert_array_equal(right, [1, *[3] * 7, *[4] * 3])


@pytest.mark.parametrize(("epoch", "shown"), [(8, 8), (99, 10), (-1, 0), (2.4, 2)])
def test_the_first_sheet_shows_the_epoch_that_is_chosen(path, tmp_path, epoch, shown):
    copy = changed(path, tmp_path / "copy.xlsx", {"epoch": epoch})
    got = values(copy, "formualizer")
    for name in ("z", "a", "z3", "a3", "C", "delta3", "delta", "dC_dw", "dC_db"):
        np.testing.assert_allclose(got[f"now_{name}"], got[name][shown])
    assert f"{'4' if shown >= 8 else '3' if shown else '1'} of 4" in str(got["answers"])


def test_a_target_on_the_edge_counts_as_no(path, tmp_path):
    agrees_in("formualizer", changed(path, tmp_path / "copy.xlsx", {"w": 0, "b": 0, "t": 0.5}))


@pytest.mark.parametrize("lang", ["en", "zh", "ja"])
def test_it_fits_a_screen_and_no_step_stands_elsewhere(tmp_path, lang):
    path = built(tmp_path, "first", lang=lang)
    _, layout = described(path)
    sheet = openpyxl.load_workbook(path)[layout.titles["first"]]
    shown = [block.last for block in layout.on("first")]
    rows, columns = (max(last[way] for last in shown) for way in (0, 1))
    width = [sheet.column_dimensions[openpyxl.utils.get_column_letter(n + 1)].width
             for n in range(columns)]  # fmt: skip
    assert sum((each or USUAL_WIDTH) * DIGIT_PIXELS + PADDING for each in width) <= SCREEN[0]
    height = [sheet.row_dimensions[n + 1].height or USUAL_HEIGHT for n in range(rows)]
    assert sum(height) * PIXELS_A_POINT <= SCREEN[1]


def test_the_guide_names_no_symbol_by_its_equation(path):
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = {row[1].value: row for row in sheet.iter_rows() if row[1].value in {"η", "w", "C_T"}}
    names = {symbol: row[2].value for symbol, row in rows.items()}
    assert names == {"η": "learning rate", "w": "weights", "C_T": "total cost"}
