"""Files of many kinds, as people have them, are read as they are meant, or refused once."""

import openpyxl
import pytest
from files import csv

from xlnn.building.choose_network import choose_network
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load
from xlnn.data.totals import totals
from xlnn.errors import DataError
from xlnn.experiments.network.kind import KIND
from xlnn.options import Options

ROWS = 30


def lines(heads, row, count=ROWS):
    return heads + "\n" + "".join(row(n) + "\n" for n in range(count))


def kind(n):
    return "ab"[n % 2]


BANK = "Statement;;;\nPeriod;01.01.2024 - 31.03.2024;;\n\n" + lines(
    "Datum;Text;Betrag;Art", lambda n: f"{n % 28 + 1:02}.01.2024;Nr. {n};-1.2{n:02},50;{kind(n)}"
)
SCHOOL_ZH = lines(
    "学号,姓名,性别,数学,等级",
    lambda n: (
        f"2024{n:04},张{chr(0x4E00 + n)},{'男女'[n % 2]},{60 + 7 * n % 40}分,{'优良'[n // 15]}"
    ),
)
SCHOOL_JA = lines(
    "番号,氏名,国語,合否", lambda n: f"{n},山{chr(0x3042 + n)},{40 + 7 * n % 60}点,{'合否'[n % 2]}"
)
SENSOR = lines(
    "time,humidity,pressure,kind",
    lambda n: f"2024-03-01 {n % 24:02}:00,{n}.5%,{1000 + n}.5 hPa,{kind(n)}",
)
LIKERT = lines(
    "Fun,Age,kind",
    lambda n: f"{['Agree', 'Neutral', 'Disagree'][n % 3]},{['18-24', '25+'][n % 2]},{kind(n)}",
)
SPORTS = lines("Pos,Team,P,GD,kind", lambda n: f"{n + 1},Team {n},38,{30 - 3 * n:+d},{kind(n)}")
HOUSES = lines(
    "Address,Size,Rooms,Garage,Listed,kind",
    lambda n: (
        f'"{n} Main St, X",{40 + n * n} m²,{n % 3 + 1} room{"s" * (n % 3 > 0)},'
        f"{['yes', 'no'][n % 2]},March {n % 28 + 1} 2024,{kind(n)}"
    ),
)
SWISS = lines("a;kind", lambda n: f"{n + 1}'2{n:02}.50;{kind(n)}")
FRENCH = lines("a;kind", lambda n: f"{n + 1}\u202f2{n:02},50 €;{kind(n)}")
INDIAN = lines("a,kind", lambda n: f'"{n + 1},12,2{n:02}",{kind(n)}')
TRUTHS = lines(
    "ru,fr,ja,kind",
    lambda n: (
        f"{['да', 'нет'][n % 2]},{['oui', 'non'][n % 3 % 2]},"
        f"{['はい', 'いいえ'][n // 2 % 2]},{kind(n)}"
    ),
)
EQUAL = lines("a,b,c,kind", lambda n: f"7,{n * n},same,{kind(n)}")
COUNTRIES = lines("country,a,kind", lambda n: f"C{n:02},{n * n},{kind(n)}")
BREAKS = lines('"size\n(cm)",note,kind', lambda n: f'{n * n},"one\ntwo {n}",{kind(n)}')
IDS = lines("uid,phone,zip,a,kind", lambda n: f"{n * 9 ^ 0xFFF1:08x},+49 170 {n + 1234567},"
            f"{n * 37:05},{n * n},{kind(n)}")  # fmt: skip
TICKED = lines("paid,a,kind", lambda n: f"{'x' * (n % 3 == 0)},{n * n},{kind(n)}")
SHARES = lines("growth,kind", lambda n: f"{50 + 9 * n} %,{kind(n)}")
WIDE = lines("身長,kind", lambda n: f"１{n % 9}０.５,{kind(n)}")
MINUS = lines("a,kind", lambda n: f"−{n}.5,{kind(n)}")
MIXED = lines(
    "way,pay,a,kind",
    lambda n: f"{['2 km', '300 m'][n % 2]},{'$€'[n % 2]}{n},{n * n},a" + "b" * (n % 2),
)
MONTHS = lines("Monat;a;kind", lambda n: f"{n % 12 + 1:02}.2024;1.{n + 100},50 €;{kind(n)}")
HOLES = lines(
    "a,b,kind", lambda n: f"{[n, 'missing', '—'][n % 3]},{[n, 'unknown', '.'][n % 3]},{kind(n)}"
)
UNITS_BELOW = "temp,speed,kind\n(°C),(m/s),\n" + lines(
    "-1.5,2,a", lambda n: f"{n}.5,{n * n},{kind(n)}"
)
GROUPS = "Region,Sales,,Kind\n,Q1,Q2,\n" + lines(
    "N,1,2,a", lambda n: f"{'NS'[n % 2]},{n},{n * n},{kind(n)}"
)
BITS = lines("p1,p2,p3,p4,kind", lambda n: f"{n % 2},{n // 2 % 2},{n // 4 % 2},1,{kind(n)}")
XOR = "x1,x2,kind\n0,0,a\n0,1,b\n1,0,b\n1,1,a\n"


