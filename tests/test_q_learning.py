"""A robot learns its way: the table is Watkins', and its arrows lead to the goal."""

import shutil

import numpy as np
import pytest
from experiments import ENGINES, agrees_in, built, changed
from rewriting import edit

from xlnn.building.build import build
from xlnn.building.plan import planned, source_of_template
from xlnn.checking.check import check
from xlnn.errors import XlnnError
from xlnn.exercises.exercise import exercise
from xlnn.loading.spec import described
from xlnn.loading.values import values
from xlnn.options import Options

LEARNS = {"eta": 0.5, "gamma": 0.9, "epsilon": 0.3}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return built(tmp_path_factory.mktemp("q-learning"), "q-learning")


@pytest.fixture(scope="module")
def got(path):
    return values(path, "formualizer")


def watkins(world, reward, drawn, eta, gamma, epsilon):
    """Return the table after each episode, and how many moves each takes."""
    table, tables, lengths = {}, [], []
    for numbers in drawn:
        at, moves = (2, 0), 0
        for explores, which in numbers:
            if world[at] == 2:
                break
            own = [table.get((at, a), 0.0) for a in range(4)]
            a = int(4 * which) if explores < epsilon else own.index(max(own))
            to = at[0] + (0, 0, 1, 0)[a] - (a == 0), at[1] + (0, 1, 0, 0)[a] - (a == 3)
            inside = 0 <= to[0] < 3 and 0 <= to[1] < 4
            to = to if inside and world[to] != 1 else at
            best = 0 if world[to] == 2 else max(table.get((to, b), 0.0) for b in range(4))
            table[at, a] = own[a] + eta * (reward[to] + gamma * best - own[a])
            at, moves = to, moves + 1
        tables.append([[table.get(((n // 4, n % 4), a), 0.0) for a in range(4)] for n in range(12)])
        lengths.append(moves)
    return np.array(tables), lengths


@pytest.mark.parametrize("given", [{"epsilon": 1, "eta": 0.1, "gamma": 0.5}, {"epsilon": 0}, {}])
@pytest.mark.first(2)
@pytest.mark.ci
def test_the_table_is_that_of_the_algorithm(path, tmp_path, given):
    got = values(changed(path, tmp_path / "changed.xlsx", given), "formualizer")
    tables, lengths = watkins(got["world"], got["reward"], got["u"], **{**LEARNS, **given})
    np.testing.assert_allclose(got["Q_first"][1:], tables, rtol=0, atol=1e-12)
    assert got["moves"].tolist() == lengths


@pytest.mark.parametrize("size", [1e-12, 1e9])
@pytest.mark.ci
def test_the_arrows_are_the_same_whatever_the_size_of_the_rewards(path, got, tmp_path, size):
    file = changed(path, tmp_path / "sized.xlsx", {"reward": got["reward"] * size})
    sized = values(file, "formualizer")
    assert sized["policy"].tolist() == got["policy"].tolist()
    assert sized["moves"].tolist() == got["moves"].tolist()
    agrees_in("formualizer", file)


def test_the_arrows_lead_to_the_goal_by_a_shortest_way(got):
    assert got["walked"] == 5  # two up and three to the right
    assert got["walk_total"] == pytest.approx(1 - 4 * 0.04)
    assert got["policy"][0, 3] == "★"
    assert got["policy"][1, [1, 3]].tolist() == ["■", "✖"]
    assert np.sort(got["path"].ravel()).tolist() == [0] * 6 + [1, 2, 3, 4, 5, 6]
    assert "to an end; moves: 5, sum of rewards: 0.84." in str(got["leads"])


def test_the_map_names_places_and_numbers_the_path(got):
    assert got["map"].tolist() == [
        ["→", "→", "5 ⇒", "6 ★ goal"],
        ["↑", "■ wall", "4 ⇑", "✖ pit"],
        ["start ⇒", "2 ⇒", "3 ⇑", "←"],
    ]


def test_after_an_end_no_move_is_shown(got):
    over = got["here"] == 2
    assert over.any()
    for name in ("stands", "prefers", "does", "lands"):
        assert {*got[name][over]} == {""}
        assert "" not in got[name][~over]
    assert got["does"][~over].tolist() == [" ↑→↓←"[int(a)] for a in got["action"][~over]]
    assert got["walk_does"].tolist() == [*"→→↑↑→", *[""] * 5]
    assert got["walk_lands"][4] == "4 ★"


def test_before_the_first_episode_no_place_has_an_arrow(path, tmp_path):
    got = values(changed(path, tmp_path / "changed.xlsx", {"shown": 0}), "formualizer")
    assert {*got["policy"].ravel()} == {"·", "■", "★", "✖"}
    assert "do not lead from the start to an end within 10 moves" in str(got["leads"])


def test_no_walk_leads_through_a_place_without_an_arrow(path, tmp_path):
    below_the_pit = {"shown": 0, "start": 12}  # where the first action leads into it
    got = values(changed(path, tmp_path / "changed.xlsx", below_the_pit), "formualizer")
    assert got["policy"][2, 3] == "·"
    assert got["arrived"] == 0


@pytest.mark.ci
def test_no_way_leads_out_of_a_wall(path, tmp_path):
    copy = changed(path, tmp_path / "changed.xlsx", {"start": 6})
    agrees_in("formualizer", copy)
    got = values(copy, "formualizer")
    assert got["policy"][1, 1] == "■"
    assert got["arrived"] == 0


@pytest.mark.ci
def test_what_the_guide_says_of_exploring_and_of_the_discount(path, tmp_path):
    def typed(**given):
        return values(changed(path, tmp_path / "changed.xlsx", given), "formualizer")

    assert typed(epsilon=0)["arrived"] == 1  # untried actions look better
    assert typed(epsilon=1)["arrived"] == 0
    assert typed(gamma=0)["arrived"] == 0


def test_the_rule_of_learning_may_be_an_exercise(tmp_path):
    blank = ("error", "Q")  # whose rounding decides no move: numbers that nearly tie are equal
    (made,) = exercise("q-learning", tmp_path / "ada.xlsx", blank=blank, epochs=3)
    assert made.report.agrees


@pytest.mark.slow
def test_an_error_that_comes_back_to_itself_is_named_where_it_starts(path, tmp_path):
    _, layout = described(path)
    entries = np.ndindex(layout.model["own"].lengths)
    altered = {layout.cell("own", e): f"{layout.formula('own', e)}+0*LN(0)" for e in entries}
    copy = edit(shutil.copy(path, tmp_path / "copy.xlsx"), altered)
    wrong = [each.cell for each in check(copy, "formualizer").wrong]
    assert wrong[:4] == [layout.cell("own", (0, 0, k)) for k in range(4)]


def test_a_wrong_rule_is_named_even_where_no_move_uses_it(path, got, tmp_path):
    _, layout = described(path)
    move, place = (1, 2), int(got["place"][1, 2]) % 12  # the place after that of the robot
    index = (*move, place, 0)
    altered = {layout.cell("Q", index): layout.formula("Q", index).replace("=1)", "=2)")}
    copy = edit(shutil.copy(path, tmp_path / "copy.xlsx"), altered)
    wrong = [each.cell for each in check(copy, "formualizer").wrong]
    assert wrong == [*altered]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(1)
def test_each_engine_learns(path, engine):
    agrees_in(engine, path)
    assert values(path, engine)["walked"] == 5


def test_another_seed_gives_other_random_numbers(tmp_path, got):
    other = values(build("q-learning", tmp_path / "q.xlsx", seed=2, epochs=2).path, "formualizer")
    assert (other["u"] != got["u"][:2]).mean() > 0.9
    assert ((other["u"] >= 0) & (other["u"] <= 1)).all()


def of_grid(tmp_path, grid, **options):
    (tmp_path / "my.csv").write_text(grid, encoding="utf-8")
    return planned(source_of_template("q-learning"), Options(data=tmp_path / "my.csv", **options))


def test_a_grid_that_is_typed_is_the_world(tmp_path):
    made = of_grid(tmp_path, ".,#,g\n,#,.\nS,.,P\n", epochs=2)
    assert made.inputs["world"].tolist() == [[0, 1, 2], [0, 1, 0], [0, 0, 2]]
    assert made.inputs["reward"].tolist() == [[-0.04, -0.04, 1], [-0.04] * 3, [-0.04, -0.04, -1]]
    assert made.inputs["start"] == 7
    assert made.spec.sizes["episodes"] == 2


def test_a_large_grid_has_more_moves(tmp_path):
    rows = [["."] * 8 for _ in range(8)]
    rows[0][0], rows[7][7] = "S", "G"
    made = of_grid(tmp_path, "\n".join(map(",".join, rows)), epochs=1)
    assert made.inputs["u"].shape == (1, 32, 2)


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ("S,.\n.,X\n", 'my.csv, line 2: "X" is no sign of a grid'),
        ("S,.\n.,SG\n", 'my.csv, line 2: "SG" is no sign of a grid'),
        ("S,.,.\n.,G\n", "my.csv, line 2: 2 columns were found and 3 expected"),
        ("S,.\n.,S\n", "my.csv: a grid has one start S and at least one goal G"),
        ("S,G\n", "my.csv: rows is 1: a whole number from 2 to 8 is expected"),
        ("S..\n..G\n", "my.csv, line 1: 1 column was found"),
    ],
)
def test_what_is_no_grid_is_refused(tmp_path, grid, said):
    with pytest.raises(XlnnError, match=said):
        of_grid(tmp_path, grid)
