"""Tables as people have them are read: words, ids, dates, titles, totals, currencies, encodings."""

import numpy as np
import openpyxl
import pandas as pd
import pytest
from files import csv

from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load, load_inputs
from xlnn.data.words import typed_as
from xlnn.errors import DataError

KIND = ReadOptions(label="kind")
PRICE = ReadOptions(targets=("price",))


def people(count=12):
    """Return rows of a name, a height, a weight, a sex and what they like."""
    rows = [
        f"Person {n},{150 + 7 * n % 40},{50.5 + 3 * n % 30},{'MF'[n % 2]},{'abc'[n % 3]}"
        for n in range(count)
    ]
    return "name,height,weight,sex,kind\n" + "\n".join(rows) + "\n"


def test_four_inputs_with_headings_are_a_table_and_no_picture(tmp_path):
    content = "height,weight,age,income,sex\n180,80,30,50000,M\n160,55,40,60000,F\n"
    data = load(csv(tmp_path, content), ReadOptions(label="sex"))
    assert data.picture is None
    assert data.features == ("height", "weight", "age", "income")


@pytest.mark.parametrize("usual", [None, (4, 3), (2, 2)])
@pytest.mark.parametrize("rows", ["x,0.5,-1,3,2\ny,1,2,3,4\n", "x,5.1,3.5,1.4,0.2\ny,0,1,2.5,3\n"])
def test_numbers_that_no_pixel_has_are_a_table(tmp_path, rows, usual):
    assert load(csv(tmp_path, rows), ReadOptions(usual=usual)).picture is None


@pytest.mark.parametrize(
    ("content", "reading", "size"),
    [
        (f"x{',0,1' * 32}\ny{',1,0' * 32}\n", ReadOptions(), (8, 8)),
        (f"x{',0,255' * 32}\ny{',1,0' * 32}\n", ReadOptions(), (8, 8)),
        (f"{'0,1,' * 32}x\n{'1,0,' * 32}y\n", ReadOptions(label="last"), (8, 8)),
        (f"{'0,1,' * 31}x\n{'1,0,' * 31}y\n", ReadOptions(label="last"), None),
        (f"x{',0,1' * 32}\ny{',1,0.5' * 31},1,-1\n", ReadOptions(), None),
        ("x,0,1,1,0\ny,1,0,0,1\n", ReadOptions(usual=(4, 3)), (2, 2)),
        ("x,0,1,1,0\ny,1,0,0,1\n", ReadOptions(label="1"), None),
        ("l,p1,p2,p3,p4\nx,0,1,1,0\ny,1,0,0,1\n", ReadOptions(label="l"), None),
        ("l,q1_1,q1_2,q2_1,q2_2\nx,0,1,1,0\ny,1,0,0,1\n", ReadOptions(), None),
        ("l,q1,q2,q3,q4\nx,0,1,1,0\ny,1,0,0,1\n", ReadOptions(), None),
        ("l,2019,2020,2021,2022\nx,0,1,1,0\ny,1,0,0,1\n", ReadOptions(label="l"), None),
        ("l,1x1,1x2,2x1,2x2\nx,0,1,1,0\ny,1,0,0,1\n", ReadOptions(label="l"), (2, 2)),
        ("l,r1c1,r1c2,r2c1,r2c2\nx,0,1,1,0\ny,1,0,0,1\n", ReadOptions(label="l"), (2, 2)),
        (
            "id,l,p_0_0,p_0_1,p_1_0,p_1_1\na,x,0,1,1,0\nb,y,1,0,0,1\n",
            ReadOptions(label="l"),
            (2, 2),
        ),
        ("l,p11,p12,p21,p22\nx,0,1,1,0\ny,1,0,0,1\n", ReadOptions(label="l"), (2, 2)),
        ("l,pixel0,pixel1,pixel2,pixel3\nx,0,9,1,0\ny,1,0,0,1\n", ReadOptions(), (2, 2)),
        ("x,0,1\ny,1,0\n", ReadOptions(usual=(2, 1)), (2, 1)),
        ("a,b,c,d,l\n1,2,3,4,x\n5,6,7,8,y\n", ReadOptions(label="l", picture=(2, 2)), (2, 2)),
        ("a,b,c,d,l\n1,2,3,4,x\n5,6,7,8,y\n", ReadOptions(label="l"), None),
        ("l,p11,p12,p21,p22\nx,0,1,1,0\ny,1,0,0,1\n", ReadOptions(table=True), None),
    ],
)
def test_pixels_are_pictures_where_headings_values_or_a_person_say_so(
    tmp_path, content, reading, size
):
    assert load(csv(tmp_path, content), reading).picture == size


