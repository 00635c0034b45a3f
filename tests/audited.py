"""Sheets in which a network learns, as people lay them out, right or with one planted fault.

Each layout is stated once: variables with their headings and formulas, in which {a} is another
variable of the same step, {a<} and {a>} those of the step before and after, and @eta a cell beside.
"""

import re
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula


@dataclass
class Made:
    """A workbook, and the cells of its planted fault."""

    name: str
    book: Workbook
    fault: str = ""
    cells: set = field(default_factory=set)


SIGMOID = "1/(1+EXP(-{%s}))"
ACTIVATIONS = {
    "sigmoid": ("1/(1+EXP(-{z}))", "{a}*(1-{a})"),
    "tanh": ("TANH({z})", "(1-{a}^2)"),
    "relu": ("MAX(0,{z})", "IF({z}>0,1,0)"),
    "relu-if": ("IF({z}>0,{z},0)", "({z}>0)"),
    "leaky": ("IF({z}>0,{z},0.1*{z})", "IF({z}>0,1,0.1)"),
    "softplus": ("LN(1+EXP({z}))", "1/(1+EXP(-{z}))"),
}

GRADIENTS = {
    "d": "dC/d{}", "partial": "∂E/∂{}", "total": "∂E_total/∂{}", "italic": "𝜕E/𝜕{}",
    "delta": "δE/δ{}", "broken": "∂E_t /\n∂{}", "grad": "grad_{}", "words": "gradient {}",
    "of": "Gradient of {}", "short": "d{}", "zh": "{} 的梯度", "ja": "{}の勾配", "L": "dL/d{}",
    "flat": "dEd{}", "zh2": "偏导数 {}", "nabla": "∇{}",
}  # fmt: skip

COSTS = {
    "d": "C", "partial": "E", "total": "E_total", "italic": "E_Total", "delta": "E_T",
    "broken": "E_t", "grad": "Loss", "words": "Error", "of": "Cost", "short": "loss", "zh": "损失",
    "ja": "誤差", "L": "L", "flat": "E", "zh2": "代价函数", "nabla": "MSE",
}  # fmt: skip


def styled(style, name):
    """Spell a parameter as a style does: w1, w₁, W_1 or θ1."""
    if style in {"italic", "ja"}:
        return name.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
    if style in {"of", "L"}:
        return re.sub(r"(\d+)", r"_\1", name.upper() if style == "L" else name)
    return name


class Table:
    """A table of variables by steps, in rows or in columns."""

    def __init__(self, sheet, top=1, left=1, *, turned=False):
        self.sheet, self.top, self.left, self.turned = sheet, top, left, turned
        self.order, self.first, self.next, self.heads, self.beside = [], {}, {}, {}, {}

    def add(self, name, heading, formula=None, start=None):
        """Add a variable: its formula, and what it holds in the first step, if that is other."""
        self.order.append(name)
        self.heads[name], self.next[name] = heading, formula
        self.first[name] = formula if start is None else start

    def at(self, name, step):
        """Return the cell of a variable."""
        across = self.order.index(name)
        row, column = (across, step + 1) if self.turned else (step + 1, across)
        return f"{get_column_letter(self.left + column)}{self.top + row}"

    def write(self, steps, changed=None):
        """Write it; some cells, by name and step, get another formula or number."""
        changed = changed or {}
        for across, name in enumerate(self.order):
            row, column = (across, 0) if self.turned else (0, across)
            self.sheet.cell(self.top + row, self.left + column, self.heads[name])
            for step in range(steps):
                text = changed.get((name, step), (self.next if step else self.first)[name])
                if callable(text):
                    text = text(step)
                if isinstance(text, str):
                    if step == steps - 1 and ">}" in text:
                        text = text.replace(">}", "}")
                    text = "=" + re.sub(
                        r"@(\w+)", lambda m: self.beside[m[1]], self.filled(text, step)
                    )
                self.sheet[self.at(name, step)] = text

    def filled(self, text, step):
        move = {"": 0, "<": -1, ">": 1}
        return re.sub(r"\{(\w+)([<>]?)\}", lambda m: self.at(m[1], step + move[m[2]]), text)


def learner(name, *, fault="", style="partial", **how):
    """Return a made sheet by the name of its layout."""
    return LAYOUTS[name](fault, style, **how)


def stepwise(table, steps, fault, faults, sheet, made):
    """Write a table with a fault, and note where it is."""
    changed = {}
    if fault:
        what = faults[fault]
        for key, text in what.items():
            if isinstance(key, tuple):
                changed[key] = text
                made.cells.add(f"{sheet.title}!{table.at(*key)}")
            else:
                for step in range(1 if "<}" in str(text) else 0, steps):
                    changed[key, step] = text
                    made.cells.add(f"{sheet.title}!{table.at(key, step)}")
    table.write(steps, changed)
    return made


