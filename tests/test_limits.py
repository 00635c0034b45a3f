"""What is too large for most programs is said before it is built, and built when asked for."""

import pytest

from xlnn.building import limits
from xlnn.building.build import build
from xlnn.errors import DataError

FACTOR = 2
"""How far the estimate of a file's size may be off: the numbers of a network are as long as any."""


@pytest.mark.parametrize("template", ["digits", "xor", "iris"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_the_estimated_size_is_within_a_factor_of_2(tmp_path, template):
    built = build(template, tmp_path / "built.xlsx", verify=False)
    ratio = built.path.stat().st_size / (built.formulas * limits.BYTES)
    assert 1 / FACTOR < ratio < FACTOR


def test_the_number_of_formulas_is_known_before(tmp_path, monkeypatch):
    told = []
    known = limits.size
    monkeypatch.setattr(limits, "size", lambda layout: told.append(known(layout)) or told[-1])
    built = build("digits", tmp_path / "built.xlsx", epochs=1, verify=False)
    assert {size.formulas for size in told} == {built.formulas}


def test_what_most_programs_cannot_open_is_refused_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LARGE", 1_000)
    with pytest.raises(DataError, match=r"would have \d,\d+ formulas, .* MB .* s to open: .*large"):
        build("digits", tmp_path / "built.xlsx", epochs=1)
    assert list(tmp_path.iterdir()) == []


def test_large_lets_it_pass(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LARGE", 1_000)
    built = build("digits", tmp_path / "built.xlsx", epochs=1, verify=False, large=True)
    assert built.formulas > limits.LARGE


@pytest.mark.parametrize(
    ("inputs", "hidden", "remedy"),
    [
        pytest.param(
            784,
            40,
            r"31,\d+ columns and Excel has 16,384: .*At most 20 hidden units fit",
            marks=pytest.mark.ci,
        ),
        pytest.param(12_000, 2, "It fits with fewer inputs only", marks=pytest.mark.slow),
        (20_000, 2, "20,001 columns were found; a sheet has 16,384"),
    ],
)
def test_what_is_too_wide_says_what_fits(tmp_path, inputs, hidden, remedy):
    rows = [f"{'ab'[n % 2]},{','.join(str(n % 2) for _ in range(inputs))}" for n in range(4)]
    data = tmp_path / "wide.csv"
    data.write_text("\n".join([f"kind,{','.join(f'c{n}' for n in range(inputs))}", *rows]))
    options = {"label": "kind", "table": True, "hidden": hidden, "epochs": 1, "large": True}
    with pytest.raises(DataError, match=remedy):
        build(data=data, output=tmp_path / "built.xlsx", verify=False, **options)
    assert [each.name for each in tmp_path.iterdir()] == ["wide.csv"]


def test_inputs_are_counted_as_well_as_formulas(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LARGE_INPUTS", 1_000)
    with pytest.raises(DataError, match=r"would have .* formulas, 1,\d+ inputs, .*add --large"):
        build("digits", tmp_path / "built.xlsx", epochs=1)
    assert list(tmp_path.iterdir()) == []
    assert build("digits", tmp_path / "built.xlsx", epochs=1, verify=False, large=True).formulas