@pytest.mark.parametrize(
    ("content", "size"),
    [
        ("x,0,1,1\ny,1,0,0\n", "1x3"),
        ("x,0,1,1,0\ny,1,0,0,1\n", "2x2"),
        ("l,p1,p2,p3,p4\nx,0,1,1,0\ny,1,0,0,1\n", "2x2"),
        ("l,1,2,3,4,5,6\nx,0,1,1,0,0,1\ny,1,0,0,1,0,0\n", "2x3"),
    ],
)
def test_what_may_be_pixels_or_not_is_asked_once(tmp_path, content, size):
    path = csv(tmp_path, content)
    with pytest.raises(DataError) as refusal:
        load(path, ReadOptions())
    told = f"may be pixels or not: add --picture {size} (rows and columns), --table, or --label"
    assert told in str(refusal.value)
    rows, columns = map(int, size.split("x"))
    assert load(path, ReadOptions(picture=(rows, columns))).picture == (rows, columns)
    assert load(path, ReadOptions(table=True)).picture is None
    assert load(path, ReadOptions(label="1")).picture is None


@pytest.mark.parametrize("first", [0, 1])
def test_columns_that_number_the_rows_are_no_pixels(tmp_path, first):
    pixels = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
    rows = [
        f"{n + first},{'ab'[n % 2]}," + ",".join("09"[n >> k & 1] for k in range(64))
        for n in range(12)
    ]
    content = "\n".join([f"n,kind,{','.join(pixels)}", *rows])
    data = load(csv(tmp_path, content), KIND)
    assert data.picture == (8, 8)
    assert any("left out n, which numbers the rows" in told for told in data.told)


def test_words_become_columns_and_names_are_left_out(tmp_path):
    data = load(csv(tmp_path, people()), KIND)
    assert data.features == ("height", "weight", "sex = M")
    assert data.x[:2, 2].tolist() == [1, 0]
    assert data.labels == ("a", "b", "c")
    told = " ".join(data.told)
    assert "left out name (names or free text)" in told
    assert "words became numbers, 1 or 0: sex (inputs sex = M)" in told


@pytest.mark.parametrize(
    ("words", "features"),
    [
        (["yes", "no"], ("w = yes",)),
        (["No", "Yes"], ("w = Yes",)),
        (["true", "false"], ("w",)),
        (["M", "F"], ("w = M",)),
        (["ja", "nein"], ("w = ja",)),
        (["是", "否"], ("w = 是",)),
        (["red", "green", "blue"], ("w = blue", "w = green", "w = red")),
        ([f"c{n:02}" for n in range(12)], tuple(f"w = c{n:02}" for n in range(12))),
        ([f"c{n:02}" for n in range(13)], ()),
        (["2024-01-02", "2024-02-03", "2024-03-01"], ()),
        (["3 Jan 2024", "4 Feb 2024"], ()),
        (["2024-01-02T10:30:00Z", "2024-02-03T11:00:00Z"], ()),
        (["2024年1月2日", "2024年2月3日"], ()),
        (["31/12/2023", "01/01/2024"], ()),
        (["same"], ()),
    ],
)
def test_up_to_a_dozen_words_have_a_column_each(tmp_path, words, features):
    rows = [f"{n % 2},{n * n % 11},{words[n % len(words)]}" for n in range(3 * len(words) + 4)]
    data = load(csv(tmp_path, "kind,a,w\n" + "\n".join(rows)), KIND)
    assert data.features == ("a", *features)
    for row, values in enumerate(data.x[:, 1:]):
        word = words[row % len(words)]
        for feature, value in zip(features, values, strict=True):
            assert value == (feature == f"w = {word}" or (feature, word) == ("w", "true"))


@pytest.mark.parametrize(("rows_each", "kinds", "inputs"), [(5, 50, 50), (4, 50, 0), (9, 51, 0)])
def test_more_words_have_a_column_each_if_they_recur(tmp_path, rows_each, kinds, inputs):
    rows = [f"{n % 2},{n * n % 11},c{n % kinds:02}" for n in range(rows_each * kinds)]
    data = load(csv(tmp_path, "kind,a,w\n" + "\n".join(rows)), KIND)
    assert data.features[1:] == tuple(f"w = c{n:02}" for n in range(inputs))
    why = f"left out w ({kinds} categories in {len(rows)} rows)"
    assert (why in " ".join(data.told)) == (not inputs)


@pytest.mark.parametrize(("every", "columns", "is_read"), [
    (1, (), False), (5, (), True), (1, ("a", "w"), True),
])  # fmt: skip
def test_dates_that_recur_or_are_asked_for_are_numbers_of_days(tmp_path, every, columns, is_read):
    rows = [f"{n % 2},{n * n % 11},2024-01-{1 + n // every:02}" for n in range(20)]
    path = csv(tmp_path, "kind,a,w\n" + "\n".join(rows))
    data = load(path, ReadOptions(label="kind", columns=columns))
    assert ("w" in data.features) == is_read
    assert any("dates in w were read as numbers of days" in told for told in data.told) == is_read
    if is_read:
        assert data.x[0, 1] == 45292  # as a sheet shows 2024-01-01
        reading = ReadOptions(table=True, features=data.features)
        new = load_inputs(csv(tmp_path, "a,w\n1,2025-01-01\n2,2025-01-02\n"), reading, 2)
        assert new.x[:, 1].tolist() == [45658, 45659]


def test_a_day_that_does_not_exist_is_no_date(tmp_path):
    rows = [f"{n % 2},{n * n % 11},2024-02-{29 + n % 2}" for n in range(20)]
    data = load(csv(tmp_path, "kind,a,w\n" + "\n".join(rows)), KIND)
    assert data.features == ("a",)