def homework(fault, style, *, top=1, left=1, steps=12, named=False, tabs=(0.5,), turned=False):
    """A 2-2-2 network of sigmoid units, gradients in one formula each."""
    book = Workbook()
    made = Made(f"homework {style}", book, fault)
    for index, eta in enumerate(tabs):
        sheet = book.active if index == 0 else book.create_sheet()
        sheet.title = f"lr {eta}" if len(tabs) > 1 else "Sheet1"
        t = Table(sheet, top, left, turned=turned)
        where = (top + 24 + steps, left + 3) if turned else (top, left + 33)
        sheet.cell(*where, "η" if style != "of" else "Learning rate")
        sheet.cell(where[0], where[1] + 1, eta)
        t.beside["eta"] = f"${get_column_letter(where[1] + 1)}${where[0]}"
        if named:
            book.defined_names["eta"] = DefinedName(
                "eta", attr_text=f"{sheet.title}!{t.beside['eta']}"
            )
            t.beside["eta"] = "eta"
        g = lambda n: GRADIENTS[style].format(styled(style, n))  # noqa: E731
        w = lambda n: styled(style, n)  # noqa: E731
        weights = dict(
            zip(
                [f"w{n}" for n in range(1, 9)],
                (0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55),
                strict=True,
            )
        )
        step = lambda n: f"{{{n}<}}-@eta*{{d{n}<}}"  # noqa: E731
        for n, v in (("i1", 0.05), ("i2", 0.1)):
            t.add(n, n, f"{{{n}<}}", v)
        for n in ("w1", "w2", "w3", "w4"):
            t.add(n, w(n), step(n), weights[n])
        for unit, one, two in (("h1", "w1", "w2"), ("h2", "w3", "w4")):
            t.add(unit, unit, f"{{{one}}}*{{i1}}+{{{two}}}*{{i2}}")
            t.add(f"a_{unit}", f"a_{unit}", SIGMOID % unit)
        for n in ("w5", "w6", "w7", "w8"):
            t.add(n, w(n), step(n), weights[n])
        for unit, one, two in (("o1", "w5", "w6"), ("o2", "w7", "w8")):
            t.add(unit, unit, f"{{{one}}}*{{a_h1}}+{{{two}}}*{{a_h2}}")
            t.add(f"a_{unit}", f"a_{unit}", SIGMOID % unit)
        for n, v in (("t1", 0.01), ("t2", 0.99)):
            t.add(n, n, f"{{{n}<}}", v)
        t.add("E1", "E1", "0.5*({t1}-{a_o1})^2")
        t.add("E2", "E2", "0.5*({t2}-{a_o2})^2")
        t.add("E", COSTS[style], "{E1}+{E2}")
        d1, d2 = "({a_o1}-{t1})*{a_o1}*(1-{a_o1})", "({a_o2}-{t2})*{a_o2}*(1-{a_o2})"
        hidden = {}
        for n, i, h, u, v in (("w1", "i1", "h1", "w5", "w7"), ("w2", "i2", "h1", "w5", "w7"),
                              ("w3", "i1", "h2", "w6", "w8"), ("w4", "i2", "h2", "w6", "w8")):  # fmt: skip
            hidden[n] = f"({d1}*{{{u}}}+{d2}*{{{v}}})*{{a_{h}}}*(1-{{a_{h}}})*{{{i}}}"
            t.add(f"d{n}", g(n), hidden[n])
        outer = {
            "w5": f"{d1}*{{a_h1}}",
            "w6": f"{d1}*{{a_h2}}",
            "w7": f"{d2}*{{a_h1}}",
            "w8": f"{d2}*{{a_h2}}",
        }
        for n, text in outer.items():
            t.add(f"d{n}", g(n), text)
        faults = {
            "sign": {"dw6": "-" + outer["w6"]},
            "factor": {"dw3": "2*" + hidden["w3"]},
            "one path": {"dw1": f"{d1}*{{w5}}+{d2}*{{w7}}*{{a_h1}}*(1-{{a_h1}})*{{i1}}"},
            "no derivative": {"dw7": "({a_o2}-{t2})*{a_h1}"},
            "copied": {
                n: hidden[n[1:]].replace("a_h2", "a_h1") for n in ("dw3", "dw4")
            },
            "product": {"dw5": "({t1}*{a_o1})*{a_o1}*(1-{a_o1})*{a_h1}"},
            "target": {"dw8": d2.replace("t2", "t1") + "*{a_h2}"},
            "swapped": {"dw2": hidden["w2"].replace("{w5}", "{w6}").replace("{w7}", "{w8}")},
            "interchanged": {"dw5": outer["w6"], "dw6": outer["w5"]},
            "next weights": {"dw4": hidden["w4"].replace("{w6}", "{w6>}").replace("{w8}", "{w8>}")},
            "typed": {("dw2", 5): 0.000123},
            "odd row": {("a_h2", 6): "{h1}/(1+{h2})"},
            "stale": {("h1", 7): "{w1<}*{i1}+{w2}*{i2}"},
            "input": {"dw3": hidden["w3"].replace("*{i1}", "*{i2}")},
            "left out": {"dw4": f"{d1}*{{w6}}*{{a_h2}}*(1-{{a_h2}})*{{i2}}"},
            "other gradient": {"w6": "{w6<}-@eta*{dw5<}"},
            "rate": {"w7": "{w7<}-0.05*{dw7<}"},
            "climbs": {"w3": "{w3<}+@eta*{dw3<}"},
            "pasted": {("w5", 4): 0.41},
            "start": {("w5", 6): lambda s, t=t: f"{t.at('w5', s - 2)}-@eta*{{dw5<}}"},
            "other input": {"dw6": f"{d1}*{{t2}}"},
            "odd gradient": {("dw8", 8): d2 + "*{a_h1}"},
        }  # fmt: skip
        planted = fault if index == len(tabs) - 1 else ""
        stepwise(t, steps, planted, faults, sheet, made)
    return made


