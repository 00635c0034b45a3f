"""The pages of training do for any experiment what they did for the book's networks."""

import sys
import warnings
from itertools import chain
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from experiments import agrees_in, changed, every_kind_of_cell_is_named_when_it_is_wrong

from xlnn.building.build import build
from xlnn.errors import XlnnError, XlnnWarning
from xlnn.loading.spec import described
from xlnn.loading.values import values
from xlnn.registry.templates import experiments
from xlnn.registry.text import IN_WORDS
from xlnn.workbooks import kind_named

EXAMPLE = Path(__file__).parent.parent / "docs" / "examples" / "mlp"

KINDS = "kind,height,weight\n" + "".join(
    f"{'cat' if n % 3 else 'dog'},{20 + n * 1.5},{4 + n % 4}\n" for n in range(12)
)
NUMBERS = "a,b,y,z\n" + "".join(f"{n},{n % 3},{2 * n + 1},{n * n / 10}\n" for n in range(10))
STEPS = "kind,s1,s2,s3\n" + "".join(
    f"{('up', 'down', 'flat')[n % 3]},{n},{n + (0, 1, -1)[n % 3]},{n + (0, 2, -2)[n % 3]}\n"
    for n in range(9)
)
SHEETS = {"progress", "confusion", "fit", "recognise", "gradient_check"}
PREDICT = "recognise"


@pytest.fixture(scope="module", autouse=True)
def installed(tmp_path_factory):
    """Let xlnn find the experiment of the documents' package, as if pip had installed it."""
    folder = tmp_path_factory.mktemp("installed")
    info = folder / "mlp_in_a_sheet-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mlp\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[xlnn.experiments]\nmlp = mlp:EXPERIMENT\n")
    sys.path[:0] = [str(folder), str(EXAMPLE)]
    experiments.cache_clear()
    yield
    del sys.path[:2]
    experiments.cache_clear()


def made(folder, name, text="", file="book.xlsx", **options):
    """Build a workbook with some rows as data, and return its path."""
    if text:
        options["data"] = folder / "data.csv"
        options["data"].write_text(text, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XlnnWarning)
        if isinstance(name, Path):
            return build(None, folder / file, from_workbook=name, **options).path
        return build(name, folder / file, **options).path


def keys(path):
    """Return the keys of the sheets that a workbook has."""
    _, layout = described(path)
    return {*layout.titles}


def said(path, name):
    """Return a sentence as a workbook shows it when it is recalculated."""
    return str(np.ravel(values(path)[name])[0])


CLASSES = {"label": "kind", "scale": "standard", "test_share": 0.25, "epochs": 3}
REGRESSION = {"targets": ["y", "z"], "scale": "standard", "test_share": 0.2, "epochs": 2}


@pytest.mark.parametrize(
    ("name", "text", "options", "shown"),
    [
        ("mlp", KINDS, CLASSES | {"eta": (0.02, 0.1)}, SHEETS - {"fit"}),
        ("mlp", NUMBERS, REGRESSION | {"eta": 0.01}, SHEETS - {"confusion"}),
        ("rnn", "", {"epochs": 2, "seed": (1, 2, 3)}, SHEETS - {"fit", "confusion"}),
        (
            "autoencoder", KINDS,
            {"label": "kind", "epochs": 2, "scale": "standard", "test_share": 0.25},
            SHEETS - {"fit", "confusion"},
        ),
        ("lstm", STEPS, CLASSES | {"eta": (0.02, 0.1)}, SHEETS - {"fit"}),
        ("autoencoder", "", {"epochs": 2, "test_share": 0.2}, SHEETS - {"fit", "confusion"}),
    ],
)  # fmt: skip
@pytest.mark.first(4)
@pytest.mark.ci
def test_an_experiment_has_the_pages_that_fit_its_data_and_they_agree(
    tmp_path, name, text, options, shown
):
    path = made(tmp_path, name, text, **options)
    assert keys(path) & SHEETS == shown
    agrees_in("formualizer", path)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (KINDS, CLASSES | {"eta": (0.02, 0.1), "epochs": 2}),
        (NUMBERS, REGRESSION | {"eta": 0.01}),
        ("size,colour,kind\n" + "1,red,a\n2,blue,b\n3,green,a\n1.5,red,b\n" * 2,
         {"label": "kind", "epochs": 2}),
    ],
)  # fmt: skip
@pytest.mark.ci
def test_a_planted_error_on_each_page_is_found(tmp_path, text, options):
    path = made(tmp_path, "mlp", text, **options)
    every_kind_of_cell_is_named_when_it_is_wrong(path, tmp_path / "wrong.xlsx")


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("mlp", KINDS, CLASSES | {"eta": (0.02, 0.1)}),
        ("mlp", NUMBERS, REGRESSION),
        ("lstm", STEPS, CLASSES),
        ("autoencoder", "", {"epochs": 2, "test_share": 0.2, "noise": 0.2}),
    ],
)
@pytest.mark.first(2)
@pytest.mark.ci
def test_a_workbook_goes_on_with_all_that_it_has_and_may_be_split_and_scaled_anew(
    tmp_path, name, text, options
):
    path = made(tmp_path, name, text, **options)
    same = made(tmp_path, path, file="same.xlsx")
    one, other = values(path), values(same)
    assert one.keys() == other.keys()
    for key, array in one.items():
        if array.dtype.kind == "f":
            np.testing.assert_allclose(other[key], array, rtol=1e-9, atol=1e-9, err_msg=key)
        else:
            assert (other[key] == array).all(), key
    anew = values(made(tmp_path, path, file="anew.xlsx", test_share=0.5, scale="none"))
    x = kind_named(name).learns.x
    rows = len(one[x]) + len(one[f"test_{x}"])
    given = "raw" if "raw" in one else x
    assert len(anew[f"test_{x}"]) == rows // 2
    both = [np.concatenate([of[key], of[f"test_{key}"]]) for of, key in ((anew, x), (one, given))]
    np.testing.assert_allclose(*(np.sort(each, axis=0) for each in both))
    assert "middle" not in anew