def test_a_heading_such_as_na_for_sodium_is_a_heading(tmp_path):
    rows = "\n".join(f"{n * n},{n % 5},{'ab'[n % 2]}" for n in range(12))
    assert load(csv(tmp_path, f"RI,Na,type\n{rows}"), ReadOptions(label="type")).features == (
        "RI", "Na",
    )  # fmt: skip


def test_a_missing_word_is_missing(tmp_path):
    content = "kind,a,w\n0,1,red\n1,2,\n0,3,blue\n1,4,red\n0,5,none\n1,6,none\n0,7,blue\n"
    with pytest.raises(DataError, match=r"1 line, the first in line 3, column w:"):
        load(csv(tmp_path, content), KIND)
    data = load(csv(tmp_path, content), ReadOptions(label="kind", missing="drop"))
    assert data.features == ("a", "w = blue", "w = none", "w = red")
    assert len(data.x) == 6


def test_columns_are_chosen_and_dropped_by_name_or_number(tmp_path):
    path = csv(tmp_path, people())
    assert load(path, ReadOptions(label="kind", columns=("weight", "2"))).features == (
        "weight",
        "height",
    )
    dropped = load(path, ReadOptions(label="kind", drop=("height", "sex")))
    assert dropped.features == ("weight",)
    with pytest.raises(DataError, match="kind holds the label or a target and cannot be left out"):
        load(path, ReadOptions(label="kind", drop=("kind",)))
    with pytest.raises(DataError, match='"size" is not there; the headings are name, height'):
        load(path, ReadOptions(label="kind", columns=("size",)))
    with pytest.raises(DataError, match=r"name \(names or free text\) cannot become numbers"):
        load(path, ReadOptions(label="kind", columns=("height", "name")))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("$1,200.50", 1200.5), ("-$5.00", -5), ("€ 3.25", 3.25), ("3.25 €", 3.25), ("12%", 0.12),
        ("(5)", -5), ("($1,200.50)", -1200.5), ("12,34,567.5", 1234567.5),
        ("50-", -50), ("12.5 %", 0.125),
        ("USD 7", 7), ("7 EUR", 7), ("¥900", 900), ("-4%", -0.04),
    ],
)  # fmt: skip
def test_currencies_and_per_cent_are_read(tmp_path, written, number):
    data = load(csv(tmp_path, f'a,b,price\n"{written}",1,2\n3,4,5\n6,9,7.5\n'), PRICE)
    assert data.x[0].tolist() == [number, 1]
    assert any("per cent" in told for told in data.told) == ("%" in written)


@pytest.mark.parametrize("text", ["12k", "12 k", "350万", "5B", "2-", "5'10\"", "1:02.5", "12/20"])
def test_a_text_that_may_mean_something_else_among_numbers_is_refused(tmp_path, text):
    with pytest.raises(DataError, match=r"column a: .* is (not a number|written differently)"):
        load(csv(tmp_path, table("a,kind\n", "{n}.5,x\n", "{n},y\n") + f"{text},x\n"), KIND)


def test_headings_that_are_distances_are_headings(tmp_path):
    content = table("name,5k,10k,kind\n", "A{n},{n}.5,41,x\n", "B{n},{n},45.5,y\n")
    assert load(csv(tmp_path, content), KIND).features == ("5k", "10k")


def test_a_decimal_comma_beside_words_is_read(tmp_path):
    content = "Farbe;Preis;kind\nrot;1,5;a\nblau;2,25;b\nrot;1.003,5;a\nblau;4;b\n"
    data = load(csv(tmp_path, content), KIND)
    assert data.features == ("Farbe = rot", "Preis")
    assert data.x.tolist() == [[1, 1.5], [0, 2.25], [1, 1003.5], [0, 4]]


TITLED = "Sales report, 2024\n\nprinted on,3 May\nkind,a,b,c\nx,1,2,3.5\ny,4,5,-6\n"


def test_rows_above_the_headings_are_found_or_named(tmp_path):
    data = load(csv(tmp_path, TITLED), ReadOptions())
    assert data.features == ("a", "b", "c")
    assert data.x.tolist() == [[1, 2, 3.5], [4, 5, -6]]
    assert "my.csv: the table begins in line 4 (--header-row names another)." in data.told
    assert load(csv(tmp_path, TITLED), ReadOptions(header_row=4)).features == ("a", "b", "c")
    content = "these,are,units\nkind,a,b\nx,1,2.5\ny,3,-4\n"
    assert load(csv(tmp_path, content), ReadOptions(header_row=2)).features == ("a", "b")