@pytest.mark.parametrize(
    ("content", "label", "features", "first", "told"),
    [
        (BANK, "Art", ("Betrag",), [-1200.5], "left out Datum (dates) and Text"),
        (SCHOOL_ZH, "等级", ("性别 = 男", "数学"), [1, 60], "without their units: 数学 (分)"),
        (SCHOOL_JA, "合否", ("国語",), [40], "left out 番号, which numbers the rows"),
        (SENSOR, "", ("humidity", "pressure"), [0.005, 1000.5], "units: pressure (hPa)"),
        (LIKERT, "", ("Fun = Agree", "Fun = Disagree", "Fun = Neutral", "Age = 25+"), [1, 0, 0, 0], "words"),  # noqa: E501
        (SPORTS, "", ("GD",), [30], "left out P, the same in all rows"),
        (HOUSES, "", ("Size", "Rooms", "Garage = yes"), [40, 1, 1], "Size (m²) and Rooms (room)"),
        (SWISS, "", ("a",), [1200.5], "marks between thousands"),
        (FRENCH, "", ("a",), [1200.5], "with a decimal comma"),
        (INDIAN, "", ("a",), [112200], "marks between thousands"),
        (TRUTHS, "", ("ru = да", "fr = oui", "ja = はい"), [1, 1, 1], "words became numbers"),
        (EQUAL, "", ("b",), [0], "left out c (the same word in all rows)"),
        (COUNTRIES, "", ("a",), [0], "left out country (names or free text)"),
        (BREAKS, "", ("size (cm)",), [0], "left out note (names or free text)"),
        (IDS, "", ("a",), [0], "phone (codes or phone numbers) and zip (codes or phone numbers)"),
        (TICKED, "", ("paid = x", "a"), [1, 0], "empty cells mean no in paid"),
        (SHARES, "", ("growth",), [0.5], "per cent in growth was read as a part"),
        (WIDE, "", ("身長",), [100.5], ""),
        (MINUS, "", ("a",), [-0.5], ""),
        (MIXED, "", ("way = 300 m", "a"), [0, 0], "units differ: way (numbers in km and m)"),
        (MIXED, "", ("way = 300 m", "a"), [0, 0], "left out pay (numbers in $ and €)"),
        (MONTHS, "", ("a",), [1100.5], "left out Monat (dates)"),
        (UNITS_BELOW, "", ("temp (°C)", "speed (m/s)"), [-1.5, 2], "line 1 and the next one were"),
        (GROUPS, "Kind", ("Region = S", "Sales Q1", "Sales Q2"), [0, 1, 2], "joined as headings"),
        (BITS, "", ("p1", "p2", "p3"), [0, 0, 0], "left out p4, the same in all rows"),
        (XOR, "", ("x1", "x2"), [0, 0], "labels a and b"),
        ("\ufeff" + EQUAL, "", ("b",), [0], "left out a, the same in all rows"),
        ("sep=,\n" + EQUAL, "", ("b",), [0], "the table begins in line 2"),
    ],
    ids=[
        "bank", "school zh", "school ja", "sensor", "Likert", "sports", "houses", "Swiss", "French",
        "Indian", "truths", "equal", "30 categories", "line ends", "ids", "ticks", "over 100 %",
        "wide", "minus", "units differ", "currencies differ", "months", "units below", "groups",
        "bits", "xor", "BOM", "sep=",
    ],
)  # fmt: skip
def test_a_file_is_read_as_it_is_meant(tmp_path, content, label, features, first, told):
    data = load(csv(tmp_path, content), ReadOptions(label=label or "kind"))
    assert data.picture is None
    assert data.features == features
    assert data.x[0].tolist() == first
    assert told in " ".join(data.told)


def test_texts_that_begin_with_a_number_have_no_units(tmp_path):
    content = lines("address,a,kind", lambda n: f"{n} {'ABCDEFG'[n % 7]} Street,{n * n},{kind(n)}")
    told = load(csv(tmp_path, content), ReadOptions(label="kind")).told
    assert any("left out address (names or free text)" in each for each in told)


def test_values_that_are_missing_in_many_ways_are_counted(tmp_path):
    path = csv(tmp_path, HOLES)
    with pytest.raises(DataError, match="40 values missing in 20 lines"):
        load(path, ReadOptions(label="kind"))
    assert len(load(path, ReadOptions(label="kind", missing="mean")).x) == ROWS


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        ("a,kind\n" + "1,x\n" * 3, {"label": "kind"}, 'all have the label "x"; at least 2'),
        ("a,b,kind\n1,2\n3,4,x\n1\n5,6,x,7\n", {"label": "kind"}, "1 other line differ"),
        ("a,kind\ninf,x\n-inf,y\n1,x\n2,x\n3,y\n", {"label": "kind"}, 'is not finite.* --drop "a"'),
        (COUNTRIES, {"targets": "kind"}, "use --label"),
        (SENSOR, {"targets": "time"}, "If it is a date, .* or choose another target"),
        (MIXED, {"targets": "pay"}, r"pay has numbers in \$ and €"),
        (SENSOR, {"label": "time"}, "different labels in 30 rows"),
        (lines("month,units", lambda n: f"M{n},{n * n}", 12), {}, "12 different values in 12 rows"),
        (
            lines("home,score,kind", lambda n: f"T{n},{n}-{n},{kind(n)}"),
            {"label": "kind"},
            r'no column is left .* home has "T0" in line 2 \(names.*\); score has "0-0" in line 2',
        ),
    ],
    ids=["one class", "ragged", "infinite", "text", "date", "units", "date label", "months",
         "all words"],
)  # fmt: skip
def test_what_cannot_be_built_is_said_with_what_to_type(tmp_path, content, options, told):
    with pytest.raises(DataError, match=told) as refusal:
        choose_network(Options(data=csv(tmp_path, content), **options))
    assert len(str(refusal.value)) < 400


