"""What was read is told in a line, and where the first column is no label the line says so."""

import numpy as np
import pytest
from files import csv, npz

from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load
from xlnn.errors import LONGEST_LINE, DataError, one_line

TABLE = ReadOptions(table=True)
DOUBT = "the first column does not look like the label"


def rows(*columns):
    """Return the lines of a CSV without headings."""
    return "".join(",".join(map(str, row)) + "\n" for row in zip(*columns, strict=True))


def told(tmp_path, content, reading=ReadOptions()):  # noqa: B008 -- it is frozen
    return load(csv(tmp_path, content), reading).told[0]


def test_images_are_told_with_their_labels_and_how_many_have_each(tmp_path):
    content = f"0{',1' * 64}\n" * 3 + f"1{',0' * 64}\n"
    assert told(tmp_path, content) == (
        "my.csv: 4 images of 8 × 8 pixels, labels 0 and 1 in the first column (3 and 1)."
    )


def test_a_single_row_of_each_of_many_classes_is_told_shortly(tmp_path):
    content = "".join(f"c{n},{n}\n" for n in range(9)) * 2 + "".join(f"c{n},1\n" for n in range(9))
    content += "".join(f"d{n},1\n" for n in range(9))
    assert told(tmp_path, content) == (
        "my.csv: 36 rows of 1 input, x1; 18 labels, c0, c1, c2 and 15 more, in the first column "
        "(1 to 3 of each)."
    )


SPECIES = (
    "Adelie Penguin (Pygoscelis adeliae)",
    "Gentoo penguin (Pygoscelis papua)",
    "Chinstrap penguin (Pygoscelis antarctica)",
)


def test_long_labels_are_cut_apart_and_their_line_is_whole(tmp_path):
    heads = [f"a long heading of the column number {n}" for n in range(9)]
    content = ",".join(["kind", *heads]) + "\n"
    content += "".join(f"{SPECIES[n % 3]}{f',{n * n % 7}' * 9}\n" for n in range(13))
    line = told(tmp_path, content, ReadOptions(label="kind"))
    assert one_line(line, LONGEST_LINE) == line
    assert "Adelie Penguin…scelis adeliae), Gentoo penguin…goscelis papua) and Chinstrap" in line
    assert 'in the column "kind" (5, 4 and 4).' in line


@pytest.mark.parametrize("place", ["begins", "ends", "middle"])
def test_labels_that_differ_in_one_place_stay_apart(tmp_path, place):
    whole = {
        "begins": "{}" + "-" * 33,
        "ends": "-" * 33 + "{}",
        "middle": "-" * 17 + "{}" + "-" * 17,
    }
    kinds = [whole[place].format(n) for n in range(4)]
    content = "kind,a\n" + "".join(f"{kinds[n % 4]},{n}\n" for n in range(8))
    line = told(tmp_path, content, ReadOptions(label="kind"))
    named = line.partition("labels ")[2].partition(" in the")[0].replace(" and ", ", ").split(", ")
    assert len({*named}) == 4


KINDS = "labels x and y in {} (1 of each)."
NAMED = "2 rows of 2 inputs, a and b; " + KINDS.format('the column "k"')
PLACED = "2 rows of 2 inputs, x1 and x2; " + KINDS


@pytest.mark.parametrize(
    ("content", "reading", "line"),
    [
        ("k,a,b\nx,1,2\ny,3,4\n", TABLE, NAMED),
        ("a,b,k\n1,2,x\n3,4,y\n", ReadOptions(table=True, label="k"), NAMED),
        ("a,b,k\n1,2,x\n3,4,y\n", ReadOptions(table=True, label="last"), NAMED),
        ("a,b,k\n1,2,x\n3,4,y\n", ReadOptions(table=True, label="3"), NAMED),
        ("1,2,x\n3,4,y\n", ReadOptions(table=True, label="last"), PLACED.format("the last column")),
        ("1,x,2\n3,y,4\n", ReadOptions(table=True, label="2"), PLACED.format("column 2")),
        (
            "x,1,2\ny,3,4\n",
            ReadOptions(table=True, label="first"),
            PLACED.format("the first column"),
        ),
        (
            "a,b,p\n1,2,0.5\n3,4,-2e9\n",
            ReadOptions(targets=("p",)),
            "2 rows of 2 inputs, a and b; to predict: p (-2 × 10⁹ to 0.5).",
        ),
        (
            "1,2,0.5\n3,4,1\n",
            ReadOptions(targets=("last",)),
            "2 rows of 2 inputs, x1 and x2; to predict: x3 (0.5 to 1).",
        ),
        (
            "1,2,0.5\n3,4,1\n",
            ReadOptions(targets=("3", "1")),
            "2 rows of 1 input, x2; to predict: x3 (0.5 to 1) and x1 (1 to 3).",
        ),
    ],
)
def test_a_table_is_told_with_its_inputs_and_what_is_learned(tmp_path, content, reading, line):
    assert told(tmp_path, content, reading) == f"my.csv: {line}"