def test_rows_above_the_headings_of_a_sheet_are_found(tmp_path):
    workbook = openpyxl.Workbook()
    for row in [["My measurements"], [], ["kind", "a", "b"], ["x", 1, 2], ["y", 3, -4.5]]:
        workbook.active.append(row)
    workbook.save(tmp_path / "my.xlsx")
    for reading in (ReadOptions(), ReadOptions(header_row=3)):
        data = load(tmp_path / "my.xlsx", reading)
        assert data.features == ("a", "b")
        assert data.x.tolist() == [[1, 2], [3, -4.5]]


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "合计", "合計"])
@pytest.mark.parametrize("label", ["kind", "shop"])
def test_a_row_of_totals_is_left_out_and_told(tmp_path, word, label):
    rows = "shop,kind,a\nA,x,1.5\nB,y,2\nA,x,3\nB,y,4\n"
    data = load(csv(tmp_path, f"{rows}{word},,10.5\n"), ReadOptions(label=label, missing="drop"))
    assert data.x[:, -1].tolist() == [1.5, 2, 3, 4]
    assert "my.csv: line 6 was left out, since it holds a total." in data.told


def test_totals_without_a_word_are_told(tmp_path):
    data = load(csv(tmp_path, "a,b,price\n1,2,3\n4,5,6\n5,7,9\n"), PRICE)
    assert "the last row is the sum of those above" in data.told[0]


def test_a_total_that_is_a_category_stays(tmp_path):
    content = "kind,what,a\nx,total,1\ny,part,2\nx,total,3\ny,total,4\n"
    assert len(load(csv(tmp_path, content), KIND).x) == 4


def test_text_that_is_not_utf_8_is_read_as_windows_wrote_it(tmp_path):
    content = "Größe;kind\n1;süß\n2;saftig\n".encode("cp1252")
    data = load(csv(tmp_path, content), KIND)
    assert data.labels == ("süß", "saftig")
    assert data.features == ("Größe",)
    assert any("was read as cp1252" in told and "--encoding" in told for told in data.told)


@pytest.mark.parametrize(
    ("encoding", "kind", "labels", "feature"),
    [
        ("gb18030", "及格", ("是", "否"), "身高"),
        ("cp932", "合否", ("はい", "いいえ"), "身長"),
        ("cp932", "合否", ("合格", "不合格"), "点数"),
        ("cp1252", "fährt", ("häufig", "nie"), "Größe"),
        ("cp1252", "art", ("Größe", "Maße"), "Größe"),
        ("cp1252", "pays", ("créée", "lié"), "âge"),
        ("gb18030", "性别", ("男", "女"), "b2"),
    ],
)
def test_the_encoding_of_a_text_is_found_by_its_letters(tmp_path, encoding, kind, labels, feature):
    first, second = labels
    content = f"{feature},b,{kind}\n1,2,{first}\n2,3,{second}\n3,1,{first}\n"
    data = load(csv(tmp_path, content.encode(encoding)), ReadOptions(label=kind))
    assert data.labels == labels
    assert data.features == (feature, "b")
    assert any(f"was read as {encoding}" in told for told in data.told)


def test_all_that_is_wrong_is_said_in_one_message(tmp_path):
    content = "kind,a,b,c\nx,1,two,1\ny,=1,2,\nx,3,4,5\ny,5,6,abc\n,7,8,9\nx,8,9,1\n"
    with pytest.raises(DataError) as refusal:
        load(csv(tmp_path, content), KIND)
    said = str(refusal.value)
    assert 'a has "=1" in line 3' in said
    assert 'b has "two" in line 2' in said
    assert 'c has "abc" in line 5' in said
    assert "values are missing in c (1)" in said
    assert "--drop" in said
    assert len(said) < 290


def test_a_first_column_of_numbers_beside_words_is_no_label(tmp_path):
    rows = "\n".join(f"{n / 8},{n % 5},{'xyz'[n % 3]}" for n in range(30))
    with pytest.raises(DataError, match=r'no label is named.* --label "species"'):
        load(csv(tmp_path, "length,width,species\n" + rows), ReadOptions())


def test_a_first_column_of_a_number_too_large_is_no_label(tmp_path):
    content = table("a,b,kind\n", "1e400,{n},x\n", "2,{n},y\n", "2,{n},z\n")
    with pytest.raises(DataError, match=r'no label is named.* --label "kind"'):
        load(csv(tmp_path, content), ReadOptions())


def test_words_without_headings_are_rows(tmp_path):
    content = "e,a,x,0.5\np,b,y,1.5\ne,b,x,-1\np,a,y,7\n" * 3
    data = load(csv(tmp_path, content), ReadOptions())
    assert len(data.x) == 12
    assert data.features == ("x1 = b", "x2 = y", "x3")
    words = "e,a,x\np,b,y\ne,b,x\np,a,y\n" * 3
    data = load(csv(tmp_path, words), ReadOptions())
    assert len(data.x) == 12
    assert data.features == ("x1 = b", "x2 = y")


def test_labels_that_are_numbers_to_predict_are_told(tmp_path):
    rows = "\n".join(f"{n / 8},{n}" for n in range(30))
    data = load(csv(tmp_path, "price,rooms\n" + rows), ReadOptions(label="price"))
    assert "Then use --target instead of --label" in data.told[0]


FRAME = {
    "colour": ["red", "blue"] * 4,
    "new": [True, False] * 4,
    "a": np.arange(8) * 1.5,
    "price": np.arange(8) ** 2,
}