def test_merged_headings_of_a_sheet_are_joined(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Region", "Sales", None, "Kind"])
    sheet.append([None, "Q1", "Q2", None])
    for cells in ("B1:C1", "A1:A2", "D1:D2"):
        sheet.merge_cells(cells)
    for n in range(12):
        sheet.append(["NS"[n % 2], n / 4, n * n, kind(n)])
    book.save(tmp_path / "my.xlsx")
    data = load(tmp_path / "my.xlsx", ReadOptions(label="Kind"))
    assert data.features == ("Region = S", "Sales Q1", "Sales Q2")
    assert "my.xlsx: row 1 and the next one were joined as headings." in data.told


def test_words_in_the_first_row_of_data_are_no_headings(tmp_path):
    content = "name,a,kind\nAnn,NA,x\n" + "Bob,1,y\nEve,2,x\n" * 3
    data = load(csv(tmp_path, content), ReadOptions(label="kind", missing="drop"))
    assert len(data.x) == 6
    assert not any("joined" in told for told in data.told)


def test_a_number_with_a_unit_among_plain_numbers_is_a_mistake(tmp_path):
    content = "a,kind\n" + "1,x\n2,y\n" * 5 + "3 kg,x\n"
    with pytest.raises(DataError, match='column a: "3 kg" is not a number'):
        load(csv(tmp_path, content), ReadOptions(label="kind"))


@pytest.mark.parametrize("decimal", [".", ","])
def test_units_do_not_hide_how_numbers_are_written(tmp_path, decimal):
    content = f"a;kind\n1{decimal}5 kg;x\n2{decimal}25 kg;y\n3 kg;x\n"
    assert load(csv(tmp_path, content), ReadOptions(label="kind")).x.T.tolist() == [[1.5, 2.25, 3]]


SHOP = "shop,sales,cost,kind\nA,1,2,x\nA,3,4,y\n{0},4,{1},{2}\nB,5,6,x\nB,7,8,y\n{0},12,{3},{2}\n"


@pytest.mark.parametrize("word", ["Subtotal", "小计", "合計", "North Total"])
@pytest.mark.parametrize("label", ["", "z"])
def test_totals_between_the_rows_are_left_out_and_told(tmp_path, word, label):
    path = csv(tmp_path, SHOP.format(word, 6, label, 14))
    data = load(path, ReadOptions(targets=("sales",), drop=("kind",)))
    assert data.t.T.tolist() == [[1, 3, 5, 7]]
    assert "my.csv: lines 4 and 7 were left out, since they hold totals." in data.told


def test_totals_among_the_labels_are_left_out(tmp_path):
    content = "a,b,kind\n1,2,x\n2,3,y\n3,5,Total\n4,5,x\n5,9,y\n9,14,Total\n"
    data = load(csv(tmp_path, content), ReadOptions(label="kind"))
    assert data.labels == ("x", "y")


def test_a_word_for_totals_that_an_ordinary_row_has_is_a_category(tmp_path):
    content = "eclipse,a,b,kind\n" + "total,1,9,x\npartial,2,7,y\ntotal,,5,x\nring,4,8,y\n" * 3
    data = load(csv(tmp_path, content), ReadOptions(label="kind", missing="drop"))
    assert "eclipse = total" in data.features
    assert len(data.x) == 9


def test_a_total_without_a_missing_value_must_add_up():
    rows = [["a", "1", "5"], ["b", "2", "7"]]
    assert totals([*rows, ["total", "3", "9"]], [0, 1, 2]) == [2]
    assert totals([*rows, ["total", "4", "9"]], [0, 1, 2]) == []
    assert totals([*rows, ["Mean", "1.5", "9"]], [0, 1, 2]) == [2]


def test_forty_labels_of_few_rows_are_built_without_a_row_held_out(tmp_path):
    content = lines("a,b,rings", lambda n: f"{n % 7}.5,{n * n % 11},{n % 40}", 100)
    source, _, rest = choose_network(Options(data=csv(tmp_path, content), label="rings"))
    plan = KIND.plan(source, rest)
    assert len(plan.spec.labels) == 40
    told = " ".join(plan.told)
    assert "Then use --target instead of --label" in told
