"""Whether other programs find the charts and what else stands around the cells."""

import gzip
import re
import subprocess
import zipfile

import openpyxl
import pytest
from programs import skip_without
from test_readers import javascript, skip_without_reader
from test_saved_elsewhere import rewrite, save_with_libreoffice

from xlnn.building.build import build
from xlnn.registry.templates import copy
from xlnn.writing.charts import scatter, square
from xlnn.xlsx.package import inspect

TIMEOUT = 120
"""Seconds for one file; two are usual."""

CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
MAIN = "http://schemas.openxmlformats.org/drawingml/2006/main"


def parts(path, pattern):
    """Return the texts of the parts whose names match a pattern."""
    with zipfile.ZipFile(path) as archive:
        return [archive.read(n).decode() for n in archive.namelist() if re.fullmatch(pattern, n)]


def charts(path):
    return len(parts(path, r"xl/charts/chart\d+\.xml"))


def as_lxml_writes_it(content):
    """Declare a drawing's own namespace as the one without a prefix, and the others inside it."""
    if b"<xdr:wsDr" not in content:
        return content
    content = re.sub(rb' xmlns:(a|c|r)="[^"]*"', b"", content).replace(b"xmlns:xdr", b"xmlns")
    content = content.replace(b"<xdr:", b"<").replace(b"</xdr:", b"</")
    content = content.replace(b"<a:graphic>", f'<a:graphic xmlns:a="{MAIN}">'.encode())
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return content.replace(b"<c:chart ", f'<c:chart xmlns:c="{CHART}" xmlns:r="{office}" '.encode())


def test_drawings_and_charts_declare_their_namespaces_on_the_root_alone(short_path):
    drawn = parts(short_path, r"xl/(drawings/drawing|charts/chart)\d+\.xml")
    assert len(drawn) == 3 + charts(short_path)  # Guide, Play and Progress have charts
    for part in drawn:
        root, _, inside = part.partition(">")
        assert root.startswith(("<xdr:wsDr ", "<c:chartSpace "))
        assert "xmlns" not in inside
        prefixes = re.findall(r"</?(\w*?):?\w+[ />]", inside)
        assert set(prefixes) <= {"xdr", "a", "c"}


def test_openpyxl_reads_the_charts_again(short_path, short_book):
    found = sum(len(sheet._charts) for sheet in short_book)  # noqa: SLF001 -- it shows them nowhere else
    assert found == charts(short_path) > 0


def shown_by_gnumeric(path, folder):
    """Return how many charts Gnumeric keeps when it opens a workbook and saves it."""
    skip_without("gnumeric")
    saved = folder / "saved.gnumeric"
    command = ["ssconvert", path, saved]
    subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT)
    return gzip.decompress(saved.read_bytes()).count(b"<gnm:SheetObjectGraph ")


@pytest.mark.ci
def test_gnumeric_shows_every_chart(short_path, tmp_path):
    assert shown_by_gnumeric(short_path, tmp_path) == charts(short_path) > 0


@pytest.mark.ci
def test_gnumeric_shows_no_chart_of_a_drawing_as_lxml_writes_it(short_copy, tmp_path):
    """The reason for the prefixes."""
    rewrite(short_copy, as_lxml_writes_it)
    assert shown_by_gnumeric(short_copy, tmp_path) == 0


@pytest.mark.ci
def test_libreoffice_keeps_every_chart(short_path, tmp_path):
    assert charts(save_with_libreoffice(short_path, tmp_path)) == charts(short_path)


@pytest.mark.slow
def test_exceljs_opens_no_drawing_as_lxml_writes_it(short_copy):
    """That it opens ours, `test_readers` shows."""
    skip_without_reader("exceljs")
    rewrite(short_copy, as_lxml_writes_it)
    assert inspect(short_copy)
    with pytest.raises(AssertionError, match="anchors"):
        javascript("exceljs", short_copy)


def test_the_properties_name_the_program_and_the_template(short_path, short_book):
    properties = short_book.properties
    assert (properties.creator, properties.title) == ("xlnn", "xlnn: digits")
    (application,) = parts(short_path, r"docProps/app\.xml")
    assert "<Application>xlnn</Application>" in application
    everything = parts(short_path, r".*\.(xml|rels)")
    assert not [part for part in everything if "openpyxl" in part.casefold()]


@pytest.mark.parametrize(("name", "title"), [("mine & yours", "mine & yours"), ("a\x01", "a?")])
@pytest.mark.slow
def test_the_title_names_the_folder_of_an_own_template(tmp_path, name, title):
    copy("xor", tmp_path / name)
    path = build(str(tmp_path / name), tmp_path / "built.xlsx", epochs=2).path
    assert openpyxl.load_workbook(path).properties.title == f"xlnn: {title}"


@pytest.mark.parametrize(("options", "largest"), [({}, 64), ({"test_share": 0.25}, 1)])
@pytest.mark.slow
@pytest.mark.first(1)
def test_axes_end_where_the_data_end(options, largest, tmp_path):
    build("digits", tmp_path / "digits.xlsx", epochs=3, verify=False, **options)
    charts = openpyxl.load_workbook(tmp_path / "digits.xlsx")["Progress"]._charts  # noqa: SLF001
    assert {chart.x_axis.scaling.max for chart in charts} == {3}
    assert {chart.x_axis.majorUnit for chart in charts} == {1}
    ends = [(chart.y_axis.scaling.max, chart.y_axis.majorUnit) for chart in charts]
    assert (largest, 16 if largest == 64 else 0.2) in ends
    assert len([end for end in ends if end != (None, None)]) == 1


@pytest.mark.parametrize(("height", "width"), [(13, 13), (9.5, 13), (13, 9.5)])
def test_a_circle_is_drawn_round(height, width):
    chart = scatter("title", "x", [])
    chart.height, chart.width = height, width
    square(chart)
    place = chart.layout.manualLayout
    assert place.w * width == pytest.approx(place.h * height)
    assert place.x + place.w <= 1
    assert place.y + place.h <= 1