def deltas(fault, style, *, activation="sigmoid", optimiser="", steps=10, turned=False, top=1, left=1,
           entropy=False):  # fmt: skip
    """A 2-2-1 network with biases and δ columns; another image in each step."""
    book = Workbook()
    sheet = book.active
    made = Made(f"deltas {style} {activation} {optimiser}", book, fault)
    t = Table(sheet, top, left, turned=turned)
    names = ["w11", "w12", "b1", "w21", "w22", "b2", "v1", "v2", "c"]
    titles = dict(
        zip(names, ["w11", "w12", "b1", "w21", "w22", "b2", "w31", "w32", "b3"], strict=True)
    )
    extra = {"momentum": 1, "adam": 2}.get(optimiser, 0)
    across = 3 + len(names) * (2 + extra) + 16
    where = (top + across + 3, 1) if turned else (max(1, top - 3), left + across + 3)
    rate = {"zh": "学习率", "ja": "学習率"}.get(style, "lr")
    for n, (head, key, value) in enumerate(
        [(rate, "eta", 0.3), ("β", "beta", 0.9), ("β2", "beta2", 0.99)][: 1 + extra]
    ):
        sheet.cell(where[0] + n, where[1], head)
        sheet.cell(where[0] + n, where[1] + 1, value)
        t.beside[key] = f"${get_column_letter(where[1] + 1)}${where[0] + n}"
    act, slope = ACTIVATIONS[activation]
    data = [(0.2, -0.6, 1), (1.1, 0.4, 0), (-0.7, 0.9, 1), (0.5, 0.5, 0)]
    labels = {"zh": ("输入1", "输入2", "目标"), "ja": ("入力1", "入力2", "正解")}.get(
        style, ("x1", "x2", "y")
    )
    for n, (key, head) in enumerate(zip(("x1", "x2", "t"), labels, strict=True)):
        t.add(key, head, lambda s, n=n: data[s % 4][n], lambda s, n=n: data[s % 4][n])
    starts = dict(zip(names, (0.4, -0.7, 0.1, 0.6, 0.5, -0.2, 1.1, -0.9, 0.05), strict=True))
    made_of = {
        "": "{%s<}-@eta*{d%s<}",
        "momentum": "{%s<}-@eta*{m%s}",
        "adam": "{%s<}-@eta*{m%s}/(SQRT({q%s})+1E-8)",
    }
    for n in names:
        text = made_of[optimiser]
        t.add(n, styled(style, titles[n]), text % ((n,) * text.count("%s")), starts[n])
    z = {"z1": "{w11}*{x1}+{w12}*{x2}+{b1}", "z2": "{w21}*{x1}+{w22}*{x2}+{b2}"}
    for unit in "12":
        t.add(f"z{unit}", f"z{unit}", z[f"z{unit}"])
        t.add(f"a{unit}", f"a{unit}", act.replace("{z}", f"{{z{unit}}}"))
    t.add("z3", "z3", "{v1}*{a1}+{v2}*{a2}+{c}")
    t.add("a3", "ŷ", "1/(1+EXP(-{z3}))")
    cost = "-({t}*LN({a3})+(1-{t})*LN(1-{a3}))" if entropy else "({a3}-{t})^2/2"
    t.add("C", COSTS[style], cost)
    local = {u: slope.replace("{z}", f"{{z{u}}}").replace("{a}", f"{{a{u}}}") for u in "12"}
    outer = "{a3}-{t}" if entropy else "({a3}-{t})*{a3}*(1-{a3})"
    t.add("e3", "δ3", outer)
    for u in "12":
        t.add(f"e{u}", f"δ{u}", f"{{e3}}*{{v{u}}}*{local[u]}")
    own = {"w11": "{e1}*{x1}", "w12": "{e1}*{x2}", "b1": "{e1}", "w21": "{e2}*{x1}", "w22": "{e2}*{x2}",
           "b2": "{e2}", "v1": "{e3}*{a1}", "v2": "{e3}*{a2}", "c": "{e3}"}  # fmt: skip
    for n in names:
        t.add(f"d{n}", GRADIENTS[style].format(styled(style, titles[n])), own[n])
    if extra:
        for n in names:
            t.add(f"m{n}", f"m {titles[n]}", f"@beta*{{m{n}<}}+(1-@beta)*{{d{n}<}}", 0)
    if extra > 1:
        for n in names:
            t.add(f"q{n}", f"s {titles[n]}", f"@beta2*{{q{n}<}}+(1-@beta2)*{{d{n}<}}^2", 0)
    faults = {
        "no derivative": {"e1": "{e3}*{v1}"},
        "mask": {"e2": "{e3}*{v2}"},
        "swapped": {"e1": f"{{e3}}*{{v2}}*{local['1']}"},
        "sign": {"e3": f"-({outer})"},
        "next weights": {"e2": f"{{e3}}*{{v2>}}*{local['2']}"},
        "other unit": {"e1": f"{{e3}}*{{v1}}*{local['2']}"},
        "input": {"dw12": "{e1}*{x1}"},
        "bias": {"db2": "{e2}*{x1}"},
        "no outer derivative": {"e3": "({a3}-{t})"},
        "typed": {("dv2", 4): 0.0123},
        "odd row": {("e2", 5): f"{{e3}}*{{v1}}*{local['2']}"},
        "factor": {"e3": f"2*({outer})"},
    }  # fmt: skip
    if entropy:
        faults["extra derivative"] = {"e3": "({a3}-{t})*{a3}*(1-{a3})"}
    return stepwise(t, steps, fault, faults, sheet, made)


def softmax(fault, style, *, steps=8, mean=False):
    """Two inputs, three classes: softmax and cross entropy, over a mini-batch of two."""
    book = Workbook()
    sheet = book.active
    made = Made(f"softmax {style}", book, fault)
    t = Table(sheet, 5, 1)
    sheet["A1"], sheet["B1"] = "α", 0.4
    t.beside["eta"] = "$B$1"
    t.add("n", "step", "{n<}+1", 0)
    weights = [f"w{k}{j}" for k in "123" for j in "12"]
    for n, v in zip(weights, (0.3, -0.2, 0.1, 0.5, -0.4, 0.2), strict=True):
        t.add(n, styled(style, n), f"{{{n}<}}-@eta*{{d{n}<}}", v)
    data = [(0.5, 1.2, 1), (-0.8, 0.3, 2), (1.1, -0.9, 3), (0.1, 0.7, 2)]
    for s in "ab":
        for j in "12":
            t.add(
                f"x{s}{j}",
                f"x{s}{j}",
                *(lambda k, s=s, j=j: data[(2 * k + "ab".index(s)) % 4][int(j) - 1],) * 2,
            )
        for c in "123":
            t.add(
                f"t{s}{c}",
                f"t{s}{c}",
                *(lambda k, s=s, c=c: int(data[(2 * k + "ab".index(s)) % 4][2] == int(c)),) * 2,
            )
        for c in "123":
            t.add(f"z{s}{c}", f"z{s}{c}", f"{{w{c}1}}*{{x{s}1}}+{{w{c}2}}*{{x{s}2}}")
        for c in "123":
            t.add(
                f"y{s}{c}",
                f"p{s}{c}",
                f"EXP({{z{s}{c}}})/(EXP({{z{s}1}})+EXP({{z{s}2}})+EXP({{z{s}3}}))",
            )
    each = "+".join(f"{{t{s}{c}}}*LN({{y{s}{c}}})" for s in "ab" for c in "123")
    t.add("C", "Cross entropy", f"-({each})" + ("/2" if mean else ""))
    grads = {}
    for k in "123":
        for j in "12":
            n = f"w{k}{j}"
            total = "+".join(f"({{y{s}{k}}}-{{t{s}{k}}})*{{x{s}{j}}}" for s in "ab")
            grads[n] = f"({total})/2" if mean else total
            t.add(f"d{n}", GRADIENTS[style].format(styled(style, n)), grads[n])
    faults = {
        "sign": {"dw22": f"-({grads['w22']})"},
        "left out": {"dw11": "({ya1}-{ta1})*{xa1}" + ("/2" if mean else "")},
        "mean": {f"d{n}": f"({grads[n]})/2" for n in weights},
        "target": {"dw31": grads["w31"].replace("{tb3}", "{tb2}")},
        "typed": {("dw12", 3): 1.5},
    }
    return stepwise(t, steps, fault, faults, sheet, made)