def test_a_heading_comes_before_a_place_of_the_same_name(tmp_path):
    content = "last,a,k\nx,1,2\ny,3,4\n"
    data = load(csv(tmp_path, content), ReadOptions(table=True, label="last"))
    assert data.labels == ("x", "y")


def test_arrays_are_told_with_the_name_of_their_labels(tmp_path):
    path = npz(tmp_path, x=np.ones((3, 2, 2)), y=[1, 0, 1])
    assert load(path, ReadOptions()).told == (
        "my.npz: 3 images of 2 × 2 pixels, labels 0 and 1 in y (1 and 2).",
    )
    path = npz(tmp_path, x=np.ones((3, 2)), t=[0.5, 1, 2])
    assert load(path, ReadOptions()).told == (
        "my.npz: 3 rows of 2 inputs, x1 and x2; to predict: t1 (0.5 to 2).",
    )


GENERATOR = np.random.default_rng(1)
CLASSES = np.arange(30) % 3
PIXELS = GENERATOR.integers(0, 17, (64, 30))
BINARY = GENERATOR.integers(0, 2, (64, 30))


@pytest.mark.parametrize(
    "columns",
    [
        (*GENERATOR.uniform(4, 8, (4, 30)).round(1), CLASSES),
        (np.arange(30), *PIXELS),
        (np.arange(1, 31) * 1000, *PIXELS),
        (*PIXELS, CLASSES),
        (*BINARY, CLASSES),
        (*GENERATOR.integers(0, 256, (4, 30)), CLASSES + 1),
        ([f"name {n}" for n in range(30)], *PIXELS),
    ],
    ids=["measured", "row numbers", "large row numbers", "greys", "0 and 1", "0 to 255", "names"],
)
def test_a_first_column_that_can_hardly_be_the_label_is_told(tmp_path, columns):
    content = rows(*columns)
    line = told(tmp_path, content)
    assert DOUBT in line
    assert "--label last" in line
    assert DOUBT not in told(tmp_path, content, ReadOptions(label="1"))


@pytest.mark.parametrize(
    "columns",
    [
        (CLASSES, *PIXELS),
        (CLASSES, *BINARY),
        (CLASSES % 2, *BINARY),
        ([3, 7] * 15, *BINARY),
        (CLASSES, *GENERATOR.normal(size=(4, 30))),
        (CLASSES, *GENERATOR.normal(size=(3, 30)), np.zeros(30)),
        (["cat", "dog"] * 15, *PIXELS),
        ([0] * 29 + [1], *PIXELS),
        ([-1, 1] * 15, *GENERATOR.normal(scale=1e9, size=(4, 30))),
        ([0, 1, 2], [1, 2, 3]),
    ],
    ids=[
        "greys",
        "0 and 1",
        "two",
        "3 and 7",
        "real",
        "constant",
        "words",
        "unbalanced",
        "large",
        "tiny",
    ],
)
def test_a_first_column_that_is_the_label_is_not_doubted(tmp_path, columns):
    assert DOUBT not in told(tmp_path, rows(*columns), TABLE)


@pytest.mark.parametrize(
    ("content", "reading", "message"),
    [
        (
            "5.1,3.5,x\n6.3,3.3,y\n",
            TABLE,
            r"no label is named.* such as --label last",
        ),
        (
            "1,x,2,3,4\n1,y,2,3,4\n",
            ReadOptions(),
            r'all have the label "1".*in another column, add --label',
        ),
        (
            "0,0,1\n0,1,0\n",
            TABLE,
            r'the label "0"; .* are needed. If the labels are in another column, add --label l',
        ),
        (
            "".join(f"{n},1\n" for n in range(1001)),
            TABLE,
            r"target columns. If the labels are in another column, add",
        ),
        (
            "1,2,3\n4,5,6\n",
            ReadOptions(label="4"),
            r'no column "4"; give its place, last or 1 to 3',
        ),
        (
            "a,b\n1,2\n",
            ReadOptions(label="3"),
            r'the column "3" is not there; the headings are a and b',
        ),
        ("1,2,3\n4,5,6\n", ReadOptions(label="0"), r'there is no column "0"'),
        (
            "1,2\n4,5\n",
            ReadOptions(targets=("last", "2")),
            r"a column appears twice in the targets last",
        ),
    ],
)
def test_a_label_elsewhere_is_refused_with_the_option(tmp_path, content, reading, message):
    with pytest.raises(DataError, match=message) as refusal:
        load(csv(tmp_path, content), reading)
    assert len(str(refusal.value)) < 300