@pytest.mark.parametrize(
    "column",
    [
        ["1.5", "-2", "3.25", "1e-9"],
        ["7", "7", "7", "7"],
        ["1e-12", "2e-12", "3e-12", "4e-12"],
        ["1", "", "3", "4"],
    ],
    ids=["real", "constant", "tiny", "missing"],
)
@pytest.mark.ci
def test_an_odd_column_is_learned_from_or_left_out(tmp_path, column):
    rows = [f"{'ab'[n % 2]},{n},{column[n % 4]}" for n in range(8)]
    path = made(tmp_path, "mlp", "\n".join(["kind,n,odd", *rows]), label="kind", scale="standard",
                missing="mean", epochs=2)  # fmt: skip
    agrees_in("formualizer", path)


def test_labels_that_are_words_are_said_as_they_are(tmp_path):
    path = made(tmp_path, "mlp", KINDS, **CLASSES)
    found = values(path)
    assert {*found["labels"]} == {"cat", "dog"}
    assert any(label in said(path, "draw_verdict") for label in ("cat", "dog"))


@pytest.mark.ci
def test_predict_says_of_the_rows_of_the_data_what_training_says_of_them(tmp_path):
    path = made(tmp_path, "mlp", KINDS, **CLASSES | {"scale": "none"})
    found, (_, layout) = values(path), described(path)
    assert layout.model["draw_x"].is_input
    np.testing.assert_allclose(found["draw_x"][0], found["x"][0])
    last = made(tmp_path, path, file="more.xlsx", epochs=4)
    # after epoch 3, as at the beginning of epoch 4
    again = values(changed(last, tmp_path / "at3.xlsx", {"draw_epoch": 3}))
    np.testing.assert_allclose(again["draw_y"][0], values(last)["y"][3, 0], rtol=1e-12)


@pytest.mark.ci
def test_an_empty_cell_in_predict_is_missed(tmp_path):
    path = made(tmp_path, "mlp", KINDS, **CLASSES)
    workbook, (_, layout) = openpyxl.load_workbook(path), described(path)
    block = layout.blocks["draw_raw"]
    workbook[layout.titles[PREDICT]].cell(*block.address((0, 1))).value = None
    workbook.save(tmp_path / "empty.xlsx")
    assert said(tmp_path / "empty.xlsx", "draw_verdict").startswith("A number is missing")


@pytest.mark.ci
def test_an_empty_step_of_a_sequence_is_missed(tmp_path):
    path = made(tmp_path, "rnn", epochs=1)
    assert said(path, "draw_verdict") == ""
    workbook, (_, layout) = openpyxl.load_workbook(path), described(path)
    cell = layout.blocks["draw_x"].address((0, 2, 0))
    workbook[layout.titles[PREDICT]].cell(*cell).value = None
    workbook.save(tmp_path / "empty.xlsx")
    assert said(tmp_path / "empty.xlsx", "draw_verdict").startswith("A number is missing")


@pytest.mark.ci
def test_a_tie_is_undecided(tmp_path):
    path = made(tmp_path, "mlp", KINDS, **CLASSES)
    tied = changed(path, tmp_path / "tied.xlsx", {"draw_epoch": 0, "V": 0, "d": 0})
    assert said(tied, "draw_verdict") == "Undecided: the largest outputs are equal (0.500)."
    agrees_in("formualizer", tied)