def batch(fault, style, *, activation="tanh", mean=False, rows=7, tabs=False):
    """Parameters on top, an image in each row below, sums for the gradients, and the next weights."""
    book = Workbook()
    net = book.active
    net.title = "Net"
    data = book.create_sheet("Data") if tabs else net
    q = "Data!" if tabs else ""
    p = "Net!" if tabs else ""
    made = Made(f"batch {style} {activation}", book, fault)
    names = ["w1", "w2", "b1", "w3", "w4", "b2", "w5", "w6", "b3"]
    values = (0.4, -0.7, 0.1, 0.6, 0.5, -0.2, 1.1, -0.9, 0.05)
    net["A1"], net["B1"] = ("学习率", 0.2) if style == "zh" else ("Learning rate (η)", 0.2)
    at = {}
    net["A3"] = {"zh": "参数", "ja": "パラメーター"}.get(style, "parameter")
    net["B3"] = {"zh": "值", "ja": "値"}.get(style, "value")
    net["C3"], net["D3"] = GRADIENTS[style].format("w"), "new value"
    for r, (n, v) in enumerate(zip(names, values, strict=True), 4):
        net[f"A{r}"], net[f"B{r}"] = n, v
        at[n] = f"{p}$B${r}"
    first, last = 20, 19 + rows
    heads = [
        "x1",
        "x2",
        "t",
        "z1",
        "a1",
        "z2",
        "a2",
        "z3",
        "y",
        COSTS[style] + "1" if False else "loss k",
        "δ3",
        "δ1",
        "δ2",
    ]
    for c, head in enumerate(heads, 1):
        data.cell(first - 1, c, head)
    act, slope = ACTIVATIONS[activation]
    points = [
        (0.2, -0.6, 1),
        (1.1, 0.4, 0),
        (-0.7, 0.9, 1),
        (0.5, 0.5, 0),
        (-0.3, -0.8, 1),
        (0.9, -1.2, 0),
        (0.1, 0.3, 1),
        (0.7, 0.6, 0),
    ]
    for k, r in enumerate(range(first, last + 1)):
        x1, x2, t = points[k % len(points)]
        local = {
            u: slope.replace("{z}", f"{z}{r}").replace("{a}", f"{a}{r}")
            for u, z, a in (("1", "D", "E"), ("2", "F", "G"))
        }
        own = {
            "A": x1 + 0.01 * k, "B": x2, "C": t,
            "D": f"={at['w1']}*A{r}+{at['w2']}*B{r}+{at['b1']}",
            "E": "=" + act.replace("{z}", f"D{r}"),
            "F": f"={at['w3']}*A{r}+{at['w4']}*B{r}+{at['b2']}",
            "G": "=" + act.replace("{z}", f"F{r}"),
            "H": f"={at['w5']}*E{r}+{at['w6']}*G{r}+{at['b3']}",
            "I": f"=1/(1+EXP(-H{r}))",
            "J": f"=(I{r}-C{r})^2/2",
            "K": f"=(I{r}-C{r})*I{r}*(1-I{r})",
            "L": f"=K{r}*{at['w5']}*{local['1']}",
            "M": f"=K{r}*{at['w6']}*{local['2']}",
        }  # fmt: skip

        def plant(column, text, r=r, own=own):
            own[column] = text
            made.cells.add(f"{data.title}!{column}{r}")

        if fault in {"mask", "no derivative"}:
            plant("M", f"=K{r}*{at['w6']}")
        elif fault == "swapped":
            plant("L", f"=K{r}*{at['w6']}*{local['1']}")
        elif fault == "odd row" and k == 4:
            plant("L", f"=K{r}*{at['w5']}*{local['2']}")
        elif fault == "no outer derivative":
            plant("K", f"=I{r}-C{r}")
        for column, value in own.items():
            data[f"{column}{r}"] = value
    whole = lambda c: f"{q}{c}{first}:{c}{last}"  # noqa: E731
    net["F3"], net["G3"] = COSTS[style], f"=SUM({whole('J')})" + (f"/{rows}" if mean else "")
    ends = f"/{rows}" if mean else ""
    grads = {"w1": ("L", "A"), "w2": ("L", "B"), "b1": ("L",), "w3": ("M", "A"), "w4": ("M", "B"), "b2": ("M",),
             "w5": ("K", "E"), "w6": ("K", "G"), "b3": ("K",)}  # fmt: skip
    for r, n in enumerate(names, 4):
        inside = ",".join(whole(c) for c in grads[n])
        text = f"={'SUMPRODUCT' if len(grads[n]) > 1 else 'SUM'}({inside}){ends}"
        if fault == "short" and n == "w5":
            text = text.replace(str(last), str(last - 1))
            made.cells.add(f"Net!C{r}")
        elif fault == "mean":
            text += f"/{rows}"
            made.cells.add(f"Net!C{r}")
        elif fault == "typed" and n == "b1":
            text = 0.3
            made.cells.add(f"Net!C{r}")
        elif fault == "wrong column" and n == "w6":
            text = text.replace("G", "E")
            made.cells.add(f"Net!C{r}")
        net[f"C{r}"] = text
        net[f"D{r}"] = f"=B{r}-$B$1*C{r}"
        if fault == "rate" and n == "w4":
            net[f"D{r}"] = f"=B{r}-0.02*C{r}"
            made.cells.add(f"Net!D{r}")
        elif fault == "other gradient" and n == "w3":
            net[f"D{r}"] = f"=B{r}-$B$1*C{r + 1}"
            made.cells.add(f"Net!D{r}")
    return made