@pytest.mark.parametrize("kind", ["str", "category", "object"])
def test_words_and_truths_of_frames_are_taken_as_those_of_a_file(kind):
    taken_as_a_file(pd.DataFrame(FRAME).astype({"colour": kind}))


@pytest.mark.ci
@pytest.mark.parametrize("kind", ["String", "Categorical"])
def test_words_and_truths_of_frames_of_polars_are_taken_as_those_of_a_file(kind):
    pl = pytest.importorskip("polars")
    taken_as_a_file(pl.DataFrame(FRAME).with_columns(pl.col("colour").cast(getattr(pl, kind))))


def taken_as_a_file(frame):
    data = load(frame, PRICE)
    assert data.features == ("colour = red", "new", "a")
    assert data.x[:2].tolist() == [[1, 1, 0], [0, 0, 1.5]]
    truths = load(frame, ReadOptions(label="new"))
    assert truths.labels == ("False", "True")


def test_new_rows_have_the_columns_of_the_words_that_are_known(tmp_path):
    reading = ReadOptions(table=True, bare=True, features=("a", "w = blue", "w = red"))
    data = load(csv(tmp_path, "w,other,a\nred,9,1\ngreen,9,2\nblue,9,3\n"), reading)
    assert data.x.tolist() == [[1, 0, 1], [2, 0, 0], [3, 1, 0]]


def table(*rows, count=12):
    """Return lines of which the last ones are repeated, with n in them, until there are so many."""
    heads, lines = rows[0], rows[1:]
    return heads + "".join(lines[n % len(lines)].format(n=n) for n in range(count))


EUROPEAN = table(
    "Datum;Umsatz;Rabatt;bezahlt\n",
    "{n:02}.01.2024;1.2{n:02},50 €;7,5 %;ja\n", "1{n}.12.2023;90{n:02},25 €;10 %;nein\n",
)  # fmt: skip
DOLLARS = table("size,price,kind\n", '{n},"$1,2{n:02}",a\n', '{n}.5,"$2,4{n:02}",b\n')
HEADS = "size,size,\nlong,wide,kind\n"
SAME = table("one,other,kind\n", "3,{n}.5,a\n", "3,{n},b\n")
ALL_SAME = table("one,other,kind\n", "3,7,a\n", "3,7,b\n")


@pytest.mark.parametrize(
    ("content", "label", "features", "told"),
    [
        (EUROPEAN, "bezahlt", ("Umsatz", "Rabatt"), "left out Datum (dates)"),
        (DOLLARS, "kind", ("size", "price"), "read with a decimal point, and marks between"),
        (table(HEADS, "{n},1,a\n", "2,{n},b\n"), "kind", ("long", "wide"), "begins in line 2"),
        (SAME, "kind", ("other",), "left out one, the same in all rows"),
        (ALL_SAME, "kind", ("one", "other"), "each the same in all rows, so there is nothing"),
    ],
    ids=["European dates and numbers", "thousands", "two rows of headings", "same", "all the same"],
)
def test_a_table_of_an_office_is_read_and_told(tmp_path, content, label, features, told):
    data = load(csv(tmp_path, content), ReadOptions(label=label))
    assert data.features == features
    assert len(data.x) == 12
    assert any(told in each for each in data.told), data.told


def test_a_label_that_only_values_have_names_no_row_of_headings(tmp_path):
    content = table("size,shape,kind\n", "{n},round,a\n", "{n},flat,b\n")
    with pytest.raises(DataError, match='"round" is not there; the headings are size'):
        load(csv(tmp_path, content), ReadOptions(label="round"))


def test_a_missing_word_is_counted_once_and_named_by_its_column(tmp_path):
    content = table("colour,size,kind\n", "red,{n},a\n", "blue,{n},b\n", "green,{n},a\n", ",1,b\n")
    told = "my.csv: 3 values missing in 3 lines, the first in line 5, column colour:"
    with pytest.raises(DataError, match=told):
        load(csv(tmp_path, content), KIND)


@pytest.mark.parametrize(
    ("headings", "features"),
    [
        ("Order,1stFlrSF,2nd floor,kind", ("1stFlrSF", "2nd floor")),
        ("Order,2019,2020,kind", ("2019", "2020")),
        ("Order,0,1,kind", ("0", "1")),
        (f"Order,1,{'9' * 5000},kind", ("1", f"{'9' * 19}…{'9' * 20}")),
        ('Order,"price\n(USD)",two  blanks,kind', ("price (USD)", "two blanks")),
        ("Order,score,score,kind", ("score", "score 3")),
        (
            f"Order,{'a' * 30} here?,{'a' * 40} there?,kind",
            ("a" * 30 + " here?", f"{'a' * 19}…{'a' * 13} there?"),
        ),
    ],
    ids=["begin with numbers", "years", "numbers", "many digits", "of two lines", "twice", "long"],
)
def test_headings_are_taken_as_people_write_them(tmp_path, headings, features):
    rows = "".join(f"{n},{n * n},{n % 3}.5,{'ab'[n % 2]}\n" for n in range(12))
    data = load(csv(tmp_path, f"{headings}\n{rows}"), KIND)
    assert data.features == features
    last = load(csv(tmp_path, f"{headings}\n{rows}"), ReadOptions(label="kind", drop=features[1:]))
    assert last.features == features[:1]


