"""Every text has tokens that join to it, and a formula has the tree that formualizer gives it."""

import random
import re
from pathlib import Path

import formualizer
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator, TranslatorError

import xlnn
from xlnn.formula import (
    MOST_NESTED,
    calls,
    corners,
    corners_of,
    moved,
    parsed,
    rewritten,
    tokens,
)

OPERANDS = (
    *("A1", "$B$2", "A1:B3", "C$1:$D9", "Data!A1", "'My ''x'!A1:B2", "A:A", "3:4", "Rows[w1]"),
    *("eta", "Data!eta", "TRUE", "1", "2.5", ".5", "1E5", "1.5e-3", '"a ""b"', "#N/A", "{1,2;3,4}"),
)
OPERATORS = ("+", "-", "*", "/", "^", "&", "=", "<=", "<>", " + ", ", ", ":", " ", "+-")
OPENED = ("SUM(", "LOG10(", "_xlfn.STDEV.S(", "IF(A1,", "(", "-(", "@(")
STRAY = (*OPERATORS, *OPENED, ")", "%", "#", "@", ";", "{", "}")
"""What formulas are made of."""

SEED, FORMULAS = 20, 3_000


def formulas():
    """Yield random formulas, half of them with a piece too many or too few."""
    chosen = random.Random(SEED)  # noqa: S311 -- not for secrets

    def pieces(depth):
        if depth and chosen.random() < 0.4:
            return [chosen.choice(OPENED), *pieces(depth - 1), chosen.choice((")", ")%"))]
        if depth and chosen.random() < 0.7:
            return [*pieces(depth - 1), chosen.choice(OPERATORS), *pieces(depth - 1)]
        return [chosen.choice(OPERANDS)]

    for number in range(FORMULAS):
        found = pieces(3)
        if number % 2:
            at = chosen.randrange(len(found))
            if found[at] in OPERANDS:
                found[at] += chosen.choice(STRAY)
            elif found[at] not in OPERATORS:
                del found[at]
        yield "=" + "".join(found)


@given(st.text(alphabet="=A1$:!'\"[]{}()#@.,; \n_x\\é٣+-<>%&E9", max_size=40))
def test_the_tokens_of_any_text_join_to_it(text):
    assert "".join(token[0] for token in tokens(text)) == text
    assert rewritten(text, lambda token: token[0]) == text
    parsed(f"={text}")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("A1:$B2", "reference"),
        ("'it''s'!$A:C", "reference"),
        ("Data!3:5", "reference"),
        ("[1]Data!A1", "reference"),
        ("A1:INDEX(", "reference operator call"),
        ("Data!A1:Data!B2", "reference operator reference"),
        ("A1B", "name"),
        ("ABCD1", "name"),
        ("A12345678", "name"),
        ("1abc", "name"),
        ("LOG10 (", "call"),
        ("A1 (", "call"),
        ("Rows[[#This Row],[w]]", "table"),
        ("1.5E-3", "number"),
        ("Data!#REF!", "error"),
        ("#SPILL!", "error"),
        ("A1#", "reference operator"),
        ('"A1""', "stray"),
        ("'A1+B1", "stray"),
        ("a|b", "name stray name"),
        ("<=-", "operator operator"),
    ],
)
def test_a_token_is_of_its_kind(text, kinds):
    assert " ".join(token.lastgroup for token in tokens(text)) == kinds


def tree_of(node):
    """Return a part of a formula as lists, like `tree_of_formualizer`."""
    parts = [
        entry
        for part in node.children
        for entry in (part.children if part.kind == "Row" else [part])
    ]
    word = node.word if node.value is None else node.value
    return [node.kind, word, *map(tree_of, parts)]


def tree_of_formualizer(node):
    match node.node_type():
        case "Literal":
            word = node.get_literal_value()
        case "Reference":
            word = node.get_reference_string()
        case "Function":
            word = node.get_function_name().upper().removeprefix("_XLFN.")
        case _:
            word = node.get_operator() or ""
    return [node.node_type(), word, *map(tree_of_formualizer, node.children())]


def read_by_formualizer(formula):
    try:
        return tree_of_formualizer(formualizer.parse(formula))
    except (formualizer.ParserError, formualizer.TokenizerError, ValueError):
        return None


def is_read_otherwise(formula):
    """Return whether formualizer reads ranges or blanks as no other program does.

    Of A1:eta it makes one name, of A1:( a function, and of SUM (A1) a call of what SUM names; and
    it knows that two references are intersected only where the first names cells.
    """
    found = [token[0] for token in tokens(formula)]
    return ":" in found or any(re.search(r"\s\(?$", text) for text in found)


def test_a_formula_has_the_tree_that_formualizer_gives_it():
    compared = read = 0
    for formula in formulas():
        if is_read_otherwise(formula):
            continue
        expected, tree = read_by_formualizer(formula), parsed(formula)
        assert (tree and tree_of(tree)) == expected, formula
        compared, read = compared + 1, read + (tree is not None)
    assert compared > FORMULAS / 2
    assert read > FORMULAS / 10


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "A1",
        "=",
        "=A1+",
        "=(A1",
        "=A1)",
        "=SUM(A1;B1)",
        "={1;2,3}",
        "={1,}",
        "=1 2",
        '="a',
        "=*1",
    ],
)
def test_what_no_program_reads_has_no_tree(formula):
    assert parsed(formula) is None