def matrices(fault, style, *, tabs=False, softmax=True):
    """Blocks of matrices of MMULT array formulas, each with its title above it."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Forward"
    back = book.create_sheet("Backward") if tabs else sheet
    f = "Forward!" if tabs else ""
    b = "Backward!" if tabs else ""
    made = Made(f"matrices {style}", book, fault)

    def array(ws, cells, text):
        ws[cells.partition(":")[0]] = ArrayFormula(cells, text)

    def block(ws, first, title, rows):
        column, row = first[0], int(first[1:])
        ws[f"{column}{row - 1}"] = title
        for r, line in enumerate(rows):
            for c, value in enumerate(line):
                ws.cell(row + r, ord(column) - 64 + c, value)

    title = {
        "short": "d{}",
        "d": "dC/d{}",
        "partial": "∂L/∂{}",
        "zh": "{} 的梯度",
        "ja": "{}の勾配",
    }.get(style, "grad {}")
    block(sheet, "A3", "X", [(0.5, 1.2), (-0.8, 0.3), (1.1, -0.9), (0.1, 0.7)])
    block(sheet, "D3", "W1", [(0.3, -0.2, 0.6), (0.5, 0.4, -0.1)])
    block(sheet, "H3", "b1", [(0.1, -0.1, 0.2)])
    block(sheet, "L3", "W2", [(0.7, -0.3), (-0.5, 0.2), (0.4, 0.9)])
    block(sheet, "O3", "b2", [(0.0, 0.1)])
    block(sheet, "R3", "T", [(1, 0), (0, 1), (1, 0), (0, 1)])
    sheet["A9"] = "Z1"
    array(sheet, "A10:C13", "=MMULT(A3:B6,D3:F4)+H3:J3")
    sheet["E9"] = "A1"
    array(sheet, "E10:G13", "=TANH(A10:C13)")
    sheet["I9"] = "Z2"
    array(sheet, "I10:J13", "=MMULT(E10:G13,L3:N5)+O3:P3".replace("L3:N5", "L3:M5"))
    sheet["L9"] = "Y"
    if softmax:
        for r in range(10, 14):
            array(sheet, f"L{r}:M{r}", f"=EXP(I{r}:J{r})/SUM(EXP(I{r}:J{r}))")
        cost, delta = "=-SUM(R3:S6*LN(L10:M13))/4", "=({f}L10:M13-{f}R3:S6)/4"
    else:
        array(sheet, "L10:M13", "=1/(1+EXP(-I10:J13))")
        cost, delta = (
            "=SUM((L10:M13-R3:S6)^2)/2",
            "=({f}L10:M13-{f}R3:S6)*{f}L10:M13*(1-{f}L10:M13)",
        )
    sheet["O9"] = {"zh": "损失", "ja": "損失"}.get(style, "Loss")
    sheet["O10"] = ArrayFormula("O10", cost)
    back["A19"] = "δ2"
    hidden = f"=MMULT(A20:B23,TRANSPOSE({f}L3:M5))*(1-{f}E10:G13^2)"
    weights1, weights2 = (
        f"=MMULT(TRANSPOSE({f}A3:B6),D20:F23)",
        f"=MMULT(TRANSPOSE({f}E10:G13),A20:B23)",
    )
    bias = "=MMULT({1,1,1,1},D20:F23)"
    if fault:
        where, text = {
            "no derivative": ("D20", f"=MMULT(A20:B23,TRANSPOSE({f}L3:M5))"),
            "sign": ("A20", delta.replace("{f}L10:M13-{f}R3:S6", "{f}R3:S6-{f}L10:M13")),
            "factor": ("H20", weights1 + "*2"),
            "sum": ("A20", "={f}L10:M13-{f}R3:S6"),
            "typed": ("H25", None),
            "wrong derivative": ("D20", f"=MMULT(A20:B23,TRANSPOSE({f}L3:M5))*(1-{f}E10:G13)"),
        }[fault]  # fmt: skip
        if fault in {"no derivative", "wrong derivative"}:
            hidden = text
        elif fault in {"sign", "sum"}:
            delta = text
        elif fault == "factor":
            weights1 = text
        size = {"D20": (4, 3), "A20": (4, 2), "H20": (2, 3), "H25": (1, 1)}[where]
        column, row = ord(where[0]) - 64, int(where[1:])
        made.cells |= {
            f"{back.title}!{get_column_letter(column + c)}{row + r}"
            for r in range(size[0])
            for c in range(size[1])
        }
    array(back, "A20:B23", delta.replace("{f}", f))
    back["D19"] = "δ1"
    array(back, "D20:F23", hidden)
    back["H19"] = title.format("W1")
    array(back, "H20:J21", weights1)
    back["H24"] = title.format("b1")
    array(back, "H25:J25", bias)
    back["L19"] = title.format("W2")
    array(back, "L20:M22", weights2)
    back["L24"] = title.format("b2")
    array(back, "L25:M25", "=MMULT({1,1,1,1},A20:B23)")
    if fault == "typed":
        back["H25"], back["I25"], back["J25"] = 0.1, "=SUM(E20:E23)", "=SUM(F20:F23)"
    back["A29"] = "W1 new"
    array(back, "A30:C31", f"={f}D3:F4-0.1*H20:J21")
    del b
    return made


def regression(fault, style):
    """One neuron with names for its cells, in LET formulas."""
    book = Workbook()
    sheet = book.active
    made = Made(f"regression {style}", book, fault)
    sheet.append(["x", "y"])
    for x, y in ((0.5, 1.1), (1.5, 2.3), (2.5, 3.9), (3.0, 4.2), (4.1, 6.0)):
        sheet.append([x, y])
    for r, (key, value) in enumerate([("slope_w", 0.4), ("offset_b", 0.1), ("rate", 0.01)], 1):
        sheet[f"D{r}"], sheet[f"E{r}"] = key, value
        book.defined_names[key] = DefinedName(key, attr_text=f"Sheet!$E${r}")
    for key, cells in (("xs", "$A$2:$A$6"), ("ys", "$B$2:$B$6")):
        book.defined_names[key] = DefinedName(key, attr_text=f"Sheet!{cells}")
    texts = {
        5: ("MSE", "=_xlfn.LET(_xlpm.e,slope_w*xs+offset_b-ys,SUM(_xlpm.e*_xlpm.e)/ROWS(xs))"),
        6: (GRADIENTS[style].format("slope_w"), "=2*SUM((slope_w*xs+offset_b-ys)*xs)/ROWS(xs)"),
        7: (GRADIENTS[style].format("offset_b"), "=2*SUM(slope_w*xs+offset_b-ys)/ROWS(xs)"),
        8: ("new slope_w", "=slope_w-rate*E6"),
        9: ("new offset_b", "=offset_b-rate*E7"),
    }
    if fault:
        row, text = {
            "factor": (6, texts[6][1].replace("2*", "")),
            "sum": (7, texts[7][1].replace("/ROWS(xs)", "")),
            "sign": (6, texts[6][1].replace("=2", "=-2")),
            "typed": (7, -3.2),
        }[fault]
        texts[row] = texts[row][0], text
        made.cells.add(f"Sheet!E{row}")
    for row, (key, text) in texts.items():
        sheet[f"D{row}"] = key
        sheet[f"E{row}"] = ArrayFormula(f"E{row}", text) if isinstance(text, str) else text
    return made


def per_image(fault, style):
    """A logistic neuron: each row an image with its own gradients, their mean in the last row."""
    book = Workbook()
    sheet = book.active
    made = Made(f"per image {style}", book, fault)
    for c, (head, value) in enumerate(
        [("w1", 0.3), ("w2", -0.4), ("b", 0.1), ("learning rate", 0.5)], 1
    ):
        sheet.cell(1, c, head)
        sheet.cell(2, c, value)
    heads = [
        "x1",
        "x2",
        "t",
        "z",
        "p",
        COSTS[style],
        *(GRADIENTS[style].format(n) for n in ("w1", "w2", "b")),
    ]
    for c, head in enumerate(heads, 2):
        sheet.cell(5, c, head)
    points = [
        (0.2, -0.6, 1),
        (1.1, 0.4, 0),
        (-0.7, 0.9, 1),
        (0.5, 0.6, 0),
        (-0.3, -0.8, 1),
        (0.9, -1.2, 0),
    ]
    for r, (x1, x2, t) in enumerate(points, 6):
        own = [x1, x2, t, f"=$A$2*B{r}+$B$2*C{r}+$C$2", f"=1/(1+EXP(-E{r}))",
               f"=-D{r}*LN(F{r})-(1-D{r})*LN(1-F{r})", f"=(F{r}-D{r})*B{r}", f"=(F{r}-D{r})*C{r}", f"=F{r}-D{r}"]  # fmt: skip
        if fault == "extra derivative":
            own[6] = f"=(F{r}-D{r})*F{r}*(1-F{r})*B{r}"
            made.cells.add(f"Sheet!H{r}")
        if fault == "odd row" and r == 9:
            own[7] = f"=(F{r}-D{r})*B{r}"
            made.cells.add(f"Sheet!I{r}")
        for c, value in enumerate(own, 2):
            sheet.cell(r, c, value)
    sheet["A12"] = {"zh": "平均", "ja": "平均"}.get(style, "mean")
    for c in "GHIJ":
        sheet[f"{c}12"] = f"=AVERAGE({c}6:{c}11)"
        if fault == "short" and c == "I":
            sheet["I12"] = "=AVERAGE(I6:I10)"
            made.cells.add("Sheet!I12")
        if fault == "sum" and c == "J":
            sheet["J12"] = "=SUM(J6:J11)"
            made.cells.add("Sheet!J12")
    for c, g in (("A", "H"), ("B", "I"), ("C", "J")):
        sheet[f"{c}3"] = f"={c}2-$D$2*{g}12"
    return made


def bare(fault, style, *, steps=9):
    """A neuron trained in rows without a heading for a gradient: the steps alone tell."""
    book = Workbook()
    sheet = book.active
    made = Made("bare", book, fault)
    t = Table(sheet, 3, 2)
    sheet["J1"] = 0.2
    t.beside["eta"] = "$J$1"
    data = [(0.2, -0.6, 1), (1.1, 0.4, 0), (-0.7, 0.9, 1), (0.5, 0.5, 0)]
    for n, key in enumerate(("p", "q", "r")):
        t.add(key, key, lambda s, n=n: data[s % 4][n], lambda s, n=n: data[s % 4][n])
    for n, v in (("u", 0.3), ("v", -0.2), ("k", 0.1)):
        t.add(n, None, f"{{{n}<}}-@eta*{{g{n}<}}", v)
    t.add("o", "out", "TANH({u}*{p}+{v}*{q}+{k})")
    t.add("f", "squared error", "({o}-{r})^2")
    for n, x in (("u", "*{p}"), ("v", "*{q}"), ("k", "")):
        t.add(f"g{n}", None, f"2*({{o}}-{{r}})*(1-{{o}}^2){x}")
    faults = {
        "no derivative": {"gu": "2*({o}-{r})*{p}"},
        "sign": {"gk": "-2*({o}-{r})*(1-{o}^2)"},
        "factor": {"gv": "({o}-{r})*(1-{o}^2)*{q}"},
    }
    return stepwise(t, steps, fault, faults, sheet, made)


def unnamed(fault, style, *, rows=4):
    """Matrices with a column of ones for the biases, no cost, no heading of a gradient."""
    book = Workbook()
    sheet = book.active
    made = Made("unnamed", book, fault)

    def put(first, lines):
        column, row = first[0], int(first[1:])
        for r, line in enumerate(lines):
            for c, value in enumerate(line):
                cell = f"{get_column_letter(ord(column) - 64 + c)}{row + r}"
                is_array = isinstance(value, str) and "MMULT" in value
                sheet[cell] = ArrayFormula(cell, value) if is_array else value

    images = [(2, -1, 1), (1, 1, 1), (-1, 2, 1), (0.5, -2, 1), (1.5, 0.3, 1)][:rows]
    end = 2 + rows
    for title, at in (
        ("X", "A1"),
        ("W1", "E1"),
        ("W2", "I1"),
        ("T", "L1"),
        ("Z1", "A10"),
        ("A1", "E10"),
        ("Z2", "I10"),
        ("Y", "L10"),
    ):
        sheet[at] = title
    put("A3", images)
    put("E3", [(0.4, -0.7), (0.6, 0.5), (0.1, -0.2)])
    put("I3", [(1.1, -0.3), (-0.9, 0.2), (0.05, 0.4)])
    put("L3", [(1, 0) if r % 2 else (0, 1) for r in range(rows)])

    def rows_of(make):
        return [[make(r, c) for c in "ab"] for r in range(rows)]

    column = {"a": 0, "b": 1}
    put(
        "A12",
        rows_of(
            lambda r, c: f"=MMULT($A{3 + r}:$C{3 + r},{'EF'[column[c]]}$3:{'EF'[column[c]]}$5)"
        ),
    )
    put(
        "E12",
        [
            [f"=IF(A{12 + r}>0,A{12 + r},0)", f"=IF(B{12 + r}>0,B{12 + r},0)", 1]
            for r in range(rows)
        ],
    )
    put(
        "I12",
        rows_of(
            lambda r, c: f"=MMULT($E{12 + r}:$G{12 + r},{'IJ'[column[c]]}$3:{'IJ'[column[c]]}$5)"
        ),
    )
    put(
        "L12",
        rows_of(lambda r, c: f"=EXP({'IJ'[column[c]]}{12 + r})/(EXP(I{12 + r})+EXP(J{12 + r}))"),
    )
    put("A22", rows_of(lambda r, c: f"={'LM'[column[c]]}{12 + r}-{'LM'[column[c]]}{3 + r}"))
    hidden = rows_of(
        lambda r, c: (
            f"=IF({'AB'[column[c]]}{12 + r}>0,MMULT($A{22 + r}:$B{22 + r},TRANSPOSE($I${3 + column[c]}:$J${3 + column[c]})),0)"
        )
    )
    if fault:
        hidden = rows_of(
            lambda r, c: (
                f"=MMULT($A{22 + r}:$B{22 + r},TRANSPOSE($I${3 + column[c]}:$J${3 + column[c]}))"
            )
        )
        made.cells |= {f"{sheet.title}!{c}{22 + r}" for c in "EF" for r in range(rows)}
    put("E22", hidden)
    last = 11 + rows
    put(
        "A32",
        [[f"=MMULT(TRANSPOSE({c}3:{c}{end}),{d}22:{d}{10 + last})" for d in "EF"] for c in "ABC"],
    )
    put(
        "E32",
        [[f"=MMULT(TRANSPOSE({c}12:{c}{last}),{d}22:{d}{10 + last})" for d in "AB"] for c in "EFG"],
    )
    return made


def optimised(fault, style, *, steps=9):
    """Adam written out, a bias called c as a cost may be, and a view of one step by INDEX."""
    book = Workbook()
    sheet = book.active
    made = Made(f"optimised {style}", book, fault)
    t = Table(sheet, 4, 1)
    for n, (key, head, value) in enumerate(
        (("eta", "α", 0.05), ("b1", "β1", 0.9), ("b2", "β2", 0.999))
    ):
        sheet.cell(1, 1 + 2 * n, head)
        sheet.cell(1, 2 + 2 * n, value)
        t.beside[key] = f"${get_column_letter(2 + 2 * n)}$1"
    data = [(0.3, 0.9), (-0.7, 0.4), (0.5, 1.1)]
    t.add("n", "step", "{n<}+1", 1)
    for key, start in (("w", 0.2), ("c", 0.1)):
        t.add(
            key,
            key,
            f"{{{key}<}}-@eta*{{m{key}^<}}/(SQRT({{q{key}^<}})+1E-8)".replace("^", "h"),
            start,
        )
    for n, key in enumerate("xt"):
        t.add(key, key, *(lambda s, n=n: data[s % 3][n],) * 2)
    t.add("y", "y", "TANH({w}*{x}+{c})")
    t.add("C", COSTS[style], "({y}-{t})^2/2")
    own = {"w": "({y}-{t})*(1-{y}^2)*{x}", "c": "({y}-{t})*(1-{y}^2)"}
    for key, text in own.items():
        t.add(f"d{key}", GRADIENTS[style].format(key), text)
    for key in own:
        for memory, rate, power in (("m", "@b1", ""), ("q", "@b2", "^2")):
            now = f"(1-{rate})*{{d{key}}}{power}"
            cell = f"{memory}{key}"
            t.add(cell, cell, f"{rate}*{{{cell}<}}+{now}", now)
            t.add(f"{cell}h", f"{cell} corrected", f"{{{cell}}}/(1-{rate}^{{n}})")
    view = book.create_sheet("View")
    view["A1"], view["B1"] = "step", 3
    for row, key in enumerate(("w", "c", "C", "dw", "dc"), 3):
        view[f"A{row}"] = t.heads[key]
        cells = f"{t.at(key, 0)}:{t.at(key, steps - 1)}"
        view[f"B{row}"] = f"=INDEX({sheet.title}!{cells},$B$1)"
    faults = {
        "other function": {f"d{k}": text.replace("1-{y}^2", "{y}*(1-{y})") for k, text in own.items()},
        "sign": {"dw": f"-{own['w']}"},
    }  # fmt: skip
    return stepwise(t, steps, fault, faults, sheet, made)


def no_cost(fault, style, *, steps=8):
    """A neuron with y − t in each step, and no cell that holds the cost."""
    book = Workbook()
    sheet = book.active
    made = Made(f"no cost {style}", book, fault)
    t = Table(sheet, 3, 1)
    sheet["A1"], sheet["B1"] = "η", 0.5
    t.beside["eta"] = "$B$1"
    data = [(0.2, -0.6, 1), (1.1, 0.4, 0), (-0.7, 0.9, 1)]
    for n, key in enumerate(("x1", "x2", "t")):
        t.add(key, key, *(lambda s, n=n: data[s % 3][n],) * 2)
    own = {"w1": "{e}*{x1}", "w2": "{e}*{x2}", "b": "{e}"}
    for key, start in zip(own, (0.3, -0.2, 0.1), strict=True):
        t.add(key, key, f"{{{key}<}}-@eta*{{d{key}<}}", start)
    t.add("y", "y", "1/(1+EXP(-({w1}*{x1}+{w2}*{x2}+{b})))")
    t.add("e", "δ", "{y}-{t}")
    for key, text in own.items():
        t.add(f"d{key}", GRADIENTS[style].format(key), text)
    return stepwise(t, steps, fault, {"input": {"dw2": own["w1"]}}, sheet, made)


LAYOUTS = {
    "unnamed": unnamed, "optimised": optimised, "no cost": no_cost,
    "homework": homework, "deltas": deltas, "softmax": softmax, "batch": batch,
    "matrices": matrices, "regression": regression, "per image": per_image, "bare": bare,
}  # fmt: skip

HOMEWORK = (
    *(
        "sign",
        "factor",
        "one path",
        "no derivative",
        "product",
        "target",
        "swapped",
        "interchanged",
    ),
    *("next weights", "typed", "odd row", "stale", "input", "left out", "other gradient", "rate"),
    *("climbs", "pasted", "odd gradient", "copied"),
)
DELTAS = (
    *("no derivative", "swapped", "sign", "next weights", "other unit", "input", "bias"),
    *("no outer derivative", "typed", "odd row", "factor"),
)
STYLES = tuple(GRADIENTS)


def sheets():
    """Yield the arguments of all sheets: layout, fault and what else it takes."""
    for n, style in enumerate(STYLES):
        yield (
            "homework",
            "",
            {"style": style, "top": (1, 35, 2)[n % 3], "left": 1 + n % 3, "turned": n % 5 == 4},
        )
    for n, fault in enumerate(HOMEWORK):
        yield (
            "homework",
            fault,
            {"style": STYLES[n % len(STYLES)], "top": 1 + 3 * (n % 2), "turned": n % 6 == 5},
        )
    yield "homework", "", {"tabs": (0.1, 0.5, 1.0)}
    yield "homework", "swapped", {"tabs": (0.1, 0.5), "style": "total"}
    yield "homework", "", {"named": True, "style": "grad"}
    kinds = [*ACTIVATIONS]
    for n, activation in enumerate(kinds):
        yield (
            "deltas",
            "",
            {
                "activation": activation,
                "style": STYLES[(3 * n) % len(STYLES)],
                "turned": n % 2 == 1,
            },
        )
        yield (
            "deltas",
            "mask",
            {"activation": activation, "style": STYLES[(3 * n + 1) % len(STYLES)]},
        )
    for n, optimiser in enumerate(("momentum", "adam")):
        yield "deltas", "", {"optimiser": optimiser, "style": ("zh", "ja")[n]}
        yield "deltas", "swapped", {"optimiser": optimiser, "style": ("d", "words")[n]}
    for n, fault in enumerate(DELTAS):
        yield (
            "deltas",
            fault,
            {
                "activation": kinds[n % 4 if n % 4 < 3 else 4],
                "style": STYLES[(5 * n) % len(STYLES)],
            },
        )
    yield "deltas", "", {"entropy": True, "style": "L"}
    yield "deltas", "extra derivative", {"entropy": True, "style": "L"}
    for mean in (False, True):
        yield "softmax", "", {"mean": mean, "style": "d"}
    for fault in ("sign", "left out", "mean", "target", "typed"):
        yield "softmax", fault, {"style": "L"}
    for n, style in enumerate(("partial", "zh", "ja", "d")):
        yield (
            "batch",
            "",
            {"style": style, "activation": kinds[n], "mean": n % 2 == 0, "tabs": n == 3},
        )
    for n, fault in enumerate(("no derivative", "swapped", "odd row", "no outer derivative", "short", "mean", "typed",
                               "wrong column", "rate", "other gradient")):  # fmt: skip
        yield "batch", fault, {"style": STYLES[n], "activation": kinds[n % 2], "tabs": n % 3 == 0}
    yield "batch", "mask", {"activation": "relu", "style": "d"}
    for n, style in enumerate(("short", "d", "zh", "ja")):
        yield "matrices", "", {"style": style, "tabs": n % 2 == 1, "softmax": n < 2}
    for n, fault in enumerate(
        ("no derivative", "sign", "factor", "sum", "typed", "wrong derivative")
    ):
        yield "matrices", fault, {"style": ("short", "partial")[n % 2], "tabs": n % 3 == 1}
    yield "regression", "", {"style": "d"}
    for fault in ("factor", "sum", "sign", "typed"):
        yield "regression", fault, {"style": "partial"}
    for style in ("d", "ja", "zh"):
        yield "per image", "", {"style": style}
    for fault in ("extra derivative", "odd row", "short", "sum"):
        yield "per image", fault, {"style": "partial"}
    for rows in (4, 5):
        yield "unnamed", "", {"style": "d", "rows": rows}
        yield "unnamed", "mask", {"style": "d", "rows": rows}
    yield "bare", "", {"style": "d"}
    for fault in ("no derivative", "sign", "factor"):
        yield "bare", fault, {"style": "d"}
    for layout, faults in (("optimised", ("other function", "sign")), ("no cost", ("input",))):
        for n, fault in enumerate(("", *faults)):
            yield layout, fault, {"style": ("d", "zh", "ja")[n]}
