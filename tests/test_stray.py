"""Comments, CDATA and the like within a text, which some programs read past, are refused."""

import re

import pytest
from click.testing import CliRunner
from rewriting import copy
from test_package import (
    MAIN,
    SHEET_RELATIONSHIP,
    minimal,
    refusal,
    relationships,
    row,
    save,
    workbook,
    worksheet,
)

from xlnn.cli import cli
from xlnn.errors import WorkbookError
from xlnn.exercises.exercise import exercise
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.cells import cells
from xlnn.xlsx.package import inspect
from xlnn.xlsx.parts import sheet_parts

__all__ = ["refusal", "save"]

STRAY = {
    "<![CDATA[0]]>": "a CDATA section",
    "<![CDATA[]]>": "a CDATA section",
    "<!-- 0 -->": "a comment",
    "<?p 0?>": "a processing instruction",
    "&#53;": "the reference &#53;",
    "&#x0035;": "the reference &#x0035;",
    "&#0101;": "the reference &#0101;",
}
"""What some programs read past, or stop at, and how a sentence calls it."""

TEXTS = {
    "Training!A1 holds {} within <v>": '<c r="A1"><v>1{}</v></c>',
    "Training!B1 holds {} within <v>": '<c r="B1" t="str"><f>C1</f><v>a{}b</v></c>',
    "Training!C1 holds {} within <f>": '<c r="C1"><f>1+{}2</f><v>3</v></c>',
    "Training!D1 holds {} within <f>": '<c r="D1"><f t="shared" si="0" ref="D1:D2">1{}</f></c>',
    "Training!E1 holds {} within <t>": '<c r="E1" t="inlineStr"><is><t>{}</t></is></c>',
    "Training!F1 holds {} within <t>": (
        '<c r="F1" t="inlineStr"><is><r><t>a</t></r><r><t>{}</t></r></is></c>'
    ),
}
"""Where a text is read, by the sentence that refuses it."""


@pytest.mark.parametrize("written", STRAY)
@pytest.mark.parametrize("sentence", TEXTS)
def test_a_text_that_programs_read_differently_is_refused(save, refusal, sentence, written):
    book = minimal(row(TEXTS[sentence].format(written)))
    assert sentence.format(STRAY[written]) in refusal(book)
    with pytest.raises(WorkbookError, match="which some programs do not read"):
        [*cells(save(book), "Training")]


@pytest.mark.parametrize("written", STRAY)
@pytest.mark.parametrize(
    "text", ["<si><t>a</t></si><si><t>{}</t></si>", "<si/><si><r><t>{}</t></r></si>"]
)
def test_a_shared_text_that_programs_read_differently_is_refused(refusal, text, written):
    said = refusal(with_strings(text.format(written), row('<c r="A1" t="s"><v>1</v></c>')))
    assert f"its shared text 2 holds {STRAY[written]} within <t>" in said


@pytest.mark.parametrize("written", STRAY)
@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("xl/workbook.xml", '<definedNames><definedName name="n">1{}</definedName></definedNames>'),
        ("xl/worksheets/sheet1.xml", "<conditionalFormatting><cfRule><formula>A1{}</formula>"),
        ("xl/worksheets/sheet1.xml", "<dataValidations><dataValidation><formula1>1{}</formula1>"),
    ],
)
def test_another_formula_that_programs_read_differently_is_refused(refusal, part, text, written):
    ends = "".join(f"</{tag}>" for tag in ("cfRule", "conditionalFormatting") if f"<{tag}" in text)
    ends += "".join(
        f"</{tag}>" for tag in ("dataValidation", "dataValidations") if f"<{tag}>" in text
    )
    around = workbook if "workbook" in part else lambda more: worksheet("", more)
    said = refusal(minimal(**{part: around(text.format(written) + ends)}))
    assert f"holds {STRAY[written]} within <" in said


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a&#10;b&#xA;c&#13;&#9;", "a\nb\nc\r\t"),  # LibreOffice, openpyxl
        ("&#948;&#xFF2D;&#128512;&#133;", "δ\uff2d😀\x85"),  # openpyxl
        ("&#34;&#38;&#x3c;&#62;&#39;&quot;&amp;&lt;&gt;&apos;", "\"&<>'\"&<>'"),
        ("]] >", "]] >"),
    ],
)
def test_what_programs_write_as_references_is_read(save, written, read):
    content = f'<c r="A1" t="s"><v>0</v></c><c r="B1" t="str"><v>{written}</v></c>'
    content += f'<c r="C1" t="inlineStr"><is><t>{written}</t></is></c>'
    book = with_strings(f"<si><t>{written}</t></si>", row(content))
    path = save(book)
    inspect(path)
    assert [cell.value for cell in cells(path, "Training")] == [read] * 3