@pytest.mark.parametrize("count", [MOST_NESTED - 1, MOST_NESTED])
@pytest.mark.parametrize("repeated", ["=({})", "=ABS({})", "=-{}"])
def test_a_tree_is_as_deep_as_formualizer_reads(repeated, count):
    before, after = repeated[1:].split("{}")
    formula = f"={before * count}1{after * count}"
    assert (parsed(formula) is None) == (read_by_formualizer(formula) is None)


@pytest.mark.parametrize("count", [255, 256, 4_000])
@pytest.mark.parametrize("repeated", ["+1", "*2", "%", "&A1"])
def test_a_tree_is_as_high_as_formualizer_reads(repeated, count):
    formula = "=1" + repeated * count
    assert (parsed(formula) is None) == (read_by_formualizer(formula) is None)


@pytest.mark.parametrize("piece", ["1=1&1+1*1^(", "SUM(1=1&1+1*1^", "IF(A1,1+", "-(@", "{1;"])
def test_no_formula_is_too_deep_to_be_refused(piece):
    assert parsed("=" + piece * 500 + "1" + ")" * 500) is None


def test_a_part_knows_where_it_is():
    formula = "= SUM( A1 , (B1+1) * 2 )"
    parts = {str(part): formula[part.start : part.end] for part in parsed(formula).walk()}
    assert parts["B1+1"] == "(B1+1)"
    assert parts["(B1+1)*2"] == "(B1+1) * 2"
    assert parts["SUM(A1,(B1+1)*2)"] == "SUM( A1 , (B1+1) * 2 )"


def test_formulas_are_filled_down_as_openpyxl_does_it():
    compared = 0
    for formula in formulas():
        if parsed(formula) is None or re.search(r"[#@: [\]]|!eta", formula):
            continue
        for down, right in ((1, 0), (7, 3), (0, -1), (-2, 0)):
            try:
                expected = Translator(formula, "E9").translate_formula(None, down, right)
            except (TranslatorError, ValueError):
                with pytest.raises(ValueError, match="would leave the sheet"):
                    moved(formula, down, right)
                continue
            assert moved(formula, down, right) == expected, formula
            compared += 1
    assert compared > FORMULAS / 10


def test_no_formula_is_filled_beyond_the_sheet():
    for formula, down, right in (
        ("=A1048576", 1, 0),
        ("=XFD1", 0, 1),
        ("=A1", -1, 0),
        ("=XFE1", 0, 1),
    ):
        with pytest.raises(ValueError, match="would leave the sheet"):
            moved(formula, down, right)


def test_a_corner_beyond_the_sheet_is_no_corner():
    assert corners("XFD1048576") == (1_048_576, 16_384, 1_048_576, 16_384)
    assert corners("XFE1") is corners("A0") is corners("A") is corners("Data!A1") is None
    assert corners_of(tokens("Data!B2")[0]) == (2, 2, 2, 2)


def test_calls_are_found_in_a_formula_that_is_not_closed():
    assert [*calls('IF(A1,SUM(1,2),"x)"')] == [("SUM", ["1", "2"])]


ROOT = Path(xlnn.__file__).parent

PATTERNS = {
    "a cell": r"A-Z\]\{1,3\}",
    "a text": r'\[\^"\]\|""',
    "a title": r"\[\^'\]\|''",
    "a function": r"\\w\.\]\*?\+?\\?\)?\\\(",
}
"""Patterns of formulas as regular expressions write them."""

OTHERS = {
    "exercises/gradebook.py": "fields of a CSV file",
    "explaining/entries.py": "an address that a user types",
    "grid.py": "titles that need quotes",
    "linting/sheets.py": "the location of a hyperlink",
    "xlsx/plain_rows.py": "attributes of cells",
    "xlsx/sheet_stream.py": "attributes of cells",
}
"""Modules that have such a pattern for what is no formula."""

OF_FORMUALIZER = {"engines/reading.py", "linting/formulas.py"}
"""Modules that ask whether, and how, formualizer reads a formula."""


@pytest.mark.parametrize("what", PATTERNS)
def test_no_other_module_has_a_grammar_of_formulas(what):
    for path in ROOT.rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        if name != "formula.py" and name not in OTHERS:
            found = re.findall(r"re\.\w+\((?:[^()]|\([^()]*\))*", path.read_text("utf-8"))
            assert not [each for each in found if re.search(PATTERNS[what], each)], name


def test_only_two_modules_ask_another_parser():
    for path in ROOT.rglob("*.py"):
        text, name = path.read_text("utf-8"), path.relative_to(ROOT).as_posix()
        assert "openpyxl.formula" not in text, name
        if name not in OF_FORMUALIZER:
            assert not re.search(r"formualizer\.(parse|tokenize|ASTNode)", text), name
