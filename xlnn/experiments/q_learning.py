"""A robot learns its way by trial and error: Q-learning (Watkins 1989).

The random numbers for its exploration are a table of inputs, so that each move can be recomputed.
"""

from collections.abc import Iterator, Sequence

import numpy as np

import xlnn
from xlnn import Axis, Chart, Grid, Page, Quantity, Size, Stated, Table, Trace, alike, previous
from xlnn.equations import units as eq
from xlnn.terms import Term, among, either, largest

WALL, END = 1, 2
"""Kinds of places; 0 is free."""

WORLD = np.array([[*"...G"], [*".#.P"], [*"S..."]])
"""The world of Russell and Norvig: # is a wall, S the start, G a goal and P a pit."""


NO_0 = '0.00;"−"0.00;'
NO_000 = '0.000;"−"0.000;'
"""Formats that leave out 0: nothing is known of a place, or nothing follows."""


# fmt: off
def ways(rows: int, columns: int) -> Stated:
    """Return the equation of the place to which each action leads; action 0 stays where it is."""
    grid = np.arange(rows * columns).reshape(rows, columns)
    wide = np.pad(grid, 1, "edge")  # over the edge it leads back
    to = np.stack([grid, wide[:-2, 1:-1], wide[1:-1, 2:], wide[2:, 1:-1], wide[1:-1, :-2]], axis=2)
    to = to.reshape(-1, 5)
    return eq.Choice(  # no way leads out of an end or a wall, or into a wall
        lambda world: 1 + np.where(
            (world.reshape(-1, 1) >= WALL) | (world.ravel()[to] == WALL), to[:, :1], to),
        lambda s, a, world: (
            f"=IF({world[divmod(s, columns)]}>={WALL},{s + 1},"
            f"IF({world[divmod(to[s, a], columns)]}={WALL},{s + 1},{to[s, a] + 1}))"))


OF_PLACE = eq.look_up(reads_as_stated=True, discontinuous=True, number_format="0")
Q_OF_PLACE = eq.look_up("place")
ACTION = eq.Choice(
    lambda u, epsilon, greedy: np.clip(1 + np.floor(4 * u[1]), 1, 4) if u[0] < epsilon else greedy,
    "=IF({u[0]}-{epsilon}<0,MAX(1,MIN(4,1+INT(4*{u[1]}))),{greedy})")
NEXT = eq.Choice(lambda ways, place, action: ways[int(place) - 1, int(action)],
                 "=INDEX({ways[:]},{place},1+{action})")
REWARD = Stated(
    lambda reward, here, to: 0 if here >= END else OF_PLACE.array(reward, to),
    lambda reward, here, to: (
        f"=IF({here[()]}>={END},0,{OF_PLACE.cell(table=reward, number=to)[1:]})"))
AHEAD = Stated(  # 0 at an end, whatever the table holds there: nothing follows
    lambda there, end: 0 if end >= END else there.max(), f"=IF({{end}}>={END},0,MAX({{there[:]}}))")
ERROR = Stated(
    lambda here, r, gamma, ahead, own, action: (
        0 if here >= END else r + gamma * ahead - own[int(action) - 1]),
    f"=IF({{here}}>={END},0,{{r}}+{{gamma}}*{{ahead}}-INDEX({{own[:]}},1,{{action}}))")
LEARN = Stated(
    lambda Q, n, place, action, eta, error: (
        Q + np.outer(n == place, np.arange(4) + 1 == action) * eta * error),
    "={Q}+({n}={place})*({action}={0})*{eta}*{error}")
MOVES = eq.Choice(lambda here: (here < END).sum(axis=-1), f'=COUNTIF({{here[step]}},"<{END}")')
ARRIVED = eq.Choice(lambda end: float(end[-1] >= END), f"=IF({{end.last}}>={END},1,0)")
BEST = eq.Choice(
    lambda Q_shown, world: eq.first_best(Q_shown, alike=0).reshape(world.shape),
    lambda i, j, Q_shown, world: (
        f"={eq.first_best_in(Q_shown.at(i * world.shape[1] + j), alike=0)}"))