@pytest.mark.ci
def test_progress_says_what_happened_in_each_state(tmp_path):
    once = made(tmp_path, "mlp", NUMBERS, **REGRESSION | {"epochs": 1, "eta": 0.01})
    assert "in the only epoch" in said(once, "story")
    lost = made(tmp_path, "mlp", NUMBERS, **REGRESSION | {"epochs": 9, "eta": 1.0})
    assert said(lost, "diverged").startswith("Training diverged: C_T rose from")
    runs = made(tmp_path, "mlp", NUMBERS, **REGRESSION | {"epochs": 9, "eta": (0.01, 1.0)})
    first, second = values(runs)["diverged"]
    assert (first, second[:6]) == ("", "run 2:")
    one, other = (
        said(changed(runs, tmp_path / f"{n}.xlsx", {"progress_run": n}), "story") for n in (1, 2)
    )
    assert one != other


@pytest.mark.ci
def test_a_sum_in_the_gradient_check_is_the_slope_of_each_parameter(tmp_path):
    path = made(tmp_path, "mlp", KINDS, **CLASSES)
    found = values(path)
    names = ("W", "b", "V", "d")
    slopes = np.concatenate([found[f"dC_d{name}"][1].ravel() for name in names])
    for number in (1, 8, len(slopes)):
        inputs = {"slope_epoch": 2, "slope_chosen": number}
        moved = values(changed(path, tmp_path / "moved.xlsx", inputs))
        assert moved["slope_backward"] == pytest.approx(slopes[number - 1], rel=1e-12)
        assert moved["slope_numeric"] == pytest.approx(slopes[number - 1], rel=1e-5)


def test_held_out_rows_go_into_an_autoencoder_without_noise(tmp_path):
    found = values(made(tmp_path, "autoencoder", epochs=2, test_share=0.2, noise=0.9))
    assert not np.allclose(found["noisy"], found["images"])
    assert "test_noisy" not in found
    clean = found["test_images"] @ found["W2"][0].T + found["b2"][0]
    np.testing.assert_allclose(found["test_z2"][0], clean, atol=1e-12)


@pytest.mark.ci
def test_held_out_rows_go_into_a_variational_autoencoder_without_noise(tmp_path):
    found = values(made(tmp_path, "vae", epochs=2, test_share=0.25))
    assert "test_code" not in found
    clean = found["test_middle"][0] @ found["Wx"][0].T + found["bx"][0]
    np.testing.assert_allclose(found["test_z"][0], clean, atol=1e-12)


def test_pixels_that_an_output_cannot_be_are_refused(tmp_path):
    with pytest.raises(XlnnError, match=r"A pixel is 21\.5, .* add --scale standard"):
        made(tmp_path, "autoencoder", KINDS.replace("20.0", "21.5"), label="kind", epochs=1)
    assert not (tmp_path / "book.xlsx").exists()


@pytest.mark.parametrize("scale", ["standard", "range"])
def test_rows_of_numbers_without_targets_are_scaled(tmp_path, scale):
    rows = "".join(f"{n * 7 % 12},{n * 5 % 9 + 20},{n * n % 11 - 4}\n" for n in range(1, 21))
    text, options = f"a,b,c\n{rows}", {"scale": scale, "test_share": 0.2, "epochs": 2}
    path = made(tmp_path, "autoencoder", text, verify=False, **options)
    agrees_in("formualizer", path)
    found = values(path)
    assert "t_factor" not in found
    scaled = (found["raw_images"] - found["middle"]) * found["factor"]
    np.testing.assert_allclose(found["images"], scaled, atol=1e-12)


@pytest.mark.parametrize("name", ["embeddings", "transformer"])
@pytest.mark.slow
def test_many_runs_fit_a_cell(tmp_path, name):
    path = made(tmp_path, name, epochs=2, eta=(0.01, 0.02, 0.03, 0.04, 0.05, 0.06))
    agrees_in("formualizer", path)


def test_more_runs_than_a_sentence_has_room_for_are_too_many(tmp_path):
    with pytest.raises(XlnnError, match="compare fewer runs"):
        made(tmp_path, "transformer", epochs=1, eta=tuple(n / 100 for n in range(1, 13)))


@pytest.mark.parametrize("lang", ["zh", "ja"])
@pytest.mark.parametrize(
    ("text", "options"), [(KINDS, CLASSES), (NUMBERS, REGRESSION)], ids=["classes", "numbers"]
)
@pytest.mark.ci
def test_the_pages_are_written_in_every_language(tmp_path, text, options, lang):
    path = made(tmp_path, "mlp", text, lang=lang, **options)
    workbook, (_, layout) = openpyxl.load_workbook(path, data_only=True), described(path)
    own = (EXAMPLE / "mlp" / "__init__.py").read_text(encoding="utf-8")  # which has no others
    for key in SHEETS & layout.titles.keys():
        title = layout.titles[key]
        texts = [c.value for row in workbook[title].iter_rows() for c in row if c.value]
        words = [t for t in texts if isinstance(t, str) and t.isascii() and IN_WORDS.search(t)]
        known = {*chain(*(line.split(",") for line in text.split()))}
        assert not [t for t in words if t not in own and t not in known], title