def test_the_row_numbers_that_pandas_writes_have_no_heading(tmp_path):
    content = ",a,k\n0,1.5,x\n1,2.5,y\n"
    data = load(csv(tmp_path, content), ReadOptions(table=False, picture=(1, 2), label="k"))
    assert data.labels == ("x", "y")
    assert data.x.tolist() == [[0, 1.5], [1, 2.5]]


def test_a_heading_that_looks_like_a_formula_is_a_heading_among_words(tmp_path):
    data = load(csv(tmp_path, "kind,=1+1,-b,c\nx,1,2,3\ny,4,5,6\n"), TABLE)
    assert data.features == ("=1+1", "-b", "c")
    assert data.x.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("=1+1,2,3", r'line 1, column x1: "=1\+1" is not a number'),
        ("=1+1,=2+2,=3+3", r'x1 has "=1\+1" in line 1; x2 has "=2\+2" in line 1; x3 has'),
    ],
)
def test_formulas_among_numbers_are_no_headings(tmp_path, first, told):
    with pytest.raises(DataError, match=told):
        load(csv(tmp_path, f"x,{first}\ny,4,5,6\n"), TABLE)


@pytest.mark.parametrize("scale", [1e-9, 1, 1e12])
def test_real_values_of_any_size_are_read_as_they_are(tmp_path, scale):
    x = GENERATOR.normal(scale=scale, size=(20, 3))
    content = rows(CLASSES[:20] % 2, *x.T.tolist())
    np.testing.assert_allclose(load(csv(tmp_path, content), TABLE).x, x, rtol=1e-14)


@pytest.mark.parametrize(
    ("heading", "numbers", "is_left_out"),
    [
        ("id", range(1, 21), True),
        ("n", range(10_000, 10_020), True),
        ("customer_id", np.random.default_rng(1).permutation(900)[:20], True),
        ("year", range(2000, 2020), False),
        ("a", np.random.default_rng(1).permutation(900)[:20], False),
        ("n", [*range(19), 25], False),
        ("Sample Number", [*range(1, 16), *range(1, 16)], True),
        ("n", [*range(1, 31), *range(1, 13), *range(1, 21)], True),
        ("n", [*range(1, 31), *range(2, 13), *range(1, 21)], False),
        ("seats", [1, 2, 3, 4, 5, 1, 2, 3, 1, 2, 3, 4], False),
        ("x", [*range(20)] * 3, False),
        ("day", [*range(1, 31), *range(1, 29)], False),
        ("age", [*range(1, 31), *range(1, 29)], False),
        ("cycle", [*range(1, 31), *range(1, 29)], False),
    ],
)
def test_a_column_that_numbers_the_rows_is_left_out(tmp_path, heading, numbers, is_left_out):
    rows = [f"{n},{n * n % 7},{row % 2}" for row, n in enumerate(numbers)]
    content = f"{heading},b,kind\n" + "\n".join(rows)
    data = load(csv(tmp_path, content), ReadOptions(label="kind"))
    note = f"my.csv: left out {heading}, which numbers the rows; --columns names those to keep."
    assert data.features == (("b",) if is_left_out else (heading, "b"))
    assert (note in data.told) == is_left_out
    asked = load(csv(tmp_path, content), ReadOptions(label="kind", columns=(heading, "b")))
    assert asked.features == (heading, "b")


def test_row_numbers_are_known_by_all_rows_though_some_are_left_out(tmp_path):
    rows = "".join(f"{n},{n * n % 7 or 'NA'},{n % 2}\n" for n in range(1, 21))
    data = load(csv(tmp_path, f",b,kind\n{rows}"), ReadOptions(label="kind", missing="drop"))
    assert data.features == ("b",)
    assert len(data.x) == 18


def test_row_numbers_stay_where_they_are_all_there_is(tmp_path):
    content = "id,kind\n" + "\n".join(f"{n},{n % 2}" for n in range(1, 21))
    assert load(csv(tmp_path, content), ReadOptions(label="kind")).features == ("id",)