LARGEST = Stated(lambda Q_shown, world: Q_shown.max(axis=1).reshape(world.shape),
                 lambda i, j, Q_shown, world: f"=MAX({Q_shown.at(i * world.shape[1] + j)[:]})")
PATH = eq.Choice(
    lambda places, world: np.reshape([
        [*places].index(n) + 1 if n in places else 0 for n in range(1, world.size + 1)],
        world.shape),
    lambda i, j, places, world: (
        f"=IFERROR(MATCH({i * world.shape[1] + j + 1},{places.over('step')[()]},0),0)"))


class Sign(xlnn.Sentence):
    """The arrow of the best action, a dot where all are equal; marks for walls and ends."""

    def said(self, i: int, j: int, *, world: Term, reward: Term, best: Term) -> str:
        end = either(reward[i, j] > 0, "★", "✖")
        inside = either(world[i, j] >= WALL, "■", among(1 + best[i, j], "·↑→↓←"))
        return either(world[i, j] >= END, end, inside)


class Place(xlnn.Sentence):
    """What is at a place, or the arrow there: a double one on the path, after its number."""

    english = {"map_start": "start", "map_wall": "wall", "map_goal": "goal", "map_pit": "pit"}

    def said(  # noqa: PLR0913 -- all that is told of a place
        self, i: int, j: int, *, world: Term, reward: Term, start: Term, path: Term, best: Term,
        policy: Term,
    ) -> str:
        goal, pit = self.words["map_goal"], self.words["map_pit"]
        end = f" {either(reward[i, j] > 0, goal, pit)}"
        wall = f" {self.words['map_wall']}"
        name = either(world[i, j] >= END, end, either(world[i, j] >= WALL, wall, ""))
        is_start = start == i * world.shape[1] + j + 1
        number = either(path[i, j] > 0, f"{path[i, j]} ", "")
        first = either(is_start, f"{self.words['map_start']} ", number)
        double = (path[i, j] > 0) * (world[i, j] < WALL)
        sign = either(double > 0, among(1 + best[i, j], "·⇑⇒⇓⇐"), f"{policy[i, j]}")
        return f"{first}{sign}{name}"


class Before(xlnn.Sentence):
    """The place where the robot stands; nothing after the end of an episode."""

    def said(self, *, here: Term, place: Term) -> str:
        return either(here >= END, "", f"{place}")


class Arrow(xlnn.Sentence):
    """The arrow of an action, a dot where it stays; nothing after the end of an episode."""

    def said(self, *, here: Term, action: Term) -> str:
        return either(here >= END, "", among(1 + action, "·↑→↓←"))


