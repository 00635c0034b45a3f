"""A sheet read with the fast path for plain rows says what it says without."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xlnn.errors import WorkbookError
from xlnn.xlsx import plain_rows, sheet_stream
from xlnn.xlsx.markup import MAX_TAG, Node, Parser

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


class Part:
    """Stands for an archive of one sheet, which comes in chunks of a given size."""

    def __init__(self, data, size):
        self.data, self.size = data, size

    def chunks(self, _):
        for start in range(0, len(self.data), self.size):
            yield self.data[start : start + self.size]

    @staticmethod
    def refused(sentence):
        return WorkbookError(sentence)


def with_fast_path(data, size=1 << 17):
    return read(data, size, plain_rows.sheet_nodes)


def without(data):
    return read(data, 1 << 17, by_expat)


def by_expat(archive, part):
    parser = Parser(archive, part)
    return parser.batches(parser.feed)


def read(data, size, nodes_of):
    """Return the items of a sheet and, if it is refused, the sentence."""
    items = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_stream, "sheet_nodes", nodes_of)
        try:
            source = sheet_stream.SheetSource(Part(data, size), "Training", "sheet1.xml")
            for item in source.items():
                items.append(plainly(item))  # noqa: PERF401 - the items before an error count
        except WorkbookError as error:
            return items, str(error)
    return items, ""


def plainly(item):
    """Return an item with the elements of its tree as tuples."""
    *start, tree, formula, value, style = item
    if isinstance(tree, Node):
        tree = [(node.name, node.attributes, node.text) for node in tree.walk()]
    return *start, tree, formula, value, style


def plain_rows_in(data, size=1 << 17):
    """Return the numbers of the rows that the fast path takes."""
    batches = plain_rows.sheet_nodes(Part(data, size), "sheet1.xml")
    return [
        token.number
        for batch in batches
        for token in batch
        if isinstance(token, plain_rows.PlainRow)
    ]


def sheet(data, *, root=f'xmlns="{MAIN}"', before="", after=""):
    text = f"<worksheet {root}>{before}<sheetData>{data}</sheetData>{after}</worksheet>"
    return text.encode("utf-8", "surrogateescape")


def prefixed(content, default=MAIN):
    root = f'xmlns:x="{MAIN}" xmlns="{default}"'
    return f"<x:worksheet {root}>{content}</x:worksheet>".encode()


def row(number, *cells, attributes=""):
    return f'<row r="{number}"{attributes}>{"".join(cells)}</row>'


def plain(number, letters="A"):
    return f'<c r="{letters}{number}" s="3"><f>B{number}*2</f><v>0.5</v></c>'


# What is plain


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"/>',
        '<c r="A1" s="3"></c>',
        '<c r="A1" s="3" t="n"><v>-2.5E-3</v></c>',
        '<c r="A1"><f>SUM(B1:C1)</f><v></v></c>',
        '<c r="A1" t="n"><f aca="false">SUM(B1:C1)</f><v>1</v></c>',
        '<c r="A1"><f t="array" ref="A1:B9">MMULT(C1:D9,E1:F2)</f><v>1</v></c><c r="B1"/>',
        '<c r="A1"><f aca="false" t="array" ref="A1">SUM(C1:C9*D1:D9)</f><v>1</v></c>',
        '<c r="A1" t="str"><f>"x"</f><v> x </v></c>',
        '<c r="A1" s="3" t="inlineStr"><is><t>&lt;x&gt; σ</t></is></c><c r="B1"><v>1</v></c>',
        '<c r="A1" t="inlineStr"/><c r="B1" t="inlineStr"><is><t></t></is></c>',
        '<c r="A1" t="b"><v>1</v></c><c r="C1" t="e"><v>#N/A</v></c><c r="XFD1" t="s"><v>7</v></c>',
        '<c r="A1" t="str"><f>训练!B1</f><v>σ</v></c>',
        '<c r="A1" t="b"><f>AND(B1&lt;2,C1&gt;=1)</f><v>1</v></c>',
        '<c r="A1" t="str"><f>"&amp;lt;"&amp;B1</f><v>&amp;amp;&lt;</v></c>',
        "",
    ],
)
def test_a_cell_as_programs_write_it_is_plain(cell):
    data = sheet(row(1, cell))
    assert plain_rows_in(data) == ["1"]
    assert with_fast_path(data) == without(data)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"><f>B1&#60;2</f></c>',
        '<c r="A1"><f>B1&lt2</f></c>',
        '<c r="A1"><f>B1&lt;2&quot;</f></c>',
        '<c r="A1"><f>B1&unknown;2</f></c>',
        '<c r="&lt;A1"><f>B1</f></c>',
        '<c r="A1"/>&lt;',
        '<c r="A1"><f t="shared" si="0">B1</f></c>',
        '<c r="A1"><f t="array" ref="a1">B1</f></c>',
        '<c r="A1"><f t="array" ref="A1" ref="A1">B1</f></c>',
        '<c r="A1" t="inlineStr"><is><t>x</t></v></c>',
        '<c r="A1" t="inlineStr"><v>x</v></c>',
        '<c r="A1" t="inlineStr"><v>x</t></is></c>',
        '<c r="A1" t="inlineStr"><is><t>x</t><t>y</t></is></c>',
        '<c r="A1" t="inlineStr"><is><t xml:space="preserve"> x</t></is></c>',
        '<c r="A1" t="inlineStr"><f>"x"</f><is><t>x</t></is></c>',
        '<c r="A1" t="str"><is><t>x</t></is></c>',
        '<c r="A1"><is><t>1</t></is></c>',
        '<c t="n" r="A1"><v>1</v></c>',
        '<c r="A1" r="A1"><v>1</v></c>',
        "<c r='A1'><v>1</v></c>",
        '<c r="A1"> <v>1</v></c>',
        '<c r="A1"><v>1</v><v>2</v></c>',
        '<c r="A1"><v>1</v><f>B1</f></c>',
        '<c r="A1"><f></f></c>',
        '<c r="A1"><v>]]></v></c>',
        '<c r="A1"><v>\x01</v></c>',
        '<c r="A1"><v>\t</v></c>',
        '<c r="A1"><v>\ufffe</v></c>',
        '<c r="A1"><v>\udcff</v></c>',  # the byte FF, which UTF-8 does not have
        '<c r="A1"><v>\udced\udca0\udc80</v></c>',  # a surrogate
        f'<c r="A1" t="str"><v>{"x" * 32_768}</v></c>',
        f'<c r="A1"><f>{"1" * 32_768}</f></c>',
        '<c r="A2"><v>1</v></c>',
        '<c r="A01"><v>1</v></c>',
        "<c><v>1</v></c>",
        "loose",
        "</c>",
    ],
)  # fmt: skip
def test_any_other_cell_is_left_to_expat(cell):
    data = sheet(row(1, cell) + row(2, plain(2)))
    assert "1" not in _before_an_error(data)
    assert with_fast_path(data) == without(data)


def _before_an_error(data):
    try:
        return plain_rows_in(data)
    except WorkbookError:
        return []


def test_attributes_of_a_row_are_plain_once_expat_has_read_them():
    excel = ' spans="1:5" x14ac:dyDescent="0.25"'
    rows = "".join(row(n, plain(n), attributes=excel if n % 2 else "") for n in range(1, 7))
    declared = sheet(rows, root=f'xmlns="{MAIN}" xmlns:x14ac="urn:x"')
    assert plain_rows_in(declared) == ["2", "3", "4", "5", "6"]
    assert with_fast_path(declared) == without(declared)
    assert "unbound prefix" in with_fast_path(sheet(rows))[1]


def test_rows_behind_one_that_is_not_plain_are_plain_again():
    rows = row(1, '<c r="A1"><f t="shared" si="0">B1</f></c>') + row(2, plain(2))
    assert plain_rows_in(sheet(rows + '<row r="3" ht="9"/>' + row(4, plain(4)))) == ["2", "4"]


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 17])
def test_rows_are_plain_wherever_the_chunks_end(size):
    data = sheet("\n".join(row(n, plain(n), plain(n, "B")) for n in range(1, 9)))
    assert plain_rows_in(data, size) == [str(n) for n in range(1, 9)]
    assert with_fast_path(data, size) == without(data)


def test_a_row_that_never_ends_is_not_kept_in_memory():
    data = sheet(row(1, plain(1)) + '<row r="2">' + " " * (3 * MAX_TAG))
    found, sentence = with_fast_path(data)
    assert found == without(data)[0]
    assert "a tag or a text of more than" in sentence


# What hides a row, or only looks like one

HIDDEN = row(2, plain(2))


@pytest.mark.parametrize(
    "data",
    [
        sheet(row(1, plain(1)) + f"<!-- {HIDDEN} -->" + row(3, plain(3))),
        sheet(row(1, plain(1)) + f"<?hide {HIDDEN} ?>" + row(3, plain(3))),
        sheet(row(1, plain(1)) + f"<![CDATA[{HIDDEN}]]>" + row(3, plain(3))),
        sheet(row(1, f"<!-- </row> --> {plain(1)} <!-- {HIDDEN} -->") + row(3, plain(3))),
        sheet(f'<row r="1"></row ><![CDATA[</row>{HIDDEN}]]>'),
        sheet(f'<row r="1"></row ><!-- </row>{HIDDEN} -->'),
        sheet(f'<row r="1"></row ><?x </row>{HIDDEN}?>'),
        sheet(f'<row r="1"></row ><c a="</row>{HIDDEN}"/>'),
        sheet(row(1, '<c r="A1"><f>B<!-- -->1<![CDATA[<2]]></f></c>') + HIDDEN),
        sheet(f'<row r="1" a="{HIDDEN}"/>'),
        sheet(f'<row r="1" a="> "></row>{HIDDEN}'),
        sheet(HIDDEN, before=f"<!-- <sheetData>{row(1, plain(1))} -->"),
        sheet("", before=f"<x><![CDATA[<sheetData>{HIDDEN}]]></x>"),
        sheet("", before=f"<?x <sheetData>{HIDDEN}?>"),
        sheet("", before=f'<x a="<sheetData>{HIDDEN}"/>'),
        sheet(HIDDEN, root=f'xmlns="{MAIN}" xmlns:x="urn:x"', before="<x:sheetData/>"),
        sheet(HIDDEN, before=f"<extLst><ext><sheetData>{HIDDEN}</sheetData></ext></extLst>"),
        sheet(HIDDEN, after=HIDDEN),
        sheet(HIDDEN, after=f"<sheetData>{HIDDEN}</sheetData>"),
        sheet("", after=f"<extLst>{HIDDEN}</extLst>"),
        sheet("", before=HIDDEN),
        sheet(f'<x:y xmlns:x="urn:x">{HIDDEN}</x:y>'),
        sheet(f'<extLst xmlns="{MAIN}">{row(1)}{HIDDEN}</extLst>'),
        sheet(f'<row r="1"><c r="A1" t="inlineStr"><is><row r="9"></row>{HIDDEN}</is></c></row>'),
        sheet(f'<row r="1"><c r="A1"><v><row r="9"></row>{HIDDEN}</v></c></row>'),
        sheet(f'<row r="1">{HIDDEN}</row>'),
        sheet(row(1, plain(1)) + "loose text" + HIDDEN),
        # another namespace
        sheet(HIDDEN, root='xmlns="urn:x"'),
        sheet(HIDDEN, root=f'xmlns:x="{MAIN}" xmlns="urn:x"'),
        prefixed(f"<x:sheetData>{row(1)}{HIDDEN}</x:sheetData>", default="urn:x"),
        prefixed(f'<x:sheetData><x:row r="1"></x:row>{HIDDEN}</x:sheetData>'),
        prefixed(f"<x:sheetData><?x <sheetData>{HIDDEN}?></x:sheetData>"),
        prefixed(f"<x:sheetData><![CDATA[<sheetData>{HIDDEN}]]></x:sheetData>"),
        prefixed(f"<sheetData>{HIDDEN}</sheetData>", default="urn:x"),
        sheet(f'<row r="1"></row ><extLst><row xmlns="urn:x"></row>{HIDDEN}</extLst>'),
        sheet(row(1, plain(1), attributes=' xmlns="urn:x"') * 2),
        sheet(HIDDEN, root=f'xmlns="{MAIN}" xmlns:x="urn:x"').replace(b"<row", b"<x:row"),
        # out of order
        sheet(row(1, plain(1)) + row(1, plain(1))),
        sheet(row(2, plain(2)) + row(1, plain(1))),
        sheet(row(1, plain(1, "B"), plain(1, "A"))),
        sheet(row(1, plain(1), plain(1))),
        sheet(row(1, plain(1), plain(2))),
        sheet(row(1, plain(1, "XFE"))),
        sheet(row(1, plain(1, "ZZZ"))),
        sheet(row(1_048_577, plain(1_048_577))),
        sheet('<row r="1048577"/>'),
        sheet(row(1_048_576, plain(1_048_576, "XFD"))),
        sheet(row(1, plain(1)) + row(2, plain(2), attributes=' r="3"')),
        # not valid XML: the place in the sentence counts the plain rows, too
        sheet(f"\n{row(1, plain(1))}\n{HIDDEN}\n<row><c></row>"),
        sheet(row(1, plain(1)) + HIDDEN)[:-5],
        sheet(row(1, plain(1)) + HIDDEN) + b"<more/>",
        sheet(row(1, plain(1)), after="<a>" * 300 + "</a>" * 300),
        b"",
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 17])
def test_a_hidden_or_misplaced_row_is_treated_as_without_the_fast_path(data, size):
    items, sentence = without(data)
    fast, fast_sentence = with_fast_path(data, size)
    assert fast_sentence == sentence
    if not sentence:
        assert fast == items


# Whatever the sheet

CELLS = st.sampled_from(
    [
        *('<c r="{}"/>', '<c r="{}"><v>1</v></c>', '<c r="{}" s="1" t="str"><v>a</v></c>'),
        *('<c r="{}"><f>B1*2</f><v>1</v></c>', '<c r="{}" t="n"><f aca="false">B1</f></c>'),
        *('<c r="{}"><f>B1&lt;2</f></c>', '<c s="2" r="{}"/>', "<c r='{}'/>", "<c/>"),
        '<c r="{}" t="inlineStr"><is><t>one</t></is></c>',
        '<c r="{}"><f t="shared" si="0" ref="A1:A9">B1</f></c>',
        '<c r="{}"><f t="array" ref="A1:B2">C1:D2*2</f><v>1</v></c>',
        *('<c r="{}"><f t="shared" si="0"/><v>2</v></c>', '<x:c r="{}"><x:v>3</x:v></x:c>'),
        *('<c r="{}"><f>1<!-- <f>2</f> --></f></c>', '<c r="{}"><v><![CDATA[5]]></v></c>'),
        *("<!-- </row> -->", " ", "<extLst><ext/></extLst>", '<c r="{}"><v>训练</v></c>'),
    ]
)
ATTRIBUTES = st.sampled_from(["", "", "", ' ht="9"', ' x:a="1" spans="1:3"', " ht='9'"])
BETWEEN = st.sampled_from(["", "", "", "", "\n  ", "<!-- <row/> -->", "<extLst/>", "<?x y?>"])


@st.composite
def sheets(draw):
    number, text = 0, ""
    for _ in range(draw(st.integers(0, 6))):
        number += draw(st.sampled_from([1, 1, 1, 1, 1, 2, 0]))
        cells = draw(st.lists(CELLS, max_size=4))
        text += row(
            number,
            *(cell.format(f"{'ABCD'[at]}{number}") for at, cell in enumerate(cells)),
            attributes=draw(ATTRIBUTES),
        )
        text += draw(BETWEEN)
    root = f'xmlns="{MAIN}" xmlns:x="{draw(st.sampled_from([MAIN, "urn:x"]))}"'
    return sheet(text, root=root, after=draw(st.sampled_from(["", "<cols/>"])))


CHUNKS = st.one_of(st.integers(1, 40), st.just(1 << 17))
MANY = settings(max_examples=300)


@MANY
@given(sheets(), CHUNKS)
@pytest.mark.ci
def test_the_items_are_those_without_the_fast_path(data, size):
    agrees(data, size)


PIECES = (
    *(b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?p ", b"?>", b'"', b"'", b">", b"<", b"&amp;"),
    *(b"&lt;", b"&gt;", b"&#60;", b"&quot;", b"&", b"&lt"),
    *(b"<row>", b"</row>", b"</row >", b"<row r='1'/>", b"<sheetData>", b"</sheetData>", b"</c>"),
    *(b'<row r="9">', b'<c r="A9">', b"<is>", b"</is>", b' xmlns="u"', b"\xff", b"\r\n", b"\0"),
)  # fmt: skip


@MANY
@given(
    sheets(),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 9), st.sampled_from(PIECES))),
    CHUNKS,
)
@example(sheet(row(1, plain(1)) + row(2, plain(2))), [(110, 0, b"<![CDATA[")], 1)
@pytest.mark.slow
def test_the_items_of_a_damaged_sheet_are_those_without_the_fast_path(data, damages, size):
    for at, length, piece in damages:
        place = at % (len(data) + 1)
        data = data[:place] + piece + data[place + length :]
    agrees(data, size)


def agrees(data, size):
    """Two faults of a sheet may be found in another order, but one is found."""
    items, sentence = without(data)
    fast, fast_sentence = with_fast_path(data, size)
    assert bool(fast_sentence) == bool(sentence)
    if not sentence:
        assert fast == items