def test_values_that_go_up_are_no_headings_unless_a_column_is_named(tmp_path):
    rows = "a,1,2,5\nb,3,1,4\na,4,2,3\n"
    assert len(load(csv(tmp_path, rows), ReadOptions(table=True)).x) == 3
    with pytest.raises(DataError, match="there is no column"):
        load(csv(tmp_path, rows), ReadOptions(label="kind"))


def test_a_year_that_is_named_and_no_place_is_a_heading(tmp_path):
    content = table("region,2022,2023,2024\n", "N{n},{n}.5,{n},7\n", "S{n},{n},3,{n}\n")
    data = load(csv(tmp_path, content), ReadOptions(targets=("2024",)))
    assert (data.features, len(data.x)) == (("2022", "2023"), 12)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Kind", 'the column "Kind" is not there: did you mean "kind"? The headings are score, s'),
        ("colour", "is not there; the headings are score, score 2 and kind"),
        ("score", 'the column "score" appears more than once; give its number, 1 or 2; the head'),
    ],
)
def test_a_column_that_is_not_found_is_answered_with_the_nearest(tmp_path, asked, told):
    with pytest.raises(DataError) as refusal:
        load(csv(tmp_path, "score,score,kind\n1,2,a\n3,1,b\n"), ReadOptions(label=asked))
    assert told in str(refusal.value)


def test_words_of_columns_with_one_heading_are_typed_apart():
    columns = [("colour", "red", "blue"), ("colour", "red", "blue")]
    features = ["colour = red", "colour = blue"] * 2
    assert typed_as(features, columns) == ((0, "red"), (0, "blue"), (1, "red"), (1, "blue"))


LONG_LINES = table("a,b,kind\n", "{n}0,{n}.5,x,,\n", "{n}0,7,y,\n")
FOOTED = table("a,b,kind\n", "{n}0,{n}.5,x\n", "{n}0,7,y\n") + "\nSource: our own\n"
PARTED = table("a,b,kind\n", "{n}0,{n}.5,x\n", "North,,\n", "{n}0,7,y\n", count=18)
HOLLOW = table("a,,b,kind,\n", "{n}0,,{n}.5,x,\n", "{n}0,,7,y,\n")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (LONG_LINES, "my.csv: 12 rows of 2 inputs, a and b; labels x and y"),
        (FOOTED, "my.csv: left out 1 line with a single value, the first in line 15."),
        (PARTED, "my.csv: left out 6 lines with a single value, the first in line 3."),
        (HOLLOW, "my.csv: left out column 2, without any value."),
    ],
    ids=["separators at the end", "a note below", "titles between", "blank columns"],
)
def test_what_is_around_a_table_is_left_out_and_told(tmp_path, content, told):
    data = load(csv(tmp_path, content), KIND)
    assert data.features == ("a", "b")
    assert len(data.x) == 12
    assert any(each.startswith(told) for each in data.told), data.told


def test_a_note_below_a_table_of_words_is_left_out(tmp_path):
    data = load(csv(tmp_path, people() + "Source: our own\n"), KIND)
    assert len(data.x) == 12
    assert any("left out 1 line with a single value" in told for told in data.told)


def test_missing_values_are_counted_by_column(tmp_path):
    content = table("a,b,c,kind\n", "{n},NA,1,x\n", ",{n},#DIV/0!,y\n", "3,,{n},x\n")
    with pytest.raises(DataError) as refusal:
        load(csv(tmp_path, content), KIND)
    told = " There are 8 in b, 4 in a and 4 in c; --drop leaves a column out."
    assert str(refusal.value).endswith(told)


def test_a_column_of_one_way_to_be_missing_is_left_out(tmp_path):
    data = load(csv(tmp_path, table("a,b,kind\n", "{n},none,x\n", "{n},none,y\n")), KIND)
    assert "my.csv: left out b, without any value." in data.told


def test_months_are_kept_if_there_is_nothing_else(tmp_path):
    data = load(csv(tmp_path, table("month,kind\n", "01.2024,x\n", "02.2024,y\n")), KIND)
    assert data.features == ("month",)


def test_a_label_that_is_missing_is_no_class(tmp_path):
    content = table("a,kind\n", "{n},x\n", "{n},NA\n", "{n},y\n", "{n},\n")
    with pytest.raises(DataError, match="line 3: the label is NA; write"):
        load(csv(tmp_path, content), KIND)
    assert load(csv(tmp_path, content), ReadOptions(label="kind", missing="drop")).labels == (
        "x",
        "y",
    )
    signs = table("a,kind\n", "{n},+\n", "{n},-\n")
    assert load(csv(tmp_path, signs), KIND).labels == ("+", "-")