class After(xlnn.Sentence):
    """The place to which a move leads, with its mark if it is an end."""

    def said(self, *, here: Term, end: Term, next: Term, r: Term) -> str:  # noqa: A002 -- its name
        mark = either(end >= END, either(r > 0, " ★", " ✖"), "")
        return either(here >= END, "", f"{next}{mark}")


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the world, the episodes, the table Q, and the policy that follows from it."""
    rows, columns, episodes = sizes["rows"], sizes["columns"], sizes["episodes"]
    episode, step = Axis("episode", episodes, "up"), Axis("step", sizes["steps"], "up")
    state, place = Axis("episode", episodes + 1, "up", counts_from=0), Axis("place", rows * columns)
    share = alike(between=(0.0, 1.0))
    yield share("eta", "learning rate η", symbol="η",
                meaning="how far a number of the table moves towards the result")
    yield share("gamma", "discount γ", symbol="γ", meaning="what a reward is worth one move later")
    yield share("epsilon", "exploration rate ε", symbol="ε",
                meaning="the share of moves that are drawn at random")
    yield from xlnn.choice("start", place, words, title="number of the place where it starts")
    yield from xlnn.choice("shown", state, words, title="episode shown (0: before the first)")
    picture = alike(shape=(rows, columns))
    yield picture("world", "world: 0 free, 1 wall, 2 end", choices=(0, 2))
    yield Quantity("wrong", title="places that are not 0, 1 or 2",
                   equation=eq.unchosen(world=(0, END)))
    yield picture("reward", "reward for coming there")
    yield picture("ways", "next place: if it stays, ↑, →, ↓, ←", ways(rows, columns), symbol="s′{}",
                  shape=(place.length, 5), role="forward")
    yield share("u", "drawn: whether it explores, and which way", sheet="random", shape=(2,),
                axes=(episode, step), number_format="0.000", meaning="random numbers from 0 to 1")

    yield Quantity("n", title="place", symbol="s", sheet="arrows", axes=(place,), counts=True)
    table = alike(symbol="Q{}", sheet="table", shape=(4,), role="weight", number_format="0.000")
    yield table("Q_first", "table before the episode",
                eq.entry(-1, "step", 2).of(previous("Q", along="episode")), axes=(state, place),
                given=1)
    before = previous("Q", along="step", start="Q_first")
    yield from moved_by((episode, step), before)
    yield table("Q", "table after the move", LEARN.of(before), axes=(episode, step, place),
                reads_as_stated=True,  # a move changes one of its numbers
                meaning="the rewards to come if the robot does a at place s",
                written="Q(s, a) ← Q(s, a) + η δ", source="Watkins 1989; Sutton, Barto 6.8")
    once = alike(axes=(episode,))
    yield once("moves", "moves", MOVES, symbol="n")
    yield once("total", "sum of rewards", eq.total("step").of("r"), symbol="Σ r",
               number_format="0.00")

    yield xlnn.shown("Q_first", "n", name="Q_shown", title="table after the episode shown",
                     at={"episode": "shown_used"})
    yield picture("value", "best sum of rewards to come", LARGEST)
    yield picture("best", "best action", BEST)
    yield picture("policy", "where to go", Sign(), symbol="π",
                  meaning="the action with the largest Q", written="arg max Q(s, ·)")
    best = Quantity("action", title="action", symbol="a", equation=OF_PLACE.of("best", "place"),
                    role="forward")
    yield from xlnn.again(("place", "here", best, "next", "end", "r", "stands", "does", "lands"),
                          "walk_{}", axes=(step,), sheet="arrows")
    yield Quantity("walked", title="moves along the arrows", equation=MOVES.of("walk_here"))
    yield Quantity("arrived", title="arrived", equation=ARRIVED.of("walk_end"))
    yield Quantity("walk_total", title="sum of rewards along the arrows", number_format="General",
                   equation=eq.total("step").of("walk_r"))
    yield picture("path", "path along the arrows", PATH.of("walk_place"))
    yield picture("map", "where the robot goes",
                  Place().of(start="start_used"))
    yield Quantity("kinds", equation=xlnn.Told(
        "World: 0 free, 1 wall, 2 end; the start is place {start_used}."))
    yield Quantity("leads", equation=xlnn.Told({
        "choose": "A place in the world is not 0, 1 or 2: choose one of these.",
        "wanders": "After episode {shown_used} the arrows do not lead from the start to an end "
        "within {steps} moves.",
        "arrives": "After episode {shown_used} the arrows lead from the start to an end; moves: "
        "{walked}, sum of rewards: {walk_total}."},
        lambda wrong, arrived, value: (  # no value if there are errors on its page
            wrong > 0, 0 * largest(value[...]) + arrived < 1), 2))


def moved_by(axes: Sequence[Axis], Q: xlnn.Use) -> Iterator[Quantity]:
    """Yield an episode, move by move."""
    column = alike(sheet="episodes", axes=axes, role="forward")
    yield column("place", "place", eq.COPY.of(previous("next", along="step", start="start_used")),
                 symbol="s", meaning="where the robot stands, counted row by row from 1",
                 written="s ← s′", number_format="0", reads_as_stated=True)
    yield column("here", "what is there", OF_PLACE.of("world", "place"), symbol=" ")
    yield column("own", "Q at the place", Q_OF_PLACE.of(Q, "place"), symbol="Q{}", shape=(4,),
                 number_format=NO_000)
    yield column("greedy", "best action", eq.best().of("own"), symbol="a*")
    yield column("action", "action", ACTION, symbol="a",
                 meaning="1 up, 2 right, 3 down, 4 left: drawn with the share ε, else the best",
                 written="arg max Q(s, ·), or at random")
    yield column("next", "next place", NEXT, symbol="s′",
                 meaning="where the move ends: no way leads into a wall or out of an end",
                 written="s′(s, a)")
    yield column("end", "what is there", OF_PLACE.of("world", "next"), symbol=" ")
    yield column("r", "reward", REWARD.of(to="next"), symbol="r", number_format=NO_0,
                 meaning="what the move brings",
                 written="r(s′); 0 at an end")
    yield column("there", "Q at the next place", Q_OF_PLACE.of(Q, "next"), symbol="Q′{}",
                 shape=(4,), number_format=NO_000)
    yield column("ahead", "largest Q at the next place", AHEAD, symbol="max Q",
                 number_format=NO_000)
    yield column("stands", "place", Before(), symbol="s")
    yield column("prefers", "best action", Arrow().of(action="greedy"), symbol="a*")
    yield column("does", "action", Arrow(), symbol="a")
    yield column("lands", "next place", After(), symbol="s′")
    yield column("error", "error", ERROR, symbol="δ", role="backward", number_format=NO_000,
                 meaning="by how much the move was better than the table says",
                 written="δ = r + γ max Q(s′, ·) − Q(s, a)",
                 source="Watkins 1989; Sutton, Barto 6.8")


def inputs(sizes: dict) -> dict:
    """Return the inputs of the world above, random numbers, and a table of zeros."""
    draw, places = np.random.default_rng(sizes["seed"]), sizes["rows"] * sizes["columns"]
    return {
        "eta": 0.5, "gamma": 0.9, "epsilon": 0.3, "shown": sizes["episodes"], **of_signs(WORLD),
        "u": draw.random((sizes["episodes"], sizes["steps"], 2)).round(3),
        "Q_first": np.zeros((1, places, 4)),
    }


def of_signs(signs: np.ndarray) -> dict:
    """Return the inputs that a grid of signs stands for."""
    return {"world": np.select([signs == "#", np.isin(signs, ("G", "P"))], [WALL, END]),
            "reward": np.select([signs == "G", signs == "P"], [1, -1], -0.04),
            "start": 1 + (signs == "S").argmax()}


def from_data(rows: list, where: str) -> tuple[dict, dict]:
    """Return the sizes and inputs for a grid with a sign in each place."""
    for place, texts in rows:
        if unknown := [text for text in texts if text.upper() not in {*".#SGP", ""}]:
            raise xlnn.XlnnError(f'{place}: "{unknown[0][:20]}" is no sign of a grid: . is free, '
                                 "# a wall, S the start, G a goal and P a pit.")
    signs = np.array([[text.upper() or "." for text in texts] for _, texts in rows])
    if (signs == "S").sum() != 1 or not (signs == "G").any():
        raise xlnn.XlnnError(f"{where}: a grid has one start S and at least one goal G.")
    sizes = {"rows": len(signs), "columns": signs.shape[1], "steps": max(10, signs.size // 2)}
    return sizes, of_signs(signs)


SQUARE = {"width": 15, "height": 80}
"""The size of the places of the large pictures."""


def _arrows(_: object) -> list[str]:
    """Return the headings of the four actions."""
    return [f"Q {arrow}" for arrow in "↑→↓←"]


EXPERIMENT = xlnn.Experiment(
    "q-learning", model, title="A robot learns its way",
    summary="Q-learning on a grid: where a robot goes after each episode of trial and error, as "
    "arrows.",
    sizes={"episodes": Size(20, 1, 500), "steps": Size(10, 2, 100), "rows": Size(3, 2, 8),
           "columns": Size(4, 2, 8), "seed": Size(1, 0, 2**31)},
    inputs=inputs, from_data=from_data, task=1, reads="rows",
    options_for={"epochs": "episodes", "eta": "eta", "seed": "seed"},
    about=(
        "A robot starts in a corner of {rows} × {columns} places and knows nothing. A move costs "
        "a little, ★ ends an episode with a reward and ✖ with a loss.",
        "For each place and action a table holds the sum of rewards to expect.",
        "After each move one number of the table moves a fraction η towards the result: the "
        "reward, and γ times the best that the table promises at the next place.",
        "Nothing is hidden: the random numbers are a table of inputs, and each of {episodes} "
        "episodes has at most {steps} moves. Nothing follows an end, so there max Q counts as 0.",
        "Your own grid:  xlnn build q-learning --data my.csv  takes a sign for each place: . is "
        "free, # a wall, S the start, G a goal, P a pit.",
    ),
    colours={"forward": "the moves", "backward": "the error", "weight": "the table Q",
             "result": "what the table says"},
    pages=(
        Page(
            "world", "World", "Choose an episode, and see where the robot would go after it. "
            "Places are counted row by row from 1; double arrows with numbers are its path.",
            xlnn.Sentences("leads"), xlnn.Space(),
            xlnn.Beside(
                xlnn.Numbers("eta", "gamma", "epsilon", "start", "shown"),
                xlnn.Below(xlnn.Sentences("kinds", bold=0),
                           xlnn.Row("world", width=SQUARE["width"])),
                Grid("reward", width=SQUARE["width"], height=0)),
            xlnn.Sentences("start_asked", "shown_asked", bold=0),
            xlnn.Beside(Grid("map", text_size=14, scale="", **SQUARE),
                        Grid("value", digits=NO_0, text_size=14, **SQUARE),
                        Chart("Sum of rewards of each episode", Trace("total", marker="circle"))),
            xlnn.Beside(
                Table("moves", "total"),
                xlnn.Below(xlnn.Space(), Chart("Moves of each episode",
                                               Trace("moves", marker="circle")))),
        ),
        Page("episodes", "Episodes", "Each move: where the robot stands, what it does, where that "
             "leads, and by how much it was better than the table says. What is 0 is left blank; "
             "after an end no move follows.",
             xlnn.Beside(
                 Table("stands", "own", "prefers", "does", "lands", "r", "there", "ahead", "error",
                       coloured=("error",), units=dict.fromkeys(("own", "there"), _arrows)),
                 Table("place", "here", "greedy", "action", "next", "end", left=0, folded=True))),
        Page("table", "Table", "Q of each place and action, after each move.", xlnn.Beside(
            *(Table(name, units={name: _arrows}) for name in ("Q_first", "Q")))),
        Page("arrows", "Arrows", "The table after the episode shown, the place to which each "
             "action leads, and a walk along the arrows.", xlnn.Beside(
                 xlnn.Below(Table("n", "Q_shown", units={"Q_shown": _arrows}),
                            Table("walk_stands", "walk_does", "walk_lands", "walk_r")),
                 xlnn.Below(xlnn.Space(), Grid("ways", height=0, scale="")),
                 xlnn.Below(xlnn.Space(), Grid("policy", scale="", height=0)),
                 Table("walk_place", "walk_here", "walk_action", "walk_next", "walk_end", left=0,
                       folded=True)),
             xlnn.Hidden("best"), xlnn.Hidden("path")),
        Page("random", "Random numbers", "If the first number is below ε the robot explores: "
             "the second one then chooses among the four actions."),
    ),
    tries=(
        ("On {world}, step through the episodes from 0 to the last.", "The arrows grow from the "
         "ends back to the start: a place learns from the next one, an episode later."),
        ("Set ε to 0, then to 1.", "With 0 it finds the way even so: each move costs, so what it "
         "has not tried looks better. With 1 all moves are drawn, and it learns more slowly."),
        ("Set γ to 0.", "Only the next reward counts: nothing is passed back, and no arrows lead "
         "from the start to an end."),
        ("Make a free place a wall (1), or move an end (2) with its reward.", "All episodes are "
         "walked anew, with the same random numbers."),
    ),
)
# fmt: on