@pytest.mark.parametrize("blank", [" ", "\n", "\t", "&#10;", "&#32;"])
@pytest.mark.parametrize("around", ["{}5", "5{}", "<f>A2</f>{}5"])
def test_a_blank_in_a_number_is_refused(refusal, around, blank):
    """formualizer reads a text, or nothing."""
    content = around.format(blank).rpartition("</f>")
    text = "".join(content[:2]) + f"<v>{content[2]}</v>"
    assert "no finite value" in refusal(minimal(row(f'<c r="A1">{text}</c>')))


@pytest.mark.parametrize(
    "text", ["<v>1<extLst/>0</v>", "<f>1<extLst/>+1</f>", "<is><t>1<extLst/>0</t></is>"]
)
def test_an_element_within_a_text_is_refused(refusal, text):
    kind = ' t="inlineStr"' if "<is>" in text else ""
    assert "<extLst> where none belongs" in refusal(minimal(row(f'<c r="A1"{kind}>{text}</c>')))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1 << 17])
@pytest.mark.parametrize("written", STRAY)
def test_it_is_found_wherever_the_chunks_end(save, monkeypatch, written, size):
    chunks = Archive.chunks
    monkeypatch.setattr(
        Archive,
        "chunks",
        lambda archive, part: (
            chunk[at : at + size]
            for chunk in chunks(archive, part)
            for at in range(0, len(chunk), size)
        ),
    )
    clean = row(*(f'<c r="{column}1"><f>B1&lt;2</f></c>' for column in "ABC"))
    path = save(minimal(clean + row(f'<c r="A2"><v>1{written}</v></c>', number=2)))
    with pytest.raises(WorkbookError, match="Training!A2 holds"):
        inspect(path)


def test_a_text_of_endless_references_is_not_kept_in_memory(refusal):
    text = f"&#{'0' * 100}948;" * 20_000
    book = minimal(row(f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c>'))
    assert "a tag or a text of more than" in refusal(book)


def with_strings(items, data):
    """Return the parts of a workbook with shared texts."""
    strings = ("rId2", "sharedStrings", "sharedStrings.xml", "")
    return minimal(
        data,
        **{
            "xl/_rels/workbook.xml.rels": relationships(SHEET_RELATIONSHIP, strings),
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{items}</sst>',
        },
    )


PLANTED = {
    ("Data", "A6"): (b"<v>1</v>", b"<v>1<![CDATA[0]]></v>"),
    ("Steps", "K70"): (b"</f>", b"<![CDATA[*2]]></f>"),
    ("Network", "D4"): (b"</v>", b"&#53;</v>"),
}
"""By cells of the template rnn, what is there and what is planted: LibreOffice and Gnumeric read a
10, twice the value, and 0.055; formualizer a 1, the value, and 0.05."""

COMMANDS = {
    "check": ["check", "{}"],
    "values": ["values", "{}", "-o", "{}.npz"],
    "show": ["show", "{}"],
    "explain": ["explain", "{}", "eta"],
    "lint": ["lint", "{}"],
    "build": ["build", "--from", "{}", "-o", "{}.new.xlsx"],
    "exercise": ["exercise", "{}", "--student", "Ada", "-o", "{}.new.xlsx"],
    "audit": ["audit", "{}"],
    "grade": ["grade", "{}"],
}
"""Commands that read a workbook."""


def planted(source, target, cell):
    """Copy a workbook with what is planted in one of its cells."""
    title, address = cell
    before, after = PLANTED[cell]

    def edit(chunks):
        (text,) = chunks
        content = re.search(rb'<c r="%b".*?</c>' % address.encode(), text)
        assert before in content[0]
        changed = content[0].replace(before, after)
        yield text[: content.start()] + changed + text[content.end() :]

    copy(source, target, {sheet_parts(source)[title]: edit})


@pytest.mark.parametrize("cell", PLANTED, ids="!".join)
@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "grade"])
def test_every_command_names_the_cell_and_what_it_holds(workbook, tmp_path, command, cell):
    path = tmp_path / "rnn.xlsx"
    planted(workbook("rnn").path, path, cell)
    done = CliRunner().invoke(cli, [word.format(path) for word in COMMANDS[command]])
    assert done.exit_code != 0
    assert f"{'!'.join(cell)} holds" in done.output + str(done.exception)
    assert [file.name for file in tmp_path.iterdir()] == ["rnn.xlsx"]


@pytest.mark.ci
def test_a_submission_with_a_stray_is_not_graded(tmp_path):
    path, sent = tmp_path / "exercise.xlsx", tmp_path / "sent.xlsx"
    exercise("rnn", path, student="Ada")
    planted(path, sent, ("Network", "D4"))
    done = CliRunner().invoke(cli, [word.format(sent) for word in COMMANDS["grade"]])
    assert done.exit_code != 0
    assert "Network!D4 holds the reference &#53;" in done.output + str(done.exception)