def test_words_that_differ_in_capitals_are_one_word_but_labels_are_not(tmp_path):
    content = table("a,smoker,kind\n", "{n},Yes,x\n", "2,yes,X\n", "{n},NO,x\n", "1,no,y\n")
    data = load(csv(tmp_path, content), KIND)
    assert data.features == ("a", "smoker = Yes")
    assert data.x[:4, 1].tolist() == [1, 1, 0, 0]
    assert data.words == (("smoker", "Yes", "NO"),)
    assert data.labels == ("x", "X", "y")
    told = "my.csv: labels that differ only in capitals are different classes; "
    assert f"{told}if they mean the same, write them alike." in data.told


def test_inputs_without_headings_have_one_name_in_all_notes(tmp_path):
    content = table("0,0.5,low,a\n", "{n},1.5,low,a\n", "{n},2,high,b\n")
    data = load(csv(tmp_path, content), ReadOptions(label="last"))
    assert data.features == ("x1", "x2", "x3 = low")
    assert any("words became numbers, 1 or 0: x3 (inputs x3 = low)" in told for told in data.told)


def test_a_first_column_with_another_number_in_each_row_is_no_label(tmp_path):
    content = "hours,slept,passed\n1,5,no\n2,8,no\n3,6,yes\n4,7,yes\n5,5,yes\n"
    with pytest.raises(DataError, match=r'no label is named.* --label "passed"'):
        load(csv(tmp_path, content), ReadOptions())


def test_a_column_of_names_makes_a_table_of_numbers_that_pixels_could_have(tmp_path):
    content = table("country,2019,2020,2021,kind\n", "C{n},0.1,1,0.{n},a\n", "D{n},0,0.5,1,b\n")
    assert load(csv(tmp_path, content), KIND).features == ("2019", "2020", "2021")


def test_a_row_that_is_named_holds_the_headings(tmp_path):
    content = "Sales, 2024\n1,2,kind\n" + table("", "{n}.5,3,a\n", "{n},4,b\n")
    data = load(csv(tmp_path, content), ReadOptions(label="kind", header_row=2))
    assert data.features == ("1", "2")
    with pytest.raises(DataError, match="holds no data from line 99 on"):
        load(csv(tmp_path, content), ReadOptions(label="kind", header_row=99))


def test_a_dropped_label_is_named_alone(tmp_path):
    with pytest.raises(DataError, match=r"my.csv: kind holds the label .* cannot be left out"):
        load(csv(tmp_path, people()), ReadOptions(label="kind", drop=("name", "kind")))


def test_a_target_of_words_is_answered_with_the_option_for_labels(tmp_path):
    content = table("a,price\n", "{n},low\n", "{n},\n", "{n},high\n")
    with pytest.raises(DataError, match="use --label instead of --target"):
        load(csv(tmp_path, content), PRICE)


def test_several_rows_of_totals_are_left_out(tmp_path):
    content = people() + "Total,2000,900,,\nAverage,166,75,,\n"
    data = load(csv(tmp_path, content), KIND)
    assert len(data.x) == 12
    assert "my.csv: lines 14 and 15 were left out, since they hold totals." in data.told


def test_a_word_among_numbers_is_answered_with_what_to_do(tmp_path):
    content = table("a,b,kind\n", "1 - low,{n},x\n", "{n},2,y\n", "3,{n},x\n")
    with pytest.raises(DataError) as refusal:
        load(csv(tmp_path, content), KIND)
    assert str(refusal.value).startswith('my.csv, line 2, column a: "1 - low" is not a number.')
    assert ' Correct it, or add --drop "a"' in str(refusal.value)


def test_a_tick_beside_empty_cells_means_yes(tmp_path):
    content = table("milk,What else? Tea,notes,kind\n", "x,,late,a\n", ",Tea,,b\n", "X,Tea,,a\n")
    data = load(csv(tmp_path, content), KIND)
    assert data.features == ("milk = x", "What else? Tea = Tea")
    assert data.x[:3].tolist() == [[1, 0], [0, 1], [1, 1]]
    assert "my.csv: empty cells mean no in milk and What else? Tea." in data.told
    assert any('left out notes ("late" or nothing: write no)' in each for each in data.told)
    new = ReadOptions(table=True, bare=True, features=data.features)
    rows = load(csv(tmp_path, "milk,What else? Tea\nx,\n,Tea\n"), new)
    assert rows.x.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("word", ["yes", "ja", "はい", "是"])
def test_a_yes_beside_empty_cells_is_a_tick(tmp_path, word):
    data = load(csv(tmp_path, table("a,b,kind\n", f"{{n}}.5,{word},x\n", "{n},,y\n")), KIND)
    assert data.features == ("a", f"b = {word}")


@pytest.mark.parametrize("word", ["absent", "缺考", "欠席", "fehlt"])
def test_a_test_that_was_missed_is_missing_among_numbers_only(tmp_path, word):
    content = table("a,b,kind\n", "{n}.5,here,x\n", f"{word},{word},y\n", f"{{n}},{word},y\n")
    with pytest.raises(DataError, match="4 values missing in 4 lines, the first in line 3, col"):
        load(csv(tmp_path, content), KIND)
    data = load(csv(tmp_path, content), ReadOptions(label="kind", missing="drop"))
    assert data.features == ("a", "b = here" if word < "here" else f"b = {word}")


