"""What every experiment must do: `test_experiments` holds each to it."""

from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from programs import QUICKEST_FIRST, skip_without
from rewriting import replace_inputs

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.errors import XlnnError
from xlnn.loading.spec import described
from xlnn.reference import known
from xlnn.registry.templates import template
from xlnn.workbooks import kind_named

ENGINES = QUICKEST_FIRST
"""Each template is proven by two of them in every run: see test_templates."""

PROBES = 3


def agrees_in(engine, path):
    """Check a workbook with probes, and return the report."""
    skip_without(engine)
    report = check(path, engine, PROBES)
    assert report.agrees, report.wrong[:3]
    assert report.other_cells == 0
    return report


def changed(path, copy, inputs):
    """Return a copy of a workbook in which some inputs hold other numbers, by their names."""
    _, layout = described(path)
    numbers = {}
    for name, given in inputs.items():
        quantity, block = layout.model[name], layout.blocks[name]
        array = np.broadcast_to(np.asarray(given, dtype=float), quantity.input_lengths)
        for index in np.ndindex(array.shape):
            numbers[layout.titles[block.sheet], *block.address(index)] = array[index]
    replace_inputs(path, copy, numbers)
    return copy


def every_kind_of_cell_is_named_when_it_is_wrong(path, copy, engine="formualizer", by="+0.5"):
    """Overwrite a cell of each quantity, all at once, and see those named and no other.

    Quantities are those with formulas, and the numbers of rows that formulas read.

    `make mutation` overwrites one at a time.
    """
    _, layout = described(path)
    workbook, wrong = openpyxl.load_workbook(path), []
    numbered = known(layout.model)
    for quantity in layout.model.quantities:
        is_numbered = quantity.name in numbered and quantity.equation is None
        if quantity.equation is None and not is_numbered:
            continue
        last = tuple(length - 1 for length in quantity.lengths)
        block = layout.blocks[quantity.name]
        cell = workbook[layout.titles[block.sheet]].cell(*block.address(last))
        if is_numbered:
            cell.value += 0.5
        else:
            cell.value = f'{cell.value}&"!"' if quantity.is_text else f"{cell.value}{by}"
        wrong.append(layout.cell(quantity.name, last))
    workbook.save(copy)
    assert sorted(found.cell for found in check(copy, engine).wrong) == sorted(wrong)


def built(folder, template, **options):
    """Build a template into a folder, and return its path."""
    return build(template, folder / f"{template}.xlsx", **options).path


def an_option_is_refused(folder, template, options, sentence):
    """Build a template with options that cannot be: a sentence says so, and no file is left."""
    with pytest.raises(XlnnError, match=sentence):
        build(template, folder / f"{template}.xlsx", **options)
    assert list(folder.iterdir()) == []


def a_template_is_refused(folder, text, sentence):
    """Build a folder with a template that cannot be; its other files may stand in it before."""
    mine = folder / "mine"
    mine.mkdir(exist_ok=True)
    (mine / "template.toml").write_text(text, encoding="utf-8")
    with pytest.raises(XlnnError, match=sentence):
        build(str(mine), folder / "mine.xlsx")


def nothing_is_nearly_0(got, *names):
    """Hold that what is 0 but for rounding is 0: a learner reads 6E-17 as a number."""
    for name in names:
        sizes = np.abs(got[name])
        assert (sizes == 0).any(), name
        assert not ((sizes > 0) & (sizes < 1e-12)).any(), name


def words_of(name, lang="en"):
    """Return all words of an experiment in a language, those that its module states among them."""
    kind = kind_named(name)
    spec = kind.plan(kind.from_template(template(name)), {}).spec
    return kind.words(replace(spec, lang=lang))