def test_a_tick_beside_a_cross_is_1(tmp_path):
    data = load(csv(tmp_path, table("a,done,kind\n", "{n}.5,✗,x\n", "{n},✓,y\n")), KIND)
    assert data.features == ("a", "done = ✓")


def test_a_number_beside_empty_cells_is_no_tick(tmp_path):
    content = table("a,grade 5,kind\n", "{n},5,x\n", "3,,y\n", "{n},,x\n")
    with pytest.raises(DataError, match="8 values missing in 8 lines, the first in line 3"):
        load(csv(tmp_path, content), KIND)


def test_times_are_left_out_as_times(tmp_path):
    content = table(
        "start,end,a,kind\n", "8:{n:02},9:30 pm,{n}.5,x\n", "12:00:{n:02},1:15 AM,3,y\n"
    )
    data = load(csv(tmp_path, content), KIND)
    assert data.features == ("a",)
    assert any("left out start (times) and end (times)" in told for told in data.told)


@pytest.mark.parametrize("word", ["k.A.", "n/d", "Keine Angabe"])
def test_no_answer_is_missing_in_other_languages(tmp_path, word):
    content = table("a,kind\n", "{n},x\n", f"{word},y\n")
    with pytest.raises(DataError, match="6 values missing in 6 lines, the first in line 3"):
        load(csv(tmp_path, content), KIND)


@pytest.mark.parametrize("sign", ["R$", "HK$", "US$"])
def test_any_dollar_is_a_currency(tmp_path, sign):
    data = load(csv(tmp_path, f"a;b;price\n{sign} 1.500,50;1;2\n{sign} 7,5;3;4\n"), PRICE)
    assert data.x[:, 0].tolist() == [1500.5, 7.5]


UNITS = table("time,force,kind\n[s],[N],[-]\n", "{n}.5,1,x\n", "{n},2,y\n")
CHOICES = table(
    "No,What do you drink?,,,kind\n,Tea,Coffee,Water,Response\n",
    "{n}7,Tea,,Water,x\n", "{n}2,,Coffee,,y\n", "{n}5,Tea,Coffee,,y\n",
)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "features", "told"),
    [
        (
            CHOICES,
            tuple(f"What do you drink? {kind} = {kind}" for kind in ("Tea", "Coffee", "Water")),
            "line 1 and the next one were joined",
        ),
        (UNITS, ("time [s]", "force [N]"), "line 1 and the next one were joined as headings"),
    ],
    ids=["choices", "units"],
)
def test_a_column_is_named_by_the_upper_of_its_headings(tmp_path, content, features, told):
    data = load(csv(tmp_path, content), KIND)
    assert data.features == features
    assert len(data.x) == 12
    assert any(told in each for each in data.told)


def test_a_table_on_its_side_is_answered_with_its_headings(tmp_path):
    content = "feature,p1,p2,p3\nheight,180,170,165\nkind,a,b,a\n"
    with pytest.raises(DataError, match='"kind" is not there; the headings are feature, p1'):
        load(csv(tmp_path, content), KIND)


PASSENGERS = "".join(
    f"{n},{n % 2},{n % 3},Mr. N{n},{'mf'[n % 2]},{n * 7 % 31}\n" for n in range(40)
)


def test_without_a_label_the_columns_with_few_values_are_named(tmp_path):
    path = csv(tmp_path, "PassengerId,Survived,Pclass,Name,Sex,Age\n" + PASSENGERS)
    with pytest.raises(DataError) as refusal:
        load(path, ReadOptions())
    said = str(refusal.value)
    assert "no label is named" in said
    assert '("Survived", "Pclass" or "Sex"), such as --label "Survived"' in said
    assert "PassengerId" not in said


REMARKS = ("Not enough blood for isotopes.", "Adult not sampled.", "Nest never seen, with clutch.")
ANSWERS = ("I fully agree", "I partly agree", "I do not agree")


def remarked(texts):
    """Return a table with a column of texts."""
    rows = [f'{n * n % 17},"{text}",{n % 2}' for n, text in enumerate(texts)]
    return "a,said,kind\n" + "\n".join(rows)


@pytest.mark.parametrize(
    ("texts", "is_left_out"),
    [
        ([*REMARKS * 3, *[""] * 30], True),
        ([f"It was seen {n} times" for n in range(9)] + ["It was seen no more"] * 6, True),
        (ANSWERS * 10, False),
        ([*ANSWERS * 6, *[""] * 12], False),
        ([*("gravel", "paved") * 4, *[""] * 30], False),
        ([*("New York", "Los Angeles", "Boston") * 3, *[""] * 30], False),
    ],
    ids=["remarks", "differing", "answers", "answers and none", "words", "names"],
)
def test_sentences_that_mostly_lack_or_differ_are_free_text(tmp_path, texts, is_left_out):
    path = csv(tmp_path, remarked(texts))
    data = load(path, ReadOptions(label="kind", missing="mean"))
    assert (data.features == ("a",)) == is_left_out
    note = "my.csv: left out said (names or free text); --columns names those to keep."
    assert (note in data.told) == is_left_out
    asked = load(path, ReadOptions(label="kind", missing="mean", columns=("a", "said")))
    assert len(asked.features) > 1
